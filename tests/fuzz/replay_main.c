/* SPDX-License-Identifier: MIT
 * replay_main.c - drives a fuzz target without libFuzzer, as TAP.
 *
 * With arguments: runs those files. Without: for fuzz_NAME the seeds in tests/fixtures/fuzz/NAME/,
 * then a few thousand inputs made from them and from nothing by a fixed pseudo-random sequence, so
 * that two runs are equal. FUZZ_RUNS=n makes it n of them. The random input that is being run
 * stands in PROGRAM.input until all went well: whatever ends the process, it can be run again. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/paths.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 4096, USUAL_RUNS = 4000 };

struct input {
    uint8_t *data;
    size_t size;
};

static struct input *seeds;
static size_t seed_count;
static int count, failed;
static uint64_t random_state = 0x5eed5eed5eed5eedu;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 32) * limit >> 32);
}

static bool read_file(const char *path, struct input *in)
{
    FILE *f = fopen(path, "rb");
    long n;

    *in = (struct input){NULL, 0};
    if (f == NULL)
        return false;
    if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0) {
        rewind(f);
        in->data = malloc((size_t)n + 1);
        if (in->data != NULL)
            in->size = fread(in->data, 1, (size_t)n, f);
    }
    fclose(f);
    return in->data != NULL;
}

/* In an allocation of exactly its size, so that ASan sees the first byte read too far. */
static void run_exact(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size != 0 ? size : 1);

    if (exact == NULL)
        return;
    if (size != 0)
        memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void report(bool ok, const char *name)
{
    count++;
    failed += !ok;
    printf("%sok %d - %s\n", ok ? "" : "not ", count, name);
    fflush(stdout);
}

static void run_file(const char *path, const char *name)
{
    struct input in;
    bool readable = read_file(path, &in);
    struct input *more = realloc(seeds, (seed_count + 1) * sizeof(*seeds));

    if (more != NULL)
        seeds = more;
    if (readable)
        run_exact(in.data, in.size);
    report(readable, name);
    if (readable && more != NULL)
        seeds[seed_count++] = in;
    else
        free(in.data);
}

static void run_folder(const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char *path = NULL;

        if (names[i]->d_name[0] != '.' && asprintf(&path, "%s/%s", folder, names[i]->d_name) > 0)
            run_file(path, names[i]->d_name);
        free(path);
        free(names[i]);
    }
    free(names);
}

/* Bytes from nothing; the alphabet decides how far they come before they are refused. */
static size_t make_random(uint8_t *out)
{
    static const char marks[] =
        "{}[]\":,.-+eE0123456789 \n\t\\/=#_abntrufls\xe4\xb8\xad\xcc\x81\xc2";
    uint32_t alphabet = random_below(3), bits = random_below(10);
    size_t size = random_below((1u << bits) + 1);

    for (size_t i = 0; i < size; i++) {
        if (alphabet == 0)
            out[i] = (uint8_t)random_below(256);
        else if (alphabet == 1)
            out[i] = (uint8_t)(0x20 + random_below(0x5F));
        else
            out[i] = (uint8_t)marks[random_below(sizeof(marks) - 1)];
    }
    return size;
}

/* One small damage: a byte changed, a piece cut out, doubled, or overwritten from another seed. */
static size_t damage(uint8_t *out, size_t size)
{
    size_t at = random_below((uint32_t)size), left = size - at;
    size_t piece = 1 + random_below((uint32_t)(left < 32 ? left : 32) - (left == 1 ? 0 : 1));
    const struct input *other = &seeds[random_below((uint32_t)seed_count)];

    switch (random_below(5)) {
    case 0:
        out[at] = (uint8_t)random_below(256);
        return size;
    case 1:
        out[at] ^= (uint8_t)(1u << random_below(8));
        return size;
    case 2:
        memmove(out + at, out + at + piece, left - piece);
        return size - piece;
    case 3:
        if (size + piece > LONGEST)
            return at + 1; /* cut the tail off */
        memmove(out + at + piece, out + at, left);
        return size + piece;
    default:
        if (other->size > piece)
            memcpy(out + at, other->data + random_below((uint32_t)(other->size - piece)), piece);
        return size;
    }
}

static size_t make_from_seed(uint8_t *out)
{
    const struct input *seed = &seeds[random_below((uint32_t)seed_count)];
    size_t size = seed->size < LONGEST ? seed->size : LONGEST;

    memcpy(out, seed->data, size);
    for (uint32_t times = 1 + random_below(6); times > 0 && size > 0; times--)
        size = damage(out, size);
    return size;
}

/* A file that holds the bytes even when a sanitizer ends the process. */
static uint8_t *map_input_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    void *map = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, LONGEST) == 0)
        map = mmap(NULL, LONGEST, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    return map == MAP_FAILED ? NULL : map;
}

static void run_random(const char *program)
{
    static uint8_t made[LONGEST];
    const char *wanted = getenv("FUZZ_RUNS");
    unsigned long runs = wanted != NULL ? strtoul(wanted, NULL, 10) : USUAL_RUNS;
    char path[4096], name[64];

    snprintf(path, sizeof(path), "%s.input", program);
    uint8_t *shown = map_input_file(path);
    for (unsigned long i = 0; i < runs; i++) {
        size_t size = seed_count > 0 && i % 4 != 0 ? make_from_seed(made) : make_random(made);
        if (shown != NULL)
            memcpy(shown, made, LONGEST);
        run_exact(made, size);
    }
    if (shown != NULL) {
        munmap(shown, LONGEST);
        unlink(path);
    }
    snprintf(name, sizeof(name), "%lu pseudo-random inputs", runs);
    report(true, name);
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    char folder[4096];

    name = name != NULL ? name + 1 : argv[0];
    if (strncmp(name, "fuzz_", 5) == 0)
        name += 5;
    for (int i = 1; i < argc; i++)
        run_file(argv[i], argv[i]);
    if (argc == 1) {
        snprintf(folder, sizeof(folder), UNIT_FIXTURES "/fuzz/%s", name);
        run_folder(folder);
        run_random(argv[0]);
    }
    run_exact((const uint8_t *)"", 0);
    report(true, "the empty input");
    printf("1..%d\n", count);
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i].data);
    free(seeds);
    return failed != 0;
}
