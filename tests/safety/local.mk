# What nothing may do, tried at random: see test_safety.c.
check_PROGRAMS += %D%/test_safety
%C%_test_safety_SOURCES = %D%/test_safety.c %D%/monkey.c %D%/monkey.h %D%/monkey_int.h %D%/oracle.c \
	$(STAGE)
%C%_test_safety_LDADD = $(UNIT_UI)
