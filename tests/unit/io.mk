# Unit tests of io, two lines a test (source: %D%/test_io_thing.c):
#   check_PROGRAMS += %D%/test_io_thing
#   %C%_test_io_thing_LDADD = $(UNIT_IO)
IO_FAKE = tests/fake/fake_http.c tests/fake/fake_http.h \
	tests/fake/fake_collector.c tests/fake/fake_act.c tests/fake/fake_collector.h \
	tests/fake/rig.c tests/fake/rig.h
ACT_FAKE = $(IO_FAKE) tests/fake/act_rig.c tests/fake/act_rig.h
check_PROGRAMS += %D%/test_io_actor
%C%_test_io_actor_SOURCES = %D%/test_io_actor.c $(ACT_FAKE)
%C%_test_io_actor_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_actor_parts
%C%_test_io_actor_parts_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_actor_slurm
%C%_test_io_actor_slurm_SOURCES = %D%/test_io_actor_slurm.c $(ACT_FAKE)
%C%_test_io_actor_slurm_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_argv
%C%_test_io_argv_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_command
%C%_test_io_command_SOURCES = %D%/test_io_command.c $(IO_FAKE)
%C%_test_io_command_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_exchange
%C%_test_io_exchange_SOURCES = %D%/test_io_exchange.c $(IO_FAKE)
%C%_test_io_exchange_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_exporter
%C%_test_io_exporter_SOURCES = %D%/test_io_exporter.c $(IO_FAKE)
%C%_test_io_exporter_LDADD = $(UNIT_IO)
THREAD_TESTS += %D%/test_io_exporter
check_PROGRAMS += %D%/test_io_load
%C%_test_io_load_SOURCES = %D%/test_io_load.c $(IO_FAKE)
%C%_test_io_load_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_net
%C%_test_io_net_SOURCES = %D%/test_io_net.c $(IO_FAKE)
%C%_test_io_net_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_record
%C%_test_io_record_SOURCES = %D%/test_io_record.c $(IO_FAKE)
%C%_test_io_record_LDADD = $(UNIT_IO)
check_PROGRAMS += %D%/test_io_tls
%C%_test_io_tls_SOURCES = %D%/test_io_tls.c $(IO_FAKE)
%C%_test_io_tls_LDADD = $(UNIT_IO)
THREAD_TESTS += %D%/test_io_actor %D%/test_io_actor_slurm %D%/test_io_command %D%/test_io_load %D%/test_io_net %D%/test_io_record
check_PROGRAMS += %D%/test_io_store
%C%_test_io_store_LDADD = $(UNIT_IO)
EXTRA_DIST += %D%/store_kit.h
THREAD_TESTS += %D%/test_io_store
check_PROGRAMS += %D%/test_io_alarm
%C%_test_io_alarm_LDADD = $(UNIT_IO)
THREAD_TESTS += %D%/test_io_alarm
check_PROGRAMS += %D%/test_io_trail
%C%_test_io_trail_LDADD = $(UNIT_IO)
THREAD_TESTS += %D%/test_io_trail
check_PROGRAMS += %D%/test_io_store_table %D%/test_io_store_samples
%C%_test_io_store_table_LDADD = $(UNIT_IO)
%C%_test_io_store_samples_LDADD = $(UNIT_IO)

# The program's verbs against a cluster that does wrong what the test wants.
SCRIPTED_TESTS += tests/acting/faults.py
check_PROGRAMS += %D%/test_io_store_damage
%C%_test_io_store_damage_LDADD = $(UNIT_IO)
