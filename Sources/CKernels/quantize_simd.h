// The quantisers of all block formats, for the instruction set of the function that calls quantize_blocks.
#pragma once
#include "families.h"
#include "quantize_blocks.h"
#include "quantize_super_blocks.h"

// Code numbers and multiples of the formats; tables of all types, zeros where a type is none of them.
static const struct {
  float lowest, highest;
} code_ranges[ELEMENT_TYPE_COUNT] = {
  [ELEMENT_Q4_0] = {-8, 7}, [ELEMENT_Q4_1] = {0, 15}, [ELEMENT_Q5_0] = {-16, 15}, [ELEMENT_Q5_1] = {0, 31},
  [ELEMENT_Q2_K] = {0, 3},  [ELEMENT_Q3_K] = {-4, 3}, [ELEMENT_Q4_K] = {0, 15},   [ELEMENT_Q5_K] = {0, 31},
  [ELEMENT_Q6_K] = {-32, 31},
};
static const struct {
  size_t group_length;
  float lowest_multiple, highest_multiple;
} layouts[ELEMENT_TYPE_COUNT] = {
  [ELEMENT_Q2_K] = {16, 0, 15}, [ELEMENT_Q3_K] = {16, -32, 31},   [ELEMENT_Q4_K] = {32, 0, 63},
  [ELEMENT_Q5_K] = {32, 0, 63}, [ELEMENT_Q6_K] = {16, -128, 127}, [ELEMENT_IQ4_XS] = {32, -32, 31},
};

// Fits up to LANES blocks of 32 weights with one scale, and a minimum where the rule allows an offset.
LANEWISE void fit_short_blocks(const float *values, size_t blocks, struct code_set codes, enum offset_rule rule,
                               struct fitted_block *out) {
  struct group_lanes groups;
  load_groups(values, blocks, GROUP_LENGTH, &groups);
  struct grids grids = best_f16_grids(&groups, codes, rule);
  for (size_t lane = 0; lane < blocks; lane++) {
    out[lane].d = f32_to_f16(grids.scale[lane]);
    out[lane].dmin = f32_to_f16(grids.offset[lane]);
  }
  uint8_t codes_of_lanes[LONGEST_GROUP][LANES];
  number_codes(&groups, &grids, codes, codes_of_lanes);
  for (size_t lane = 0; lane < blocks; lane++) {
    for (size_t i = 0; i < GROUP_LENGTH; i++) out[lane].codes[i] = codes_of_lanes[i][lane];
  }
}

LANEWISE void quantize_short(enum element_type type, struct code_set codes, enum offset_rule rule,
                             const float *source, uint8_t *out, size_t blocks) {
  size_t bytes = element_block_bytes(type);
  for (size_t first = 0; first < blocks; first += LANES) {
    size_t count = blocks - first < LANES ? blocks - first : LANES;
    struct fitted_block fitted[LANES];
    fit_short_blocks(source + first * GROUP_LENGTH, count, codes, rule, fitted);
    for (size_t i = 0; i < count; i++) write_block(type, fitted + i, out + (first + i) * bytes);
  }
}

LANEWISE void quantize_super(enum element_type type, struct code_set codes, enum offset_rule rule,
                             const float *source, uint8_t *out, size_t blocks) {
  struct super_block_format format = {layouts[type].group_length, layouts[type].lowest_multiple,
                                      layouts[type].highest_multiple, codes, rule};
  size_t bytes = element_block_bytes(type), abreast = LANES * format.group_length / SUPER_BLOCK;
  for (size_t first = 0; first < blocks; first += abreast) {
    size_t count = blocks - first < abreast ? blocks - first : abreast;
    struct fitted_block fitted[MOST_BLOCKS_ABREAST];
    fit_super_blocks(source + first * SUPER_BLOCK, count, format, fitted);
    for (size_t i = 0; i < count; i++) write_block(type, fitted + i, out + (first + i) * bytes);
  }
}

// The values of iq4_values, where the compiler sees them.
static const float iq4_codes[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

LANEWISE struct code_set whole_codes(enum element_type type) {
  return (struct code_set){code_ranges[type].lowest, code_ranges[type].highest, 0.1f, NULL};
}

// Formats that differ only in numbers share a body.
LANEWISE void quantize_blocks(enum element_type type, const float *source, void *out, size_t count) {
  const struct code_set table = {-127, 113, 2, iq4_codes};
  size_t blocks = count / element_block_length(type);
  switch (type) {
    case ELEMENT_Q8_0: q8_0_from_f32(source, out, count); break;
    case ELEMENT_Q4_0:
    case ELEMENT_Q5_0: quantize_short(type, whole_codes(type), OFFSET_NONE, source, out, blocks); break;
    case ELEMENT_Q4_1:
    case ELEMENT_Q5_1: quantize_short(type, whole_codes(type), OFFSET_FREE, source, out, blocks); break;
    case ELEMENT_IQ4_NL: quantize_short(type, table, OFFSET_NONE, source, out, blocks); break;
    case ELEMENT_Q3_K:
    case ELEMENT_Q6_K: quantize_super(type, whole_codes(type), OFFSET_NONE, source, out, blocks); break;
    case ELEMENT_Q2_K:
    case ELEMENT_Q4_K:
    case ELEMENT_Q5_K: quantize_super(type, whole_codes(type), OFFSET_NOT_POSITIVE, source, out, blocks); break;
    case ELEMENT_IQ4_XS: quantize_super(type, table, OFFSET_NONE, source, out, blocks); break;
    default: break;
  }
}
