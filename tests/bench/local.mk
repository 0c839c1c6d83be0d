# `make bench`: what things cost, on this machine, beside what others cost. No part of `make check`.
EXTRA_PROGRAMS = %D%/bench_model %D%/bench_memory %D%/bench_ingest %D%/bench_exporter
%C%_bench_model_SOURCES = %D%/bench_model.c %D%/made_fleet.c %D%/made_fleet.h
%C%_bench_model_LDADD = src/data/libdata.a $(MODEL_LIBS)
%C%_bench_memory_SOURCES = %D%/bench_memory.c %D%/made_fleet.c %D%/made_fleet.h
%C%_bench_memory_LDADD = src/data/libdata.a $(MODEL_LIBS)
%C%_bench_ingest_SOURCES = %D%/bench_ingest.c %D%/file_server.c %D%/file_server.h
%C%_bench_ingest_LDADD = $(APP_LIBS)
%C%_bench_exporter_SOURCES = %D%/bench_exporter.c %D%/page_server.c %D%/page_server.h
%C%_bench_exporter_LDADD = $(APP_LIBS)
CLEANFILES += $(EXTRA_PROGRAMS)

# JOBS=100000 NODES=10000: how large; IDLE=20: seconds of the idle measurement; BENCH=json,ingest,exporter,model,node,tui
bench: all $(EXTRA_PROGRAMS)
	$(PYTHON3) -B $(top_srcdir)/%D%/bench.py $(top_builddir)
.PHONY: bench
