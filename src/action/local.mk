noinst_LIBRARIES += %D%/libaction.a
%C%_libaction_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libaction_a_SOURCES += %D%/name.c %D%/name.h
%C%_libaction_a_SOURCES =
%C%_libaction_a_SOURCES += %D%/journal.h
%C%_libaction_a_SOURCES += %D%/plan.h
%C%_libaction_a_SOURCES += %D%/request.h
%C%_libaction_a_SOURCES += %D%/verbs.def
