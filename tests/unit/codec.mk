# Unit tests of codec, two lines a test (source: %D%/test_codec_thing.c):
#   check_PROGRAMS += %D%/test_codec_thing
#   %C%_test_codec_thing_LDADD = $(UNIT_CODEC)
check_PROGRAMS += %D%/test_codec_jsonscan
%C%_test_codec_jsonscan_LDADD = $(UNIT_CODEC)
check_PROGRAMS += %D%/test_codec_jsonstream
%C%_test_codec_jsonstream_LDADD = $(UNIT_CODEC)
check_PROGRAMS += %D%/test_codec_hostlist
%C%_test_codec_hostlist_LDADD = $(UNIT_CODEC)
check_PROGRAMS += %D%/test_codec_json
%C%_test_codec_json_SOURCES = %D%/test_codec_json.c %D%/json_same.h
%C%_test_codec_json_LDADD = $(UNIT_CODEC)
check_PROGRAMS += %D%/test_codec_lines
%C%_test_codec_lines_LDADD = $(UNIT_CODEC)
check_PROGRAMS += %D%/test_codec_quantity
%C%_test_codec_quantity_LDADD = $(UNIT_CODEC)
THREAD_TESTS += %D%/test_codec_json
