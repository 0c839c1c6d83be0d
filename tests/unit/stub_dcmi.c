/* SPDX-License-Identifier: MIT
 * stub_dcmi.c - a libdcmi.so with two made-up cards, for the tests of suantop-node.
 *
 * STUB_DCMI is a list of words, with commas: lost (the second card answers nothing), sick (alarm and error codes), onerate (the
 * call for all rates at once fails), hang (the second card's temperature never comes), broken (does not start).
 * Built with STUB_OLD it has the calls of an old driver only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { UNSUPPORTED = -8255, FAILED = -8005 };

static int mode(const char *word)
{
    const char *at = getenv("STUB_DCMI");
    size_t len = strlen(word);

    for (; at != NULL; at = strchr(at, ','), at += at != NULL)
        if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
            return 1;
    return 0;
}

static int verdict(int card)
{
    return mode("lost") && card == 5 ? FAILED : 0;
}

EXPORT int dcmi_init(void)
{
    return mode("broken") ? FAILED : 0;
}

EXPORT int dcmi_get_card_list(int *count, int *list, int room)
{
    *count = room >= 2 ? 2 : 0;
    list[0] = 2;
    list[1] = 5;
    return 0;
}

EXPORT int dcmi_get_device_num_in_card(int card, int *count)
{
    *count = card == 2 ? 2 : 1; /* the first has its controller besides */
    return 0;
}

EXPORT int dcmi_get_device_type(int card, int device, int *type)
{
    (void)card;
    *type = device == 1;
    return 0;
}

EXPORT int dcmi_get_device_temperature(int card, int device, int *out)
{
    (void)device;
    while (mode("hang") && card == 5)
        pause();
    *out = card == 5 ? 71 : 52;
    return verdict(card);
}

EXPORT int dcmi_get_device_power_info(int card, int device, int *out)
{
    (void)device;
    *out = 3125;
    return verdict(card);
}

EXPORT int dcmi_get_device_health(int card, int device, unsigned *out)
{
    (void)device;
    *out = mode("sick") && card == 5 ? 2 : 0;
    return verdict(card);
}

EXPORT int dcmi_get_device_utilization_rate(int card, int device, int kind, unsigned *out)
{
    (void)device;
    if (kind != 2)
        return UNSUPPORTED;
    *out = 93;
    return verdict(card);
}

struct bus {
    unsigned ids[4];
    int domain;
    unsigned bus, device, function;
    unsigned char reserved[32];
};

EXPORT int dcmi_get_device_pcie_info_v2(int card, int device, struct bus *out)
{
    (void)device;
    memset(out, 0, sizeof *out);
    out->bus = card == 5 ? 0xc1 : 0x41;
    return 0;
}

#ifndef STUB_OLD

EXPORT int dcmi_get_driver_version(char *out, unsigned room)
{
    snprintf(out, room, "24.1.rc3");
    return 0;
}

EXPORT int dcmi_get_device_logic_id(int *out, int card, int device)
{
    (void)device;
    *out = card == 5;
    return 0;
}

EXPORT int dcmi_get_device_chip_info(int card, int device, char out[3][32])
{
    (void)card;
    (void)device;
    strcpy(out[0], "Ascend");
    strcpy(out[1], "910B3");
    return 0;
}

EXPORT int dcmi_get_device_errorcode_v2(int card, int device, int *count, unsigned *list,
                                        unsigned room)
{
    (void)device;
    *count = mode("sick") && card == 5 && room >= 2 ? 2 : 0;
    list[0] = 0x80E01801;
    list[1] = 0x80C98009;
    return verdict(card);
}

struct hbm {
    unsigned long long size;
    unsigned mhz;
    unsigned long long used;
    int celsius;
    unsigned bandwidth;
};

EXPORT int dcmi_get_device_hbm_info(int card, int device, struct hbm *out)
{
    (void)device;
    *out = (struct hbm){65536, 1600, 32768, 60, 44};
    return verdict(card);
}

EXPORT int dcmi_get_device_multi_utilization_rate(int card, int device, unsigned out[12])
{
    (void)device;
    if (mode("onerate"))
        return UNSUPPORTED;
    memset(out, 0, 48);
    out[0] = 71; /* cube, vector, core, all */
    out[1] = 22;
    out[2] = 88;
    out[3] = 90;
    return verdict(card);
}

EXPORT int dcmi_get_device_aicore_info(int card, int device, unsigned out[2])
{
    (void)device;
    out[0] = 1850;
    out[1] = 1800;
    return verdict(card);
}

EXPORT int dcmi_get_device_ecc_info(int card, int device, int kind, int out[7])
{
    (void)device;
    memset(out, 0, 28);
    out[0] = 1;
    out[1] = 4;
    out[2] = 1;
    return kind == 2 ? verdict(card) : UNSUPPORTED;
}

#endif
