// Reading of ggml's block formats (ggml-common.h, ggml-quants.c: the dequantize_row functions).
#include "blocks_read.h"

#include <string.h>

#include "families.h"
#include "half.h"
#include "rounding.h"

const int8_t iq4_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
const int8_t mxfp4_values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// What the codes of a type stand for; NULL for numbers themselves.
static const int8_t *values_of_codes(enum element_type type) {
  switch (type) {
    case ELEMENT_IQ4_NL:
    case ELEMENT_IQ4_XS: return iq4_values;
    case ELEMENT_MXFP4: return mxfp4_values;
    default: return NULL;
  }
}

float mxfp4_scale(uint8_t exponent) {
  // Exponents 0 and 1 give subnormal floats.
  return float_of_bits(exponent < 2 ? 0x00200000u << exponent : (uint32_t)(exponent - 1) << 23);
}

void read_group(enum element_type type, const void *block, size_t group, struct group_fields *fields) {
  read_scales(type, block, group, fields);
  struct stored_codes stored = read_codes(type, block, group);
  memcpy(fields->codes, stored.words, GROUP_LENGTH);
  const int8_t *values = values_of_codes(type);
  for (size_t i = 0; i < GROUP_LENGTH; i++) {
    int8_t code = fields->codes[i];
    fields->codes[i] = values != NULL ? values[code] : (int8_t)(code - code_zero(type));
  }
}

struct group_scales scales_of_group(enum element_type type, const struct group_fields *fields) {
  float d = type == ELEMENT_MXFP4 ? mxfp4_scale((uint8_t)fields->d) : f16_to_f32(fields->d);
  float dmin = f16_to_f32(fields->dmin);
  struct group_scales result;
  for (size_t half = 0; half < 2; half++) {
    result.scale[half] = d * (float)fields->scales[half];
    result.minimum[half] = dmin * (float)fields->minimums[half];
  }
  return result;
}

void blocks_to_f32(enum element_type type, const void *source, float *out, size_t count) {
  size_t length = element_block_length(type), bytes = element_block_bytes(type);
  const uint8_t *block = source;
  for (size_t start = 0; start < count; start += GROUP_LENGTH) {
    struct group_fields fields;
    size_t group = start % length / GROUP_LENGTH;
    read_group(type, block + start / length * bytes, group, &fields);
    struct group_scales scales = scales_of_group(type, &fields);
    for (size_t i = 0; i < GROUP_LENGTH; i++) {
      float product = scales.scale[i / 16] * (float)fields.codes[i];
      out[start + i] = type_has_minimum(type) ? product + scales.minimum[i / 16] : product;
    }
  }
}

void q8_0_from_f32(const float *source, void *out, size_t count) {
  uint8_t *bytes = out;
  for (size_t start = 0; start < count; start += GROUP_LENGTH) {
    struct block_q8_0 block;
    block.d = f32_to_f16(round_group(source + start, block.qs));
    memcpy(bytes, &block, sizeof block);
    bytes += sizeof block;
  }
}
