/* SPDX-License-Identifier: MIT
 * dcmi.h - Huawei's library of Ascend NPUs by its ABI, opened with dlopen; for ascend.c only.
 *
 * Declared after the public "DCMI API reference" (Atlas A2 and A3, driver 23 to 25). Each call takes a card and a device on
 * it and returns 0 when it worked; each symbol may be missing, and what a product does not have fails by itself. */
#ifndef SUAN_NODE_DCMI_H
#define SUAN_NODE_DCMI_H

#include <stdbool.h>

enum { DCMI_NAME = 32, DCMI_CODES = 128, DCMI_NPU = 0, DCMI_HBM = 2 };
/* Of dcmi_get_device_utilization_rate and dcmi_get_device_frequency. */
enum { DCMI_RATE_CORE = 2, DCMI_RATE_BANDWIDTH = 10, DCMI_RATE_NPU = 13, DCMI_RATE_CUBE = 14 };
enum { DCMI_CLOCK_NOW = 7, DCMI_CLOCK_RATED = 9 };
#define DCMI_ABSENT 0xffffffffu /* health of a device that is not there, or did not start */

struct dcmi_chip {
    char type[DCMI_NAME], name[DCMI_NAME], version[DCMI_NAME];
    unsigned cores;
    char room[DCMI_NAME]; /* a newer version of it is longer */
};
struct dcmi_bus {
    unsigned vendor, subvendor, device_id, subdevice_id;
    int domain;
    unsigned bus, device, function;
    unsigned char reserved[32];
};
struct dcmi_hbm {
    unsigned long long size_mib;
    unsigned mhz;
    unsigned long long used_mib;
    int celsius;
    unsigned bandwidth_percent;
};
struct dcmi_rates {
    unsigned cube, vector, core, npu;
    unsigned reserved[8];
};
struct dcmi_clocks {
    unsigned rated, now;
};
struct dcmi_ecc {
    int on;
    unsigned corrected, uncorrected, corrected_ever, uncorrected_ever, pages[2];
};

/* The calls that are used: any but the first three may be missing. */
#define DCMI_CALLS(X)                                                                              \
    X(init, dcmi_init, (void))                                                                     \
    X(cards, dcmi_get_card_list, (int *, int *, int))                                              \
    X(devices, dcmi_get_device_num_in_card, (int, int *))                                          \
    X(driver, dcmi_get_driver_version, (char *, unsigned))                                         \
    X(type, dcmi_get_device_type, (int, int, int *))                                               \
    X(logic_id, dcmi_get_device_logic_id, (int *, int, int))                                       \
    X(bus, dcmi_get_device_pcie_info_v2, (int, int, struct dcmi_bus *))                            \
    X(chip, dcmi_get_device_chip_info, (int, int, struct dcmi_chip *))                             \
    X(temperature, dcmi_get_device_temperature, (int, int, int *))                                 \
    X(power, dcmi_get_device_power_info, (int, int, int *))                                        \
    X(health, dcmi_get_device_health, (int, int, unsigned *))                                      \
    X(codes, dcmi_get_device_errorcode_v2, (int, int, int *, unsigned *, unsigned))                \
    X(hbm, dcmi_get_device_hbm_info, (int, int, struct dcmi_hbm *))                                \
    X(rate, dcmi_get_device_utilization_rate, (int, int, int, unsigned *))                         \
    X(rates, dcmi_get_device_multi_utilization_rate, (int, int, struct dcmi_rates *))              \
    X(clocks, dcmi_get_device_aicore_info, (int, int, struct dcmi_clocks *))                       \
    X(clock, dcmi_get_device_frequency, (int, int, int, unsigned *))                               \
    X(ecc, dcmi_get_device_ecc_info, (int, int, int, struct dcmi_ecc *))

struct dcmi {
    void *handle;
    bool started;
#define DCMI_MEMBER(name, symbol, arguments) int(*name) arguments;
    DCMI_CALLS(DCMI_MEMBER)
#undef DCMI_MEMBER
};

/* True: the call is there, and worked. */
#define DCMI_ASK(d, call, ...) ((d)->call != NULL && (d)->call(__VA_ARGS__) == 0)

#endif
