# embed.awk - makes the C source of the data files given: const char data_NAME[] = "...".
# An array of characters, not one literal: C11 promises no more than 4095 of them in a literal.
BEGIN {
    for (i = 1; i < 128; i++)
        code[sprintf("%c", i)] = i
    print "/* Made by embed.awk. */"
    print "#include \"data/data.h\""
}

FNR == 1 {
    if (open_array)
        print "0};"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\..*/, "", name)
    printf "const char data_%s[] = {\n", name
    open_array = 1
}

{
    for (i = 1; i <= length($0); i++) {
        c = substr($0, i, 1)
        if (!(c in code)) {
            printf "%s:%d: not ASCII\n", FILENAME, FNR > "/dev/stderr"
            bad = 1
            exit 1
        }
        printf "%d,", code[c]
    }
    print "10,"
}

END {
    if (open_array && !bad)
        print "0};"
}
