# SUAN_CHECK_CFLAGS(VARIABLE, FLAGS)
# Appends to VARIABLE those of FLAGS that the C compiler accepts.
AC_DEFUN([SUAN_CHECK_CFLAGS], [
  for suan_flag in m4_normalize([$2]); do
    # A compiler takes any -Wno-x in silence, so ask about -Wx.
    suan_ask=`echo "$suan_flag" | sed 's/^-Wno-/-W/'`
    AS_VAR_PUSHDEF([suan_cache], [suan_cv_cflag_$suan_ask])
    AC_CACHE_CHECK([whether $CC accepts $suan_flag], [suan_cache], [
      suan_save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS -Werror $suan_ask"
      AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int suan_check_cflags;]])],
        [AS_VAR_SET([suan_cache], [yes])], [AS_VAR_SET([suan_cache], [no])])
      CFLAGS=$suan_save_CFLAGS
    ])
    AS_VAR_IF([suan_cache], [yes], [$1="$$1 $suan_flag"])
    AS_VAR_POPDEF([suan_cache])
  done
])
