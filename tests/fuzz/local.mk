# Fuzz targets, one a pure function that eats bytes from outside. Three lines a target
# (source: %D%/fuzz_thing.c with LLVMFuzzerTestOneInput, seeds: tests/fixtures/fuzz/thing/):
#   FUZZ_TARGETS += %D%/fuzz_thing
#   %C%_fuzz_thing_SOURCES = %D%/fuzz_thing.c $(FUZZ_MAIN)
#   %C%_fuzz_thing_LDADD = $(CODEC_LIBS) $(FUZZ_LDFLAGS)
# With --enable-fuzz libFuzzer drives them; otherwise replay_main.c runs the seeds and some thousand
# pseudo-random inputs in `make check`.
FUZZ_TARGETS =

FUZZ_TARGETS += %D%/fuzz_text
%C%_fuzz_text_SOURCES = %D%/fuzz_text.c $(FUZZ_MAIN)
%C%_fuzz_text_LDADD = $(BASE_LIBS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += %D%/fuzz_hostlist
%C%_fuzz_hostlist_SOURCES = %D%/fuzz_hostlist.c $(FUZZ_MAIN)
%C%_fuzz_hostlist_LDADD = $(CODEC_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_json
%C%_fuzz_json_SOURCES = %D%/fuzz_json.c tests/unit/json_same.h $(FUZZ_MAIN)
%C%_fuzz_json_LDADD = $(CODEC_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_jsonstream
%C%_fuzz_jsonstream_SOURCES = %D%/fuzz_jsonstream.c $(FUZZ_MAIN)
%C%_fuzz_jsonstream_LDADD = $(CODEC_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_promtext
%C%_fuzz_promtext_SOURCES = %D%/fuzz_promtext.c $(FUZZ_MAIN)
%C%_fuzz_promtext_LDADD = $(CODEC_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_quantity
%C%_fuzz_quantity_SOURCES = %D%/fuzz_quantity.c $(FUZZ_MAIN)
%C%_fuzz_quantity_LDADD = $(CODEC_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_model
%C%_fuzz_model_SOURCES = %D%/fuzz_model.c tests/unit/model_check.h tests/unit/model_random.h $(FUZZ_MAIN)
%C%_fuzz_model_LDADD = $(MODEL_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_peaks
%C%_fuzz_peaks_SOURCES = %D%/fuzz_peaks.c $(FUZZ_MAIN)
%C%_fuzz_peaks_LDADD = $(MODEL_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_filter
%C%_fuzz_filter_SOURCES = %D%/fuzz_filter.c $(FUZZ_MAIN)
%C%_fuzz_filter_LDADD = $(MODEL_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_slurm_rest
%C%_fuzz_slurm_rest_SOURCES = %D%/fuzz_slurm_rest.c %D%/collector_fuzz.h $(FUZZ_MAIN)
%C%_fuzz_slurm_rest_LDADD = $(COLLECTOR_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_slurm_text
%C%_fuzz_slurm_text_SOURCES = %D%/fuzz_slurm_text.c %D%/collector_fuzz.h $(FUZZ_MAIN)
%C%_fuzz_slurm_text_LDADD = $(COLLECTOR_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_slurm_act
%C%_fuzz_slurm_act_SOURCES = %D%/fuzz_slurm_act.c %D%/collector_fuzz.h $(FUZZ_MAIN)
%C%_fuzz_slurm_act_LDADD = $(COLLECTOR_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_prometheus
%C%_fuzz_prometheus_SOURCES = %D%/fuzz_prometheus.c %D%/collector_fuzz.h $(FUZZ_MAIN)
%C%_fuzz_prometheus_LDADD = $(COLLECTOR_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_local
%C%_fuzz_local_SOURCES = %D%/fuzz_local.c %D%/collector_fuzz.h $(FUZZ_MAIN)
%C%_fuzz_local_LDADD = $(COLLECTOR_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_exporter
%C%_fuzz_exporter_SOURCES = %D%/fuzz_exporter.c %D%/collector_fuzz.h $(FUZZ_MAIN)
%C%_fuzz_exporter_LDADD = $(COLLECTOR_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_kmsg
%C%_fuzz_kmsg_SOURCES = %D%/fuzz_kmsg.c $(FUZZ_MAIN)
%C%_fuzz_kmsg_LDADD = src/node/libnode.a $(BASE_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_node_web
%C%_fuzz_node_web_SOURCES = %D%/fuzz_node_web.c $(FUZZ_MAIN)
%C%_fuzz_node_web_LDADD = $(NODE_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_metric_map
%C%_fuzz_metric_map_SOURCES = %D%/fuzz_metric_map.c $(FUZZ_MAIN)
%C%_fuzz_metric_map_LDADD = $(COLLECTOR_LIBS) $(FUZZ_LDFLAGS)
FUZZ_TARGETS += %D%/fuzz_scenario
%C%_fuzz_scenario_SOURCES = %D%/fuzz_scenario.c $(FUZZ_MAIN)
%C%_fuzz_scenario_LDADD = src/fleetsim/libfleetsim.a $(CODEC_LIBS) $(FUZZ_LDFLAGS) -lm
FUZZ_TARGETS += %D%/fuzz_promql
%C%_fuzz_promql_SOURCES = %D%/fuzz_promql.c $(FUZZ_MAIN)
%C%_fuzz_promql_LDADD = src/fleetsim/libfleetsim.a $(CODEC_LIBS) $(FUZZ_LDFLAGS) -lm

if FUZZ
FUZZ_MAIN =
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
FUZZ_MAIN = %D%/replay_main.c
check_PROGRAMS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += %D%/replay_main.c
