# Unit tests of suantop-node, two lines a test (source: %D%/test_node_thing.c):
#   check_PROGRAMS += %D%/test_node_thing
#   %C%_test_node_thing_LDADD = $(UNIT_NODE)
UNIT_NODE = $(NODE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += %D%/test_node_page
%C%_test_node_page_LDADD = $(UNIT_NODE)
check_PROGRAMS += %D%/test_node_keeper
%C%_test_node_keeper_LDADD = $(UNIT_NODE)
THREAD_TESTS += %D%/test_node_keeper
check_PROGRAMS += %D%/test_node_cpu
%C%_test_node_cpu_LDADD = $(UNIT_NODE)
check_PROGRAMS += %D%/test_node_web
%C%_test_node_web_LDADD = $(UNIT_NODE)
THREAD_TESTS += %D%/test_node_web
check_PROGRAMS += %D%/test_node_gpu
%C%_test_node_gpu_LDADD = $(UNIT_NODE)
check_PROGRAMS += %D%/test_node_gpm
%C%_test_node_gpm_LDADD = $(UNIT_NODE)
check_PROGRAMS += %D%/test_node_jobs
%C%_test_node_jobs_LDADD = $(UNIT_NODE)
check_PROGRAMS += %D%/test_node_xid
%C%_test_node_xid_LDADD = $(UNIT_NODE)
THREAD_TESTS += %D%/test_node_xid
check_PROGRAMS += %D%/test_node_amd
%C%_test_node_amd_LDADD = $(UNIT_NODE)
check_PROGRAMS += %D%/test_node_ascend
%C%_test_node_ascend_LDADD = $(UNIT_NODE)
check_PROGRAMS += %D%/test_node_textfile
%C%_test_node_textfile_LDADD = $(UNIT_NODE)
EXTRA_DIST += %D%/nodegpu.h
# A library that is opened by its name while the test runs; no libtool for one file.
EXTRA_DIST += %D%/stub_nvml.c
NODE_STUB = %D%/stub/libnvidia-ml.so.1
NODE_STUB_OLD = %D%/stub_old/libnvidia-ml.so.1
EXTRA_%C%_test_node_gpu_DEPENDENCIES = $(NODE_STUB) $(NODE_STUB_OLD)
EXTRA_%C%_test_node_gpm_DEPENDENCIES = $(NODE_STUB)
EXTRA_%C%_test_node_xid_DEPENDENCIES = $(NODE_STUB)
CLEANFILES += $(NODE_STUB) $(NODE_STUB_OLD)
STUB_CC = $(CC) -std=gnu11 -D_GNU_SOURCE $(WARN_CFLAGS) -Wno-missing-prototypes -fPIC -shared
$(NODE_STUB): %D%/stub_nvml.c
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(STUB_CC) -o $@ $(srcdir)/tests/unit/stub_nvml.c
$(NODE_STUB_OLD): %D%/stub_nvml.c
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(STUB_CC) -DSTUB_OLD -o $@ $(srcdir)/tests/unit/stub_nvml.c
EXTRA_DIST += %D%/stub_dcmi.c
DCMI_STUBS = %D%/stub/libdcmi.so %D%/stub_old/libdcmi.so
EXTRA_%C%_test_node_ascend_DEPENDENCIES = $(DCMI_STUBS)
CLEANFILES += $(DCMI_STUBS)
%D%/stub/libdcmi.so: %D%/stub_dcmi.c
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(STUB_CC) -o $@ $(srcdir)/tests/unit/stub_dcmi.c
%D%/stub_old/libdcmi.so: %D%/stub_dcmi.c
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(STUB_CC) -DSTUB_OLD -o $@ $(srcdir)/tests/unit/stub_dcmi.c
# The program as it runs, with that library; also for Prometheus, where it is installed.
SCRIPTED_TESTS += tests/node/scrape.py
tests/node/scrape.log: suantop-node$(EXEEXT) suantop-node-probe$(EXEEXT) $(NODE_STUB)
SCRIPTED_TESTS += tests/node/web.py
tests/node/web.log: suantop-node$(EXEEXT) suantop-node-probe$(EXEEXT)
