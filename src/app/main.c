/* SPDX-License-Identifier: MIT
 * main.c - where the program starts and, apart from the out-of-memory handler,
 * the only place where it ends. */
#include "autoconf.h"

#include <stdio.h>

int main(void)
{
    puts(PACKAGE_STRING);
    return 0;
}
