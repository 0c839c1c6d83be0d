# Fuzz targets, one a pure function that eats bytes from outside. Three lines a target
# (source: %D%/fuzz_thing.c with LLVMFuzzerTestOneInput, seeds: tests/fixtures/fuzz/thing/):
#   FUZZ_TARGETS += %D%/fuzz_thing
#   %C%_fuzz_thing_SOURCES = %D%/fuzz_thing.c $(FUZZ_MAIN)
#   %C%_fuzz_thing_LDADD = $(CODEC_LIBS) $(FUZZ_LDFLAGS)
# With --enable-fuzz libFuzzer drives them; otherwise standalone.c replays the seeds in `make check`.
FUZZ_TARGETS =
if FUZZ
FUZZ_MAIN =
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
FUZZ_MAIN = %D%/standalone.c
check_PROGRAMS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += %D%/standalone.c
