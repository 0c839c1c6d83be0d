# Tests speak TAP, so that each case is counted and not only each program.
TEST_EXTENSIONS = .sh .py
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_DRIVER = $(TAP_DRIVER)
PY_LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_COMPILER = $(BASH_SHELL)
LOG_COMPILER = $(BASH_SHELL) $(top_srcdir)/tests/tap-run
PY_LOG_COMPILER = $(PYTHON3) -B
AM_TESTS_ENVIRONMENT = \
	unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY LANGUAGE NO_COLOR SLURM_CONF; \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	SUANTOP_SRCDIR='$(abs_top_srcdir)'; export SUANTOP_SRCDIR; \
	SUANTOP_BUILDDIR='$(abs_top_builddir)'; export SUANTOP_BUILDDIR; \
	TZ=UTC; export TZ; LC_ALL=C.UTF-8; export LC_ALL; \
	ASAN_OPTIONS=$${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1}; export ASAN_OPTIONS; \
	UBSAN_OPTIONS=$${UBSAN_OPTIONS:-print_stacktrace=1}; export UBSAN_OPTIONS; \
	TSAN_OPTIONS=$${TSAN_OPTIONS:-halt_on_error=0:second_deadlock_stack=1}; export TSAN_OPTIONS;

# A unit test links the layer under test and what lies below it, nothing else:
# a call that the layer rules forbid does not link.
UNIT_BASE = $(BASE_LIBS) $(CMOCKA_LIBS)
UNIT_MODEL = $(MODEL_LIBS) $(CMOCKA_LIBS)
UNIT_CODEC = $(CODEC_LIBS) $(CMOCKA_LIBS)
UNIT_ACTION = $(ACTION_LIBS) $(CMOCKA_LIBS)
UNIT_COLLECTOR = $(COLLECTOR_LIBS) $(CMOCKA_LIBS)
UNIT_IO = $(IO_LIBS) $(CMOCKA_LIBS)
UNIT_EXPORT = $(EXPORT_LIBS) $(CMOCKA_LIBS)
UNIT_UI = $(UI_LIBS) $(CMOCKA_LIBS)
UNIT_APP = $(APP_LIBS) $(CMOCKA_LIBS)
# A test that runs the program in a terminal of its own (if HAVE_VTERM).
UNIT_PTY = $(VTERM_LIBS) $(CMOCKA_LIBS)

# Unit tests with threads, also run under ThreadSanitizer: THREAD_TESTS += %D%/test_io_loop
# in the .mk file of the layer.
THREAD_TESTS =
SCRIPTED_TESTS =
EXTRA_DIST += %D%/fixtures %D%/unit/unit.h

if HAVE_CMOCKA
include tests/unit/base.mk
include tests/unit/model.mk
include tests/unit/codec.mk
include tests/unit/action.mk
include tests/unit/collectors.mk
include tests/unit/io.mk
include tests/unit/export.mk
include tests/unit/ui.mk
include tests/unit/app.mk
include tests/unit/node.mk
include tests/unit/fleetsim.mk
else
check-local:
	@echo "error: the unit tests need cmocka (libcmocka-dev); configure again once it is installed" >&2; exit 1
endif

include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/soak/local.mk

LINTS = \
	%D%/lint/layers.py \
	%D%/lint/libraries.py \
	%D%/lint/cycles.py \
	%D%/lint/acting.py \
	%D%/lint/banned.py \
	%D%/lint/lengths.py \
	%D%/lint/listed.py \
	%D%/lint/sentences.py \
	%D%/lint/symbols.py \
	%D%/lint/translated.py \
	%D%/lint/format.py \
	%D%/lint/tap_count.sh
EXTRA_DIST += %D%/lint/lint.py %D%/tap-count %D%/tap-failures %D%/tap-run %D%/slurm %D%/tools %D%/bench %D%/e2e %D%/fake

# Tests that are scripts: SCRIPTED_TESTS += %D%/name.sh or .py, printing TAP.
SCRIPTED_TESTS += $(LINTS)
dist_check_SCRIPTS = $(SCRIPTED_TESTS)
TESTS += $(check_PROGRAMS) $(SCRIPTED_TESTS)

# The compiled tests only, as under sanitizers; those of them that have threads; the lints only.
check-unit: all
	$(MAKE) check TESTS='$(check_PROGRAMS)'
check-threads: all $(THREAD_TESTS)
	$(MAKE) check-TESTS check_PROGRAMS='$(THREAD_TESTS)' dist_check_SCRIPTS= TESTS='$(THREAD_TESTS)'
check-lint:
	$(MAKE) check-TESTS check_PROGRAMS= TESTS='$(LINTS)'

# Formats every C file as .clang-format says.
format:
	cd $(top_srcdir) && find src collectors ui tests -name '*.[ch]' -exec clang-format -i {} +
.PHONY: check-unit check-threads check-lint format
