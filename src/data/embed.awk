# embed.awk - makes the C source of the data files given, byte by byte (LC_ALL=C): const char data_NAME[].
# An array of characters, not one literal: C11 promises no more than 4095 of them in a literal.
# -v header=FILE: what declares them; -v prefix=TEXT instead of data_.
BEGIN {
    for (i = 1; i < 256; i++)
        code[sprintf("%c", i)] = i
    print "/* Made by embed.awk. */"
    if (header == "")
        header = "data/data.h"
    if (prefix == "")
        prefix = "data_"
    printf "#include \"%s\"\n", header
}

FNR == 1 {
    if (open_array)
        print "0};"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\..*/, "", name)
    printf "const char %s%s[] = {\n", prefix, name
    open_array = 1
}

{
    for (i = 1; i <= length($0); i++) {
        c = substr($0, i, 1)
        if (!(c in code)) {
            printf "%s:%d: a NUL\n", FILENAME, FNR > "/dev/stderr"
            bad = 1
            exit 1
        }
        printf "'\\%03o',", code[c]
    }
    print "10,"
}

END {
    if (open_array && !bad)
        print "0};"
}
