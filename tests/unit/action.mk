# Unit tests of action, two lines a test (source: %D%/test_action_thing.c):
#   check_PROGRAMS += %D%/test_action_thing
#   %C%_test_action_thing_LDADD = $(UNIT_ACTION)
check_PROGRAMS += %D%/test_action_journal
%C%_test_action_journal_LDADD = $(UNIT_ACTION)
check_PROGRAMS += %D%/test_action_request
%C%_test_action_request_LDADD = $(UNIT_ACTION)
check_PROGRAMS += %D%/test_action_plan
%C%_test_action_plan_LDADD = $(UNIT_ACTION)
check_PROGRAMS += %D%/test_action_plan_told
%C%_test_action_plan_told_LDADD = $(UNIT_ACTION)
check_PROGRAMS += %D%/test_action_journal_faults
%C%_test_action_journal_faults_LDADD = $(UNIT_ACTION)
%C%_test_action_journal_faults_LDFLAGS = -Wl,--wrap=open,--wrap=fstat,--wrap=flock,--wrap=pread,--wrap=read \
	-Wl,--wrap=write,--wrap=fsync,--wrap=ftruncate
