/* SPDX-License-Identifier: MIT
 * standalone.c - runs a fuzz target over its seeds without libFuzzer, as TAP.
 * fuzz_NAME reads tests/fixtures/fuzz/NAME/, or the files given as arguments. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/paths.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count;
static int failed;

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    long n;

    if (f == NULL)
        return NULL;
    if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0) {
        rewind(f);
        data = malloc((size_t)n + 1);
        if (data != NULL)
            *size = fread(data, 1, (size_t)n, f);
    }
    fclose(f);
    return data;
}

static void run_one(const char *path, const char *name)
{
    size_t size = 0;
    uint8_t *data = read_file(path, &size);
    uint8_t *exact;

    count++;
    if (data == NULL) {
        failed++;
        printf("not ok %d - %s: cannot read\n", count, name);
        return;
    }
    /* An allocation of exactly the size, so that ASan sees the first byte read too far. */
    exact = malloc(size != 0 ? size : 1);
    if (exact != NULL) {
        if (size != 0)
            memcpy(exact, data, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    free(data);
    printf("ok %d - %s\n", count, name);
    fflush(stdout);
}

static void run_folder(const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char *path = NULL;

        if (names[i]->d_name[0] != '.' && asprintf(&path, "%s/%s", folder, names[i]->d_name) > 0)
            run_one(path, names[i]->d_name);
        free(path);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    char folder[4096];

    name = name != NULL ? name + 1 : argv[0];
    if (strncmp(name, "fuzz_", 5) == 0)
        name += 5;
    for (int i = 1; i < argc; i++)
        run_one(argv[i], argv[i]);
    if (argc == 1) {
        snprintf(folder, sizeof folder, UNIT_FIXTURES "/fuzz/%s", name);
        run_folder(folder);
    }
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    count++;
    printf("ok %d - the empty input\n1..%d\n", count, count);
    return failed != 0;
}
