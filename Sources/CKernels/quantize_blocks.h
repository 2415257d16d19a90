// Writing of ggml's block formats: the best grids of quantize_grid.h and quantize_super_blocks.h, packed as blocks.h
// has them. For one instruction set: a file that includes this one names it.
#pragma once
#include "blocks.h"
#include "families.h"
#include "quantize_super_blocks.h"

// Two codes of 4 bits a byte: elements 0 to 15 in the low halves, 16 to 31 in the high ones.
GRID void pack_nibbles(const int8_t *codes, uint8_t *qs) {
  for (size_t i = 0; i < 16; i++) qs[i] = (uint8_t)((codes[i] & 15) | (codes[i + 16] & 15) << 4);
}

// The fifth bits of 32 codes.
GRID void pack_fifth_bits(const int8_t *codes, uint8_t *qh) {
  memset(qh, 0, 4);
  for (size_t i = 0; i < GROUP_LENGTH; i++) qh[i / 8] |= (uint8_t)((codes[i] >> 4 & 1) << i % 8);
}

static const float even_importance[SUPER_BLOCK] = {[0 ... SUPER_BLOCK - 1] = 1};

// Formats of 32 weights with a scale: codes from -zero to zero - 1, stored with zero added.
GRID uint16_t fit_scaled_block(const float *values, int zero, int8_t *codes) {
  struct code_range range = {(float)-zero, (float)(zero - 1)};
  struct weight_group group = {values, even_importance, GROUP_LENGTH};
  uint16_t d = f32_to_f16(symmetric_grid(group, range).scale);
  codes_of_grid(values, GROUP_LENGTH, (struct grid){f16_to_f32(d), 0}, range, codes);
  for (size_t i = 0; i < GROUP_LENGTH; i++) codes[i] = (int8_t)(codes[i] + zero);
  return d;
}

struct scale_and_minimum {
  uint16_t d, m;
};

// Formats of 32 weights with a scale and a minimum: codes from 0 to `highest`.
GRID struct scale_and_minimum fit_offset_block(const float *values, int highest, int8_t *codes) {
  struct code_range range = {0, (float)highest};
  struct weight_group group = {values, even_importance, GROUP_LENGTH};
  struct grid grid = offset_grid(group, range, OFFSET_FREE);
  struct scale_and_minimum result = {f32_to_f16(grid.scale), f32_to_f16(grid.offset)};
  struct grid stored = {f16_to_f32(result.d), f16_to_f32(result.m)};
  codes_of_grid(values, GROUP_LENGTH, stored, range, codes);
  return result;
}

GRID void write_q4_0(const float *values, struct block_q4_0 *block) {
  int8_t codes[GROUP_LENGTH];
  block->d = fit_scaled_block(values, 8, codes);
  pack_nibbles(codes, block->qs);
}

GRID void write_q5_0(const float *values, struct block_q5_0 *block) {
  int8_t codes[GROUP_LENGTH];
  block->d = fit_scaled_block(values, 16, codes);
  pack_nibbles(codes, block->qs);
  pack_fifth_bits(codes, block->qh);
}

GRID void write_q4_1(const float *values, struct block_q4_1 *block) {
  int8_t codes[GROUP_LENGTH];
  struct scale_and_minimum fitted = fit_offset_block(values, 15, codes);
  block->d = fitted.d;
  block->m = fitted.m;
  pack_nibbles(codes, block->qs);
}

GRID void write_q5_1(const float *values, struct block_q5_1 *block) {
  int8_t codes[GROUP_LENGTH];
  struct scale_and_minimum fitted = fit_offset_block(values, 31, codes);
  block->d = fitted.d;
  block->m = fitted.m;
  pack_nibbles(codes, block->qs);
  pack_fifth_bits(codes, block->qh);
}

// The scales and minimums of Q4_K and Q5_K, 6 bits each, as read_group takes them apart.
GRID void pack_k_scales(const struct super_block *fitted, uint8_t *scales) {
  for (size_t j = 0; j < 4; j++) {
    int scale = fitted->scales[j], minimum = fitted->minimums[j];
    int later_scale = fitted->scales[j + 4], later_minimum = fitted->minimums[j + 4];
    scales[j] = (uint8_t)(scale | (later_scale >> 4) << 6);
    scales[j + 4] = (uint8_t)(minimum | (later_minimum >> 4) << 6);
    scales[j + 8] = (uint8_t)((later_scale & 15) | (later_minimum & 15) << 4);
  }
}

// Codes of 4 bits where two neighbouring groups share 32 bytes.
GRID void pack_shared_nibbles(const int8_t *codes, uint8_t *qs) {
  for (size_t pair = 0; pair < 4; pair++) {
    const int8_t *low = codes + 64 * pair, *high = low + 32;
    for (size_t i = 0; i < 32; i++) qs[32 * pair + i] = (uint8_t)((low[i] & 15) | (high[i] & 15) << 4);
  }
}

// Two bits of each code, four groups of 32 to 32 bytes.
GRID void pack_bit_pairs(const int8_t *codes, uint8_t *qs) {
  for (size_t half = 0; half < 2; half++) {
    const int8_t *first = codes + 128 * half;
    for (size_t i = 0; i < 32; i++) {
      qs[32 * half + i] = (uint8_t)((first[i] & 3) | (first[i + 32] & 3) << 2 | (first[i + 64] & 3) << 4 |
                                    (first[i + 96] & 3) << 6);
    }
  }
}

