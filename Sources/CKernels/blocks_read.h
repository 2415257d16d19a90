// Reading of a group of a block (ggml-quants.c: the dequantize_row functions), to be inlined where the type is known.
#pragma once
#include <string.h>

#include "blocks.h"

// Codes of 16 bytes: low halves, then high halves.
static inline void read_nibbles(const uint8_t *restrict qs, int8_t *restrict codes) {
  for (size_t i = 0; i < 16; i++) {
    codes[i] = (int8_t)(qs[i] & 15);
    codes[i + 16] = (int8_t)(qs[i] >> 4);
  }
}

// The same through a table of values.
static inline void read_table(const uint8_t *restrict qs, const int8_t *values, int8_t *restrict codes) {
  for (size_t i = 0; i < 16; i++) {
    codes[i] = values[qs[i] & 15];
    codes[i + 16] = values[qs[i] >> 4];
  }
}

// The same with a fifth bit from a mask of 32.
static inline void read_five_bits(const uint8_t *restrict qs, const uint8_t *restrict qh, int8_t *restrict codes) {
  read_nibbles(qs, codes);
  for (size_t i = 0; i < GROUP_LENGTH; i++) codes[i] |= (int8_t)((qh[i / 8] >> i % 8 & 1) << 4);
}

static inline void subtract(int8_t *codes, int8_t zero) {
  for (size_t i = 0; i < GROUP_LENGTH; i++) codes[i] = (int8_t)(codes[i] - zero);
}

// The scale and minimum of Q4_K and Q5_K, 6 bits each: the first four groups have theirs in the low bits of 8 bytes,
// the last four in the last 4 bytes with the upper two bits in those of the first 8.
static inline void read_k_scales(const uint8_t *scales, size_t group, struct group_fields *restrict fields) {
  int scale, minimum;
  if (group < 4) {
    scale = scales[group] & 63;
    minimum = scales[group + 4] & 63;
  } else {
    scale = (scales[group + 4] & 15) | (scales[group - 4] >> 6) << 4;
    minimum = scales[group + 4] >> 4 | (scales[group] >> 6) << 4;
  }
  fields->scales[0] = fields->scales[1] = (int8_t)scale;
  fields->minimums[0] = fields->minimums[1] = (int8_t)-minimum;
}

// Half the bytes of a nibble plane that two groups share: the even one in the low halves.
static inline void read_shared_nibbles(const uint8_t *restrict qs, size_t group, int8_t *restrict codes) {
  const uint8_t *bytes = qs + 32 * (group / 2);
  int shift = group % 2 ? 4 : 0;
  for (size_t i = 0; i < GROUP_LENGTH; i++) codes[i] = (int8_t)(bytes[i] >> shift & 15);
}

static inline void read_q2_k(const struct block_q2_k *restrict block, size_t group, struct group_fields *restrict fields) {
  fields->d = block->d;
  fields->dmin = block->dmin;
  for (size_t half = 0; half < 2; half++) {
    uint8_t packed = block->scales[2 * group + half];
    fields->scales[half] = (int8_t)(packed & 15);
    fields->minimums[half] = (int8_t)-(packed >> 4);
  }
  const uint8_t *bytes = block->qs + 32 * (group / 4);
  int shift = 2 * (int)(group % 4);
  for (size_t i = 0; i < GROUP_LENGTH; i++) fields->codes[i] = (int8_t)(bytes[i] >> shift & 3);
}

static inline void read_q3_k(const struct block_q3_k *restrict block, size_t group, struct group_fields *restrict fields) {
  fields->d = block->d;
  for (size_t half = 0; half < 2; half++) {
    size_t index = 2 * group + half;
    int low = block->scales[index % 8] >> (index < 8 ? 0 : 4) & 15;
    int high = block->scales[8 + index % 4] >> 2 * (index / 4) & 3;
    fields->scales[half] = (int8_t)((low | high << 4) - 32);
  }
  const uint8_t *bytes = block->qs + 32 * (group / 4);
  int shift = 2 * (int)(group % 4);
  for (size_t i = 0; i < GROUP_LENGTH; i++) {
    int code = (bytes[i] >> shift & 3) | (block->hmask[i] >> group & 1) << 2;
    fields->codes[i] = (int8_t)(code - 4);
  }
}

