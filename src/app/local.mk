# Everything of the program but main() is a library, so that tests can link it.
noinst_LIBRARIES += %D%/libapp.a
%C%_libapp_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libapp_a_SOURCES += %D%/name.c %D%/name.h
%C%_libapp_a_SOURCES =
%C%_libapp_a_SOURCES += %D%/cli.c
%C%_libapp_a_SOURCES += %D%/cli.h
%C%_libapp_a_SOURCES += %D%/app.c
%C%_libapp_a_SOURCES += %D%/app.h
%C%_libapp_a_SOURCES += %D%/app_collect.c
%C%_libapp_a_SOURCES += %D%/app_demo.c
%C%_libapp_a_SOURCES += %D%/app_wall.c
%C%_libapp_a_SOURCES += %D%/fleet_child.c %D%/fleet_child.h
%C%_libapp_a_SOURCES += %D%/act_result.c %D%/act_result.h
%C%_libapp_a_SOURCES += %D%/act_targets.c %D%/act_targets.h
%C%_libapp_a_SOURCES += %D%/app_act.c
%C%_libapp_a_SOURCES += %D%/app_audit.c
%C%_libapp_a_SOURCES += %D%/app_record.c
%C%_libapp_a_SOURCES += %D%/app_screen.c
%C%_libapp_a_SOURCES += %D%/app_snapshot.c
%C%_libapp_a_SOURCES += %D%/config.c
%C%_libapp_a_SOURCES += %D%/config.h
%C%_libapp_a_SOURCES += %D%/config_alerts.c
%C%_libapp_a_SOURCES += %D%/config_check.c
%C%_libapp_a_SOURCES += %D%/config_int.h
%C%_libapp_a_SOURCES += %D%/config_schema.c
%C%_libapp_a_SOURCES += %D%/config_write.c
%C%_libapp_a_SOURCES += %D%/datafile.c %D%/datafile.h
%C%_libapp_a_SOURCES += %D%/smallfile.c %D%/smallfile.h
%C%_libapp_a_SOURCES += %D%/session_metrics.c %D%/session_metrics.h
%C%_libapp_a_SOURCES += %D%/discover.c
%C%_libapp_a_SOURCES += %D%/discover.h
%C%_libapp_a_SOURCES += %D%/discover_exporters.c %D%/discover_exporters.h
%C%_libapp_a_SOURCES += %D%/notify.c
%C%_libapp_a_SOURCES += %D%/notify.h
%C%_libapp_a_SOURCES += %D%/options.def
%C%_libapp_a_SOURCES += %D%/outfile.c
%C%_libapp_a_SOURCES += %D%/outfile.h
%C%_libapp_a_SOURCES += %D%/session_peaks.c %D%/session_peaks.h
%C%_libapp_a_SOURCES += %D%/session_xids.c %D%/session_xids.h
%C%_libapp_a_SOURCES += %D%/session.c
%C%_libapp_a_SOURCES += %D%/session_past.c
%C%_libapp_a_SOURCES += %D%/session_past.h
%C%_libapp_a_SOURCES += %D%/state.c
%C%_libapp_a_SOURCES += %D%/state.h
%C%_libapp_a_SOURCES += %D%/session.h
%C%_libapp_a_SOURCES += %D%/session_act.c %D%/session_act.h
%C%_libapp_a_SOURCES += %D%/task_set.c %D%/task_set.h
%C%_libapp_a_SOURCES += %D%/who.c %D%/who.h

# The layers, upper before lower; each list is also what a unit test of that layer links.
BASE_LIBS = src/base/libbase.a $(MATH_LIBS)
MODEL_LIBS = src/model/libmodel.a $(BASE_LIBS)
CODEC_LIBS = src/codec/libcodec.a $(BASE_LIBS) $(CJSON_LIBS)
ACTION_LIBS = src/action/libaction.a $(MODEL_LIBS) $(CRYPTO_LIBS)
COLLECTOR_LIBS = collectors/libcollectors.a src/data/libdata.a src/action/libaction.a \
	src/codec/libcodec.a $(MODEL_LIBS) $(CJSON_LIBS) $(CRYPTO_LIBS) $(SENSORS_LIBS)
# io twice: the collectors fill a list of requests (request_add) that io owns.
IO_LIBS = src/io/libio.a collectors/libcollectors.a src/io/libio.a $(COLLECTOR_LIBS) \
	$(CURL_LIBS) $(ZSTD_LIBS) $(SQLITE_LIBS)
EXPORT_LIBS = src/export/libexport.a $(MODEL_LIBS)
UI_LIBS = ui/libui.a $(ACTION_LIBS) $(NCURSES_LIBS)
APP_LIBS = src/app/libapp.a ui/libui.a src/export/libexport.a $(IO_LIBS) \
	$(NCURSES_LIBS) $(CYAML_LIBS)

bin_PROGRAMS += suantop
suantop_SOURCES = %D%/main.c
suantop_LDADD = $(APP_LIBS) $(PROBE_LIBS)

# Makes the manual and the completions from the tables: see docs/local.mk.
noinst_PROGRAMS += %D%/mangen
%C%_mangen_SOURCES = %D%/mangen.c %D%/mangen.h %D%/mangen_complete.c %D%/mangen_tables.c
%C%_mangen_LDADD = $(APP_LIBS)
