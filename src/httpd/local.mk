# The HTTP server of suantop-fleetsim: libmicrohttpd behind a small face.
noinst_LIBRARIES += %D%/libhttpd.a
%C%_libhttpd_a_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS)
%C%_libhttpd_a_SOURCES = %D%/httpd.c %D%/httpd.h
HTTPD_LIBS = src/httpd/libhttpd.a $(MICROHTTPD_LIBS)
