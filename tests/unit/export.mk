# Unit tests of export, two lines a test (source: %D%/test_export_thing.c):
#   check_PROGRAMS += %D%/test_export_thing
#   %C%_test_export_thing_LDADD = $(UNIT_EXPORT)
EXPORT_FIXTURE = %D%/export_fixture.c %D%/export_fixture.h
check_PROGRAMS += %D%/test_export_number
%C%_test_export_number_LDADD = $(UNIT_EXPORT)
check_PROGRAMS += %D%/test_export_formats
%C%_test_export_formats_SOURCES = %D%/test_export_formats.c $(EXPORT_FIXTURE)
%C%_test_export_formats_LDADD = $(UNIT_EXPORT)
check_PROGRAMS += %D%/test_export_rows
%C%_test_export_rows_SOURCES = %D%/test_export_rows.c $(EXPORT_FIXTURE)
%C%_test_export_rows_LDADD = $(UNIT_EXPORT)
check_PROGRAMS += %D%/test_export_check
%C%_test_export_check_SOURCES = %D%/test_export_check.c $(EXPORT_FIXTURE)
%C%_test_export_check_LDADD = $(UNIT_EXPORT)

# What other programs make of it; and what it costs, by hand: export_dump -b 500000 ndjson
noinst_PROGRAMS += %D%/export_dump
%C%_export_dump_SOURCES = %D%/export_dump.c $(EXPORT_FIXTURE)
%C%_export_dump_LDADD = $(EXPORT_LIBS)
SCRIPTED_TESTS += tests/export/formats.py
SCRIPTED_TESTS += tests/flops/total.py

# The manual and the completions, which are made from tables of all layers.
SCRIPTED_TESTS += tests/docs/manual.py
EXTRA_DIST += tests/golden/export
