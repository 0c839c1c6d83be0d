# Tests of the dashboard on a pty, read back through libvterm; included from tests/unit/ui.mk.
EXTRA_DIST += %D%/demo_fleet.h %D%/demo_ui.h %D%/harness.h %D%/program.h
if HAVE_VTERM
check_PROGRAMS += %D%/test_pty_ui
%C%_test_pty_ui_SOURCES = %D%/test_pty_ui.c %D%/harness.c %D%/harness.h \
	%D%/demo_ui.c %D%/demo_ui.h %D%/demo_fleet.c %D%/demo_fleet.h
%C%_test_pty_ui_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
%C%_test_pty_ui_LDADD = $(UNIT_UI) $(VTERM_LIBS)
check_PROGRAMS += %D%/test_sgr
%C%_test_sgr_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
%C%_test_sgr_LDADD = $(UNIT_UI) $(VTERM_LIBS)
THREAD_TESTS += %D%/test_pty_ui
# The program itself, over a recording.
PTY_OF_PROGRAM = %D%/program.c %D%/program.h %D%/harness.c %D%/harness.h
check_PROGRAMS += %D%/test_pty_program
%C%_test_pty_program_SOURCES = %D%/test_pty_program.c $(PTY_OF_PROGRAM)
%C%_test_pty_program_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
%C%_test_pty_program_LDADD = $(UNIT_UI) $(VTERM_LIBS)
EXTRA_%C%_test_pty_program_DEPENDENCIES = suantop$(EXEEXT)
EXTRA_DIST += tests/golden/program
check_PROGRAMS += %D%/test_pty_wall
%C%_test_pty_wall_SOURCES = %D%/test_pty_wall.c $(PTY_OF_PROGRAM)
%C%_test_pty_wall_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
%C%_test_pty_wall_LDADD = $(UNIT_UI) $(VTERM_LIBS)
EXTRA_%C%_test_pty_wall_DEPENDENCIES = suantop$(EXEEXT)
endif
