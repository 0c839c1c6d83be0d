# What nothing may do, tried at random: see test_safety.c.
check_PROGRAMS += %D%/test_safety
%C%_test_safety_SOURCES = %D%/test_safety.c %D%/monkey.c %D%/monkey.h %D%/monkey_int.h %D%/oracle.c \
	$(STAGE)
%C%_test_safety_LDADD = $(UNIT_UI)
check_PROGRAMS += %D%/test_safety_wire
%C%_test_safety_wire_SOURCES = %D%/test_safety_wire.c %D%/fake_term.c %D%/fake_term.h $(IO_FAKE)
%C%_test_safety_wire_LDADD = $(UNIT_APP)
THREAD_TESTS += %D%/test_safety_wire
