# Tables that a site may add to: built in as text, installed to be read, and merged with the site's own (src/app/datafile.h).
dist_pkgdata_DATA += %D%/metrics.conf %D%/peaks.conf %D%/xid.conf

noinst_LIBRARIES += %D%/libdata.a
%C%_libdata_a_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
%C%_libdata_a_SOURCES = %D%/data.h
nodist_%C%_libdata_a_SOURCES = %D%/builtin.c
BUILT_SOURCES += %D%/builtin.c
CLEANFILES += %D%/builtin.c
EXTRA_DIST += %D%/embed.awk

# Each file becomes a string constant, a line of C for each of its lines.
%D%/builtin.c: %D%/embed.awk %D%/metrics.conf %D%/peaks.conf %D%/xid.conf
	$(AM_V_GEN)$(MKDIR_P) %D% && LC_ALL=C $(AWK) -f $(srcdir)/%D%/embed.awk \
		$(srcdir)/%D%/metrics.conf $(srcdir)/%D%/peaks.conf $(srcdir)/%D%/xid.conf >$@.tmp && mv $@.tmp $@
