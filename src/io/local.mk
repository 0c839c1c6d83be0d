noinst_LIBRARIES += %D%/libio.a
%C%_libio_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libio_a_SOURCES += %D%/name.c %D%/name.h
%C%_libio_a_SOURCES =