static inline void read_q6_k(const struct block_q6_k *restrict block, size_t group, struct group_fields *restrict fields) {
  fields->d = block->d;
  fields->scales[0] = block->scales[2 * group];
  fields->scales[1] = block->scales[2 * group + 1];
  const uint8_t *low = block->ql + 64 * (group / 4) + 32 * (group % 2);
  const uint8_t *high = block->qh + 32 * (group / 4);
  int low_shift = group % 4 < 2 ? 0 : 4, high_shift = 2 * (int)(group % 4);
  for (size_t i = 0; i < GROUP_LENGTH; i++) {
    int code = (low[i] >> low_shift & 15) | (high[i] >> high_shift & 3) << 4;
    fields->codes[i] = (int8_t)(code - 32);
  }
}

static inline void read_iq4_xs(const struct block_iq4_xs *restrict block, size_t group, struct group_fields *restrict fields) {
  int low = block->scales_l[group / 2] >> (group % 2 ? 4 : 0) & 15;
  int high = block->scales_h >> 2 * group & 3;
  fields->d = block->d;
  fields->scales[0] = fields->scales[1] = (int8_t)((low | high << 4) - 32);
  read_table(block->qs + 16 * group, iq4_values, fields->codes);
}

static inline void read_q4_k(const struct block_q4_k *restrict block, size_t group, struct group_fields *restrict fields) {
  fields->d = block->d;
  fields->dmin = block->dmin;
  read_k_scales(block->scales, group, fields);
  read_shared_nibbles(block->qs, group, fields->codes);
}

static inline void read_q5_k(const struct block_q5_k *restrict block, size_t group, struct group_fields *restrict fields) {
  fields->d = block->d;
  fields->dmin = block->dmin;
  read_k_scales(block->scales, group, fields);
  read_shared_nibbles(block->qs, group, fields->codes);
  for (size_t i = 0; i < GROUP_LENGTH; i++) fields->codes[i] |= (int8_t)((block->qh[i] >> group & 1) << 4);
}

// The formats of 32 elements; every f16 before the codes.
static inline void read_short_block(enum element_type type, const uint8_t *restrict bytes, struct group_fields *restrict fields) {
  if (type == ELEMENT_MXFP4) {
    fields->d = bytes[0];
    read_table(bytes + offsetof(struct block_mxfp4, qs), mxfp4_values, fields->codes);
    return;
  }
  memcpy(&fields->d, bytes, sizeof fields->d);
  if (type_has_minimum(type)) memcpy(&fields->dmin, bytes + sizeof fields->d, sizeof fields->dmin);
  switch (type) {
    case ELEMENT_Q8_0: memcpy(fields->codes, bytes + offsetof(struct block_q8_0, qs), GROUP_LENGTH); break;
    case ELEMENT_Q4_0:
      read_nibbles(bytes + offsetof(struct block_q4_0, qs), fields->codes);
      subtract(fields->codes, 8);
      break;
    case ELEMENT_Q4_1: read_nibbles(bytes + offsetof(struct block_q4_1, qs), fields->codes); break;
    case ELEMENT_Q5_0:
      read_five_bits(bytes + offsetof(struct block_q5_0, qs), bytes + offsetof(struct block_q5_0, qh), fields->codes);
      subtract(fields->codes, 16);
      break;
    case ELEMENT_Q5_1:
      read_five_bits(bytes + offsetof(struct block_q5_1, qs), bytes + offsetof(struct block_q5_1, qh), fields->codes);
      break;
    default: read_table(bytes + offsetof(struct block_iq4_nl, qs), iq4_values, fields->codes); break;
  }
}

// As read_group in blocks.h.
static inline __attribute__((always_inline)) void read_group_inline(enum element_type type, const void *block,
                                                                    size_t group, struct group_fields *restrict fields) {
  fields->dmin = 0;
  fields->scales[0] = fields->scales[1] = 1;
  fields->minimums[0] = fields->minimums[1] = 1;
  switch (type) {
    case ELEMENT_Q2_K: read_q2_k(block, group, fields); break;
    case ELEMENT_Q3_K: read_q3_k(block, group, fields); break;
    case ELEMENT_Q4_K: read_q4_k(block, group, fields); break;
    case ELEMENT_Q5_K: read_q5_k(block, group, fields); break;
    case ELEMENT_Q6_K: read_q6_k(block, group, fields); break;
    case ELEMENT_IQ4_XS: read_iq4_xs(block, group, fields); break;
    default: read_short_block(type, block, fields); break;
  }
}