GRID void write_q2_k(const float *values, struct block_q2_k *block) {
  const struct super_block_format format = {16, {0, 3}, {0, 15}, true};
  struct super_block fitted;
  fit_super_block(values, even_importance, &format, &fitted);
  block->d = fitted.d;
  block->dmin = fitted.dmin;
  for (size_t j = 0; j < 16; j++) block->scales[j] = (uint8_t)(fitted.scales[j] | fitted.minimums[j] << 4);
  pack_bit_pairs(fitted.codes, block->qs);
}

GRID void write_q3_k(const float *values, struct block_q3_k *block) {
  const struct super_block_format format = {16, {-4, 3}, {-32, 31}, false};
  struct super_block fitted;
  fit_super_block(values, even_importance, &format, &fitted);
  block->d = fitted.d;
  memset(block->scales, 0, sizeof block->scales);
  for (size_t j = 0; j < 16; j++) {
    int scale = fitted.scales[j] + 32;
    block->scales[j % 8] |= (uint8_t)((scale & 15) << (j < 8 ? 0 : 4));
    block->scales[8 + j % 4] |= (uint8_t)((scale >> 4) << 2 * (j / 4));
  }
  memset(block->hmask, 0, sizeof block->hmask);
  for (size_t i = 0; i < SUPER_BLOCK; i++) {
    fitted.codes[i] = (int8_t)(fitted.codes[i] + 4);
    block->hmask[i % 32] |= (uint8_t)((fitted.codes[i] >> 2) << i / 32);
  }
  pack_bit_pairs(fitted.codes, block->qs);
}

GRID void write_q4_k(const float *values, struct block_q4_k *block) {
  const struct super_block_format format = {32, {0, 15}, {0, 63}, true};
  struct super_block fitted;
  fit_super_block(values, even_importance, &format, &fitted);
  block->d = fitted.d;
  block->dmin = fitted.dmin;
  pack_k_scales(&fitted, block->scales);
  pack_shared_nibbles(fitted.codes, block->qs);
}

GRID void write_q5_k(const float *values, struct block_q5_k *block) {
  const struct super_block_format format = {32, {0, 31}, {0, 63}, true};
  struct super_block fitted;
  fit_super_block(values, even_importance, &format, &fitted);
  block->d = fitted.d;
  block->dmin = fitted.dmin;
  pack_k_scales(&fitted, block->scales);
  pack_shared_nibbles(fitted.codes, block->qs);
  memset(block->qh, 0, sizeof block->qh);
  for (size_t i = 0; i < SUPER_BLOCK; i++) block->qh[i % 32] |= (uint8_t)((fitted.codes[i] >> 4) << i / 32);
}

GRID void write_q6_k(const float *values, struct block_q6_k *block) {
  const struct super_block_format format = {16, {-32, 31}, {-128, 127}, false};
  struct super_block fitted;
  fit_super_block(values, even_importance, &format, &fitted);
  block->d = fitted.d;
  memcpy(block->scales, fitted.scales, sizeof block->scales);
  for (size_t half = 0; half < 2; half++) {
    const int8_t *codes = fitted.codes + 128 * half;
    uint8_t *low = block->ql + 64 * half, *high = block->qh + 32 * half;
    for (size_t i = 0; i < 32; i++) {
      int q[4];
      for (size_t part = 0; part < 4; part++) q[part] = codes[32 * part + i] + 32;
      low[i] = (uint8_t)((q[0] & 15) | (q[2] & 15) << 4);
      low[i + 32] = (uint8_t)((q[1] & 15) | (q[3] & 15) << 4);
      high[i] = (uint8_t)(q[0] >> 4 | (q[1] >> 4) << 2 | (q[2] >> 4) << 4 | (q[3] >> 4) << 6);
    }
  }
}

// One block at a time through a local copy, as blocks may lie at odd addresses.
#define WRITE_BLOCKS(NAME, LENGTH) \
  for (size_t start = 0; start < count; start += LENGTH) { \
    struct block_##NAME block; \
    write_##NAME(source + start, &block); \
    memcpy(bytes, &block, sizeof block); \
    bytes += sizeof block; \
  } \
  break

GRID void write_blocks(enum element_type type, const float *source, void *out, size_t count) {
  uint8_t *bytes = out;
  switch (type) {
    case ELEMENT_Q8_0: q8_0_from_f32(source, out, count); break;
    case ELEMENT_Q4_0: WRITE_BLOCKS(q4_0, GROUP_LENGTH);
    case ELEMENT_Q4_1: WRITE_BLOCKS(q4_1, GROUP_LENGTH);
    case ELEMENT_Q5_0: WRITE_BLOCKS(q5_0, GROUP_LENGTH);
    case ELEMENT_Q5_1: WRITE_BLOCKS(q5_1, GROUP_LENGTH);
    case ELEMENT_Q2_K: WRITE_BLOCKS(q2_k, SUPER_BLOCK);
    case ELEMENT_Q3_K: WRITE_BLOCKS(q3_k, SUPER_BLOCK);
    case ELEMENT_Q4_K: WRITE_BLOCKS(q4_k, SUPER_BLOCK);
    case ELEMENT_Q5_K: WRITE_BLOCKS(q5_k, SUPER_BLOCK);
    case ELEMENT_Q6_K: WRITE_BLOCKS(q6_k, SUPER_BLOCK);
    default: break;
  }
}
