# Unit tests of ui, two lines a test (source: %D%/test_ui_thing.c):
#   check_PROGRAMS += %D%/test_ui_thing
#   %C%_test_ui_thing_LDADD = $(UNIT_UI)
GOLDEN_FIXTURES = tests/golden/fixture_fleet.c tests/golden/fixture_fleet.h tests/golden/fixture_trouble.c tests/golden/fixture_trouble.h tests/golden/fixture_devices.c tests/golden/fixture_devices.h tests/golden/ansi.c tests/golden/ansi.h
EXTRA_DIST += tests/golden/views
check_PROGRAMS += %D%/test_ui_views
%C%_test_ui_views_SOURCES = %D%/test_ui_views.c tests/golden/fixture_flops.c tests/golden/fixture_flops.h \
	$(GOLDEN_FIXTURES)
%C%_test_ui_views_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_devices
%C%_test_ui_devices_SOURCES = %D%/test_ui_devices.c $(GOLDEN_FIXTURES)
%C%_test_ui_devices_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_incident
%C%_test_ui_incident_SOURCES = %D%/test_ui_incident.c $(GOLDEN_FIXTURES)
%C%_test_ui_incident_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_pace
%C%_test_ui_pace_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_quick
%C%_test_ui_quick_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_table
%C%_test_ui_table_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_chart
%C%_test_ui_chart_LDADD = $(UNIT_UI)
include tests/pty/local.mk
check_PROGRAMS += %D%/test_ui_canvas
%C%_test_ui_canvas_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_chrome
%C%_test_ui_chrome_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_keys
%C%_test_ui_keys_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_state
%C%_test_ui_state_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_theme
%C%_test_ui_theme_LDADD = $(UNIT_UI)
EXTRA_DIST += tests/golden/chrome
# The dashboard without a terminal: fake_term.c stands in for ui/term.c.
STAGE = tests/safety/stage.c tests/safety/stage.h tests/safety/fake_term.c tests/safety/fake_term.h
EXTRA_DIST += tests/golden/acting
check_PROGRAMS += %D%/test_ui_dialog
%C%_test_ui_dialog_SOURCES = %D%/test_ui_dialog.c $(STAGE)
%C%_test_ui_dialog_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_acting
%C%_test_ui_acting_SOURCES = %D%/test_ui_acting.c $(STAGE)
%C%_test_ui_acting_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_ui_flops
%C%_test_ui_flops_SOURCES = %D%/test_ui_flops.c tests/golden/fixture_flops.c tests/golden/fixture_flops.h \
	$(GOLDEN_FIXTURES) $(STAGE)
EXTRA_DIST += tests/golden/explain
%C%_test_ui_flops_LDADD = $(UNIT_UI)
include tests/safety/local.mk
check_PROGRAMS += %D%/test_ui_wall
%C%_test_ui_wall_SOURCES = %D%/test_ui_wall.c tests/golden/fixture_flops.c tests/golden/fixture_flops.h \
	$(GOLDEN_FIXTURES)
%C%_test_ui_wall_LDADD = $(UNIT_UI)
EXTRA_DIST += tests/golden/zh_CN
check_PROGRAMS += %D%/test_ui_language
%C%_test_ui_language_SOURCES = %D%/test_ui_language.c %D%/mo_kit.h tests/golden/fixture_flops.c \
	tests/golden/fixture_flops.h $(GOLDEN_FIXTURES)
%C%_test_ui_language_LDADD = $(UNIT_UI)
