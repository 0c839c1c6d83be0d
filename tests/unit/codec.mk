# Unit tests of codec, two lines a test (source: %D%/test_codec_thing.c):
#   check_PROGRAMS += %D%/test_codec_thing
#   %C%_test_codec_thing_LDADD = $(UNIT_CODEC)
