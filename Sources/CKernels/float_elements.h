// Single elements of the types that the float products and the attention cache read.
#pragma once
#include <stddef.h>

#include "elements.h"
#include "half.h"

// A Q8_0 block: the scale as f16, then 32 signed bytes.
enum { Q8_0_LENGTH = 32, Q8_0_BYTES = 34 };

// Columns of a float product that are summed in one chain: short enough that rounding stays small, and that the
// activations of a tile stay in the first-level cache.
enum { SUM_COLUMNS = 512 };

static inline float float_at(const void *address) {
  float value;
  memcpy(&value, address, sizeof value);
  return value;
}

static inline uint16_t half_at(const void *address) {
  uint16_t value;
  memcpy(&value, address, sizeof value);
  return value;
}

// Element `index` of a row of F32, F16, BF16 or Q8_0.
static inline float element_as_float(enum element_type type, const void *row, size_t index) {
  const uint8_t *bytes = row;
  switch (type) {
    case ELEMENT_F16: return f16_to_f32(half_at(bytes + 2 * index));
    case ELEMENT_BF16: return bf16_to_f32(half_at(bytes + 2 * index));
    case ELEMENT_Q8_0: {
      const uint8_t *block = bytes + index / Q8_0_LENGTH * Q8_0_BYTES;
      return f16_to_f32(half_at(block)) * (float)(int8_t)block[2 + index % Q8_0_LENGTH];
    }
    default: return float_at(bytes + 4 * index);
  }
}
