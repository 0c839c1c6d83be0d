noinst_LIBRARIES += %D%/libcodec.a
%C%_libcodec_a_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
# One file a line: %C%_libcodec_a_SOURCES += %D%/name.c %D%/name.h
%C%_libcodec_a_SOURCES =
