noinst_LIBRARIES += %D%/libexport.a
%C%_libexport_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libexport_a_SOURCES += %D%/name.c %D%/name.h
%C%_libexport_a_SOURCES =
