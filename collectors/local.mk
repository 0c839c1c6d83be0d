noinst_LIBRARIES += %D%/libcollectors.a
%C%_libcollectors_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libcollectors_a_SOURCES += %D%/name.c %D%/name.h
%C%_libcollectors_a_SOURCES =
