// Reading of a group of a block (ggml-quants.c: the dequantize_row functions), inlined where the type is known.
#pragma once
#include <string.h>

#include "blocks.h"

#define INLINE static inline __attribute__((always_inline))

// The 32 codes of a group as they are stored, eight to a word: code i is byte i % 8 of word i / 8. Words are shifted and
// masked whole, so that no instruction set is needed to be quick.
struct stored_codes {
  uint64_t words[GROUP_LENGTH / 8];
};

// A number in every byte.
#define EACH_BYTE(value) ((value) * 0x0101010101010101u)

INLINE uint64_t load_word(const void *bytes, size_t index) {
  uint64_t word;
  memcpy(&word, (const uint8_t *)bytes + 8 * index, sizeof word);
  return word;
}

// Bit i of a byte as byte i of a word.
INLINE uint64_t spread_bits(uint8_t bits) {
  uint64_t apart = EACH_BYTE((uint64_t)bits) & 0x8040201008040201u;  // bit i, at its place in byte i
  return (apart + EACH_BYTE(0x7fu)) >> 7 & EACH_BYTE(1u);
}

// 16 bytes: low halves, then high halves.
INLINE void read_nibbles(const uint8_t *qs, uint64_t *words) {
  for (size_t i = 0; i < 2; i++) {
    words[i] = load_word(qs, i) & EACH_BYTE(15u);
    words[i + 2] = load_word(qs, i) >> 4 & EACH_BYTE(15u);
  }
}

// Fields of `mask` + 1 values of all 32 bytes of a plane that several groups share, moved up to `place`.
INLINE void add_plane(const uint8_t *plane, int shift, uint64_t mask, int place, uint64_t *words) {
  for (size_t i = 0; i < 4; i++) words[i] |= (load_word(plane, i) >> shift & EACH_BYTE(mask)) << place;
}

INLINE void add_fifth_bits(const uint8_t *qh, uint64_t *words) {
  for (size_t i = 0; i < 4; i++) words[i] |= spread_bits(qh[i]) << 4;
}

INLINE struct stored_codes read_codes(enum element_type type, const void *block, size_t group) {
  struct stored_codes codes = {{0}};
  uint64_t *words = codes.words;
  int quarter = (int)(group % 4);
  switch (type) {
    case ELEMENT_Q8_0: memcpy(words, ((const struct block_q8_0 *)block)->qs, GROUP_LENGTH); break;
    case ELEMENT_Q4_0: read_nibbles(((const struct block_q4_0 *)block)->qs, words); break;
    case ELEMENT_Q4_1: read_nibbles(((const struct block_q4_1 *)block)->qs, words); break;
    case ELEMENT_IQ4_NL: read_nibbles(((const struct block_iq4_nl *)block)->qs, words); break;
    case ELEMENT_IQ4_XS: read_nibbles(((const struct block_iq4_xs *)block)->qs + 16 * group, words); break;
    case ELEMENT_MXFP4: read_nibbles(((const struct block_mxfp4 *)block)->qs, words); break;
    case ELEMENT_Q5_0:
      read_nibbles(((const struct block_q5_0 *)block)->qs, words);
      add_fifth_bits(((const struct block_q5_0 *)block)->qh, words);
      break;
    case ELEMENT_Q5_1:
      read_nibbles(((const struct block_q5_1 *)block)->qs, words);
      add_fifth_bits(((const struct block_q5_1 *)block)->qh, words);
      break;
    case ELEMENT_Q2_K:
      add_plane(((const struct block_q2_k *)block)->qs + 32 * (group / 4), 2 * quarter, 3, 0, words);
      break;
    case ELEMENT_Q3_K:
      add_plane(((const struct block_q3_k *)block)->qs + 32 * (group / 4), 2 * quarter, 3, 0, words);
      add_plane(((const struct block_q3_k *)block)->hmask, (int)group, 1, 2, words);
      break;
    case ELEMENT_Q4_K:
      add_plane(((const struct block_q4_k *)block)->qs + 32 * (group / 2), group % 2 ? 4 : 0, 15, 0, words);
      break;
    case ELEMENT_Q5_K:
      add_plane(((const struct block_q5_k *)block)->qs + 32 * (group / 2), group % 2 ? 4 : 0, 15, 0, words);
      add_plane(((const struct block_q5_k *)block)->qh, (int)group, 1, 4, words);
      break;
    case ELEMENT_Q6_K: {
      const struct block_q6_k *six = block;
      add_plane(six->ql + 64 * (group / 4) + 32 * (group % 2), quarter < 2 ? 0 : 4, 15, 0, words);
      add_plane(six->qh + 32 * (group / 4), 2 * quarter, 3, 4, words);
      break;
    }
    default: break;
  }
  return codes;
}

