noinst_LIBRARIES += %D%/libui.a
%C%_libui_a_CFLAGS = $(AM_CFLAGS)
# One file a line: %C%_libui_a_SOURCES += %D%/name.c %D%/name.h
%C%_libui_a_SOURCES =
%C%_libui_a_SOURCES += %D%/canvas.c %D%/canvas.h
