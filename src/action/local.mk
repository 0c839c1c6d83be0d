noinst_LIBRARIES += %D%/libaction.a
%C%_libaction_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libaction_a_SOURCES += %D%/name.c %D%/name.h
%C%_libaction_a_SOURCES =