// The scale and minimum of Q4_K and Q5_K, 6 bits each: the first four groups have theirs in the low bits of 8 bytes,
// the last four in the last 4 bytes with the upper two bits in those of the first 8.
INLINE void read_k_scales(const uint8_t *scales, size_t group, struct group_fields *fields) {
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

INLINE void read_q2_k_scales(const struct block_q2_k *block, size_t group, struct group_fields *fields) {
  for (size_t half = 0; half < 2; half++) {
    uint8_t packed = block->scales[2 * group + half];
    fields->scales[half] = (int8_t)(packed & 15);
    fields->minimums[half] = (int8_t)-(packed >> 4);
  }
}

INLINE void read_q3_k_scales(const struct block_q3_k *block, size_t group, struct group_fields *fields) {
  for (size_t half = 0; half < 2; half++) {
    size_t index = 2 * group + half;
    int low = block->scales[index % 8] >> (index < 8 ? 0 : 4) & 15;
    int high = block->scales[8 + index % 4] >> 2 * (index / 4) & 3;
    fields->scales[half] = (int8_t)((low | high << 4) - 32);
  }
}

INLINE void read_iq4_xs_scale(const struct block_iq4_xs *block, size_t group, struct group_fields *fields) {
  int low = block->scales_l[group / 2] >> (group % 2 ? 4 : 0) & 15;
  int high = block->scales_h >> 2 * group & 3;
  fields->scales[0] = fields->scales[1] = (int8_t)((low | high << 4) - 32);
}

// All fields but the codes.
INLINE void read_scales(enum element_type type, const void *block, size_t group, struct group_fields *fields) {
  fields->dmin = 0;
  fields->scales[0] = fields->scales[1] = 1;
  fields->minimums[0] = fields->minimums[1] = 1;
#define READ_D(TYPE) fields->d = ((const struct TYPE *)block)->d
#define READ_DMIN(TYPE, FIELD) fields->dmin = ((const struct TYPE *)block)->FIELD
  switch (type) {
    case ELEMENT_MXFP4: fields->d = ((const struct block_mxfp4 *)block)->e; break;
    case ELEMENT_Q4_1: READ_D(block_q4_1); READ_DMIN(block_q4_1, m); break;
    case ELEMENT_Q5_1: READ_D(block_q5_1); READ_DMIN(block_q5_1, m); break;
    case ELEMENT_Q2_K:
      READ_D(block_q2_k);
      READ_DMIN(block_q2_k, dmin);
      read_q2_k_scales(block, group, fields);
      break;
    case ELEMENT_Q3_K:
      READ_D(block_q3_k);
      read_q3_k_scales(block, group, fields);
      break;
    case ELEMENT_Q4_K:
      READ_D(block_q4_k);
      READ_DMIN(block_q4_k, dmin);
      read_k_scales(((const struct block_q4_k *)block)->scales, group, fields);
      break;
    case ELEMENT_Q5_K:
      READ_D(block_q5_k);
      READ_DMIN(block_q5_k, dmin);
      read_k_scales(((const struct block_q5_k *)block)->scales, group, fields);
      break;
    case ELEMENT_Q6_K:
      READ_D(block_q6_k);
      memcpy(fields->scales, ((const struct block_q6_k *)block)->scales + 2 * group, 2);
      break;
    case ELEMENT_IQ4_XS:
      READ_D(block_iq4_xs);
      read_iq4_xs_scale(block, group, fields);
      break;
    default: memcpy(&fields->d, block, sizeof fields->d); break;  // the first field of the others
  }
#undef READ_D
#undef READ_DMIN
}
