# Faults of the C library, one at a time, in runs of the real program: a seeded sample in `make check`,
# all of them by `make torture` (an hour or so; TORTURE_MOST=30 is a walk through).
FAULT = %D%/fault.so
check_DATA = $(FAULT)
CLEANFILES += $(FAULT)
EXTRA_DIST += %D%/fault.c %D%/lsan.supp
SCRIPTED_TESTS += %D%/torture.py

# No sanitizer in it: it hands on to the program's. No libtool for one file.
$(FAULT): %D%/fault.c
	$(AM_V_CC)$(MKDIR_P) %D% && $(CC) -std=gnu11 -D_GNU_SOURCE $(WARN_CFLAGS) -O1 -g -fno-omit-frame-pointer \
		-fPIC -shared -o $@ $(top_srcdir)/%D%/fault.c -ldl

torture: all $(FAULT)
	$(AM_TESTS_ENVIRONMENT) TORTURE=full $(PYTHON3) -B $(top_srcdir)/%D%/torture.py
.PHONY: torture
