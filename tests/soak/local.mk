# `make soak SOAK_MINUTES=120`: the dashboard, the wall and `record` over simulated centers that never stand still; docs/soak.md.
# No part of `make check`.
EXTRA_DIST += %D%/soak.py %D%/fleets.py %D%/watched.py %D%/churn.conf %D%/mortal.conf

soak: all
	$(AM_TESTS_ENVIRONMENT) $(PYTHON3) -B $(top_srcdir)/%D%/soak.py
.PHONY: soak
