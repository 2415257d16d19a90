// Rounding of a group of floats to signed bytes, the reference for every instruction set.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "half.h"

// Below this largest magnitude a group is rounded to zeros: the inverse of its scale would leave the range of floats.
#define SMALLEST_MAGNITUDE 0x1p-120f

// How a group is rounded: codes are x * inverse, ties to even, or all zero where inverse is zero.
struct group_rounding {
  float scale, inverse;
};

// From the bits of the group's largest magnitude, which are ordered as the magnitudes are, with NaN above infinity. A
// group with an infinity or a NaN gives zeros and that as the scale, so that products with it are NaN.
static inline struct group_rounding rounding_of_group(uint32_t largest_bits) {
  float largest = float_of_bits(largest_bits);
  if (largest_bits >= 0x7f800000) return (struct group_rounding){largest, 0};
  if (largest < SMALLEST_MAGNITUDE) return (struct group_rounding){0, 0};
  float scale = largest / 127;
  return (struct group_rounding){scale, 1 / scale};
}

// Writes codes in [-127, 127] and returns the scale: largest magnitude / 127.
static inline float round_group(const float *x, int8_t *codes) {
  uint32_t largest_bits = 0;
  for (size_t i = 0; i < GROUP_LENGTH; i++) {
    uint32_t magnitude = bits_of_float(x[i]) & 0x7fffffff;
    largest_bits = magnitude > largest_bits ? magnitude : largest_bits;
  }
  struct group_rounding rounding = rounding_of_group(largest_bits);
  // Added to a value of less than 2^22 this constant leaves the nearest integer, ties to even, in the low bits.
  const float rounder = 0x1.8p23f;
  for (size_t i = 0; i < GROUP_LENGTH; i++) {
    float rounded = rounding.inverse == 0 ? rounder : x[i] * rounding.inverse + rounder;
    codes[i] = (int8_t)((int32_t)bits_of_float(rounded) - (int32_t)bits_of_float(rounder));
  }
  return rounding.scale;
}
