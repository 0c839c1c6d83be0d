# Unit tests of ui, two lines a test (source: %D%/test_ui_thing.c):
#   check_PROGRAMS += %D%/test_ui_thing
#   %C%_test_ui_thing_LDADD = $(UNIT_UI)
