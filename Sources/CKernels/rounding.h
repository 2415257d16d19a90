// Rounding of a group of floats to signed bytes, the reference for every instruction set.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "half.h"

// Below this largest magnitude a group is rounded to zeros: the inverse of its scale would leave the range of floats.
#define SMALLEST_MAGNITUDE 0x1p-120f

// Writes codes in [-127, 127], ties to even, and returns the scale: largest magnitude / 127. A group with an infinity
// or a NaN gives zeros and that as the scale, so that products with it are NaN.
static inline float round_group(const float *x, int8_t *codes) {
  // The bits of magnitudes are ordered as the magnitudes are, with NaN above infinity.
  uint32_t largest_bits = 0;
  for (size_t i = 0; i < GROUP_LENGTH; i++) {
    uint32_t magnitude = bits_of_float(x[i]) & 0x7fffffff;
    largest_bits = magnitude > largest_bits ? magnitude : largest_bits;
  }
  float largest = float_of_bits(largest_bits);
  if (largest_bits >= 0x7f800000 || largest < SMALLEST_MAGNITUDE) {
    for (size_t i = 0; i < GROUP_LENGTH; i++) codes[i] = 0;
    return largest_bits >= 0x7f800000 ? largest : 0;
  }
  // Added to a value of less than 2^22 this constant leaves the nearest integer, ties to even, in the low bits.
  const float rounder = 0x1.8p23f;
  float scale = largest / 127, inverse = 1 / scale;
  for (size_t i = 0; i < GROUP_LENGTH; i++) {
    codes[i] = (int8_t)((int32_t)bits_of_float(x[i] * inverse + rounder) - (int32_t)bits_of_float(rounder));
  }
  return scale;
}
