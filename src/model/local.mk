noinst_LIBRARIES += %D%/libmodel.a
%C%_libmodel_a_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
# One file a line: %C%_libmodel_a_SOURCES += %D%/name.c %D%/name.h
%C%_libmodel_a_SOURCES =
