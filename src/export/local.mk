noinst_LIBRARIES += %D%/libexport.a
%C%_libexport_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libexport_a_SOURCES += %D%/name.c %D%/name.h
%C%_libexport_a_SOURCES =
%C%_libexport_a_SOURCES += %D%/check.c
%C%_libexport_a_SOURCES += %D%/csv.c
%C%_libexport_a_SOURCES += %D%/export.h
%C%_libexport_a_SOURCES += %D%/flopsjson.c %D%/flopsjson.h
%C%_libexport_a_SOURCES += %D%/formats.c %D%/formats.h
%C%_libexport_a_SOURCES += %D%/html.c
%C%_libexport_a_SOURCES += %D%/html_head.c %D%/html_int.h
%C%_libexport_a_SOURCES += %D%/html_style.c
%C%_libexport_a_SOURCES += %D%/html_tables.c
%C%_libexport_a_SOURCES += %D%/head.c %D%/head.h
%C%_libexport_a_SOURCES += %D%/json.c
%C%_libexport_a_SOURCES += %D%/jsonw.c %D%/jsonw.h
%C%_libexport_a_SOURCES += %D%/ndjson.c
%C%_libexport_a_SOURCES += %D%/number.c
%C%_libexport_a_SOURCES += %D%/openmetrics.c
%C%_libexport_a_SOURCES += %D%/rowjson.c %D%/rowjson.h
%C%_libexport_a_SOURCES += %D%/schema.c
%C%_libexport_a_SOURCES += %D%/stream.c %D%/stream.h
%C%_libexport_a_SOURCES += %D%/text.c
%C%_libexport_a_SOURCES += %D%/walk.c %D%/walk.h

# Writes docs/schema/snapshot-1.json anew: make schema
noinst_PROGRAMS += %D%/schemagen
%C%_schemagen_SOURCES = %D%/schemagen.c
%C%_schemagen_LDADD = $(EXPORT_LIBS)
schema: %D%/schemagen$(EXEEXT)
	$(AM_V_GEN)%D%/schemagen > $(top_srcdir)/docs/schema/snapshot-1.json.new && \
	  mv $(top_srcdir)/docs/schema/snapshot-1.json.new $(top_srcdir)/docs/schema/snapshot-1.json
.PHONY: schema
