noinst_LIBRARIES += %D%/libbase.a
%C%_libbase_a_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
# One file a line: %C%_libbase_a_SOURCES += %D%/name.c %D%/name.h
%C%_libbase_a_SOURCES =
