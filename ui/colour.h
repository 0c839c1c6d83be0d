/* SPDX-License-Identifier: MIT
 * colour.h - arithmetic on 0xRRGGBB: blending, contrast, hue, perceived distance. Pure. */
#ifndef SUAN_UI_COLOUR_H
#define SUAN_UI_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

int32_t colour_blend(int32_t a, int32_t b, double share_of_b);
double colour_luminance(int32_t rgb);                      /* 0..1, as WCAG defines it */
double colour_contrast(int32_t a, int32_t b);              /* 1..21 */
bool colour_hue_near(int32_t rgb, int hue, int tolerance); /* degrees; false for greys */
/* rgb, moved towards black or white until it has that contrast on ground. */
int32_t colour_readable(int32_t rgb, int32_t ground, double contrast);

/* OKLab, where equal distances look equally different. */
struct colour_lab {
    double l, a, b;
};
struct colour_lab colour_lab(int32_t rgb);
/* Squared distance. Below 1, `lightness` makes a difference in lightness count less than one in hue. */
double colour_distance(struct colour_lab x, struct colour_lab y, double lightness);

#endif
