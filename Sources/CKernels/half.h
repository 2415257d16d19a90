// Scalar conversions between float and the two 16-bit floats, on bits: the same on every processor.
#pragma once
#include <stdint.h>
#include <string.h>

static inline float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float f16_to_f32(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t magnitude = half & 0x7fff;
  if (magnitude < 0x0400) {  // subnormal: a multiple of 2^-24
    return float_of_bits(sign | bits_of_float((float)magnitude * 0x1p-24f));
  }
  if (magnitude < 0x7c00) return float_of_bits(sign | ((magnitude << 13) + (112u << 23)));
  uint32_t quiet = magnitude > 0x7c00 ? 0x00400000 : 0;
  return float_of_bits(sign | 0x7f800000 | quiet | (magnitude & 0x3ff) << 13);
}

// Rounds to nearest even, as the processor's conversion does.
static inline uint16_t f32_to_f16(float value) {
  uint32_t bits = bits_of_float(value);
  uint32_t sign = bits >> 16 & 0x8000;
  uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);  // 65520 and more
  if (magnitude < 0x38800000) {  // below 2^-14: one half has the unit of the subnormals, so the sum rounds
    float shifted = float_of_bits(magnitude) + 0.5f;
    return (uint16_t)(sign | (bits_of_float(shifted) - bits_of_float(0.5f)));
  }
  magnitude += 0xfff + (magnitude >> 13 & 1);
  return (uint16_t)(sign | (magnitude - (112u << 23)) >> 13);
}

static inline float bf16_to_f32(uint16_t value) { return float_of_bits((uint32_t)value << 16); }

// Rounds to nearest even; a NaN stays one.
static inline uint16_t f32_to_bf16(float value) {
  uint32_t bits = bits_of_float(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
