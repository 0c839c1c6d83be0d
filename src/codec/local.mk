noinst_LIBRARIES += %D%/libcodec.a
%C%_libcodec_a_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
# One file a line: %C%_libcodec_a_SOURCES += %D%/name.c %D%/name.h
%C%_libcodec_a_SOURCES =
%C%_libcodec_a_SOURCES += %D%/hostlist.c %D%/hostlist.h
%C%_libcodec_a_SOURCES += %D%/hostlist_fold.c
%C%_libcodec_a_SOURCES += %D%/json.c %D%/json.h
%C%_libcodec_a_SOURCES += %D%/jsonscan.c %D%/jsonscan.h
%C%_libcodec_a_SOURCES += %D%/jsonscan_x86.c
%C%_libcodec_a_SOURCES += %D%/jsonselect.c %D%/jsonselect.h
%C%_libcodec_a_SOURCES += %D%/jsonstream.c %D%/jsonstream.h
%C%_libcodec_a_SOURCES += %D%/jsontext.c %D%/jsontext.h
%C%_libcodec_a_SOURCES += %D%/lines.c %D%/lines.h
%C%_libcodec_a_SOURCES += %D%/promnumber.c
%C%_libcodec_a_SOURCES += %D%/promtext.c %D%/promtext.h
%C%_libcodec_a_SOURCES += %D%/quantity.c %D%/quantity.h
%C%_libcodec_a_SOURCES += %D%/quantity_tres.c
%C%_libcodec_a_SOURCES += %D%/yaml.c %D%/yaml.h

# The benchmark: built with everything so that it keeps compiling, run by hand.
noinst_PROGRAMS += tests/bench/bench_json
tests_bench_bench_json_SOURCES = tests/bench/bench_json.c
tests_bench_bench_json_LDADD = $(CODEC_LIBS)
