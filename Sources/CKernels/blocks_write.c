// Writing of ggml's block formats, the reverse of read_group: what blocks.h's layouts make of codes and scales.
#include <string.h>

#include "quantize_blocks.h"

// Two codes of 4 bits a byte: elements 0 to 15 in the low halves, 16 to 31 in the high ones.
static void write_nibbles(const uint8_t *codes, uint8_t *qs) {
  for (size_t i = 0; i < 16; i++) qs[i] = (uint8_t)((codes[i] & 15) | (codes[i + 16] & 15) << 4);
}

// The fifth bits of 32 codes.
static void write_fifth_bits(const uint8_t *codes, uint8_t *qh) {
  for (size_t i = 0; i < GROUP_LENGTH; i++) qh[i / 8] |= (uint8_t)((codes[i] >> 4) << i % 8);
}

// Codes of 4 bits where two neighbouring groups share 32 bytes.
static void write_shared_nibbles(const uint8_t *codes, uint8_t *qs) {
  for (size_t pair = 0; pair < 4; pair++) {
    const uint8_t *low = codes + 64 * pair, *high = low + 32;
    for (size_t i = 0; i < 32; i++) qs[32 * pair + i] = (uint8_t)((low[i] & 15) | (high[i] & 15) << 4);
  }
}

// Two bits of each code, four groups of 32 to 32 bytes.
static void write_bit_pairs(const uint8_t *codes, uint8_t *qs) {
  for (size_t i = 0; i < 256; i++) qs[32 * (i / 128) + i % 32] |= (uint8_t)((codes[i] & 3) << 2 * (i % 128 / 32));
}

// A bit above the others of each code: eight groups of 32 to 32 bytes.
static void write_high_bits(const uint8_t *codes, int shift, uint8_t *bytes) {
  for (size_t i = 0; i < 256; i++) bytes[i % 32] |= (uint8_t)((codes[i] >> shift & 1) << i / 32);
}

// The scales and minimums of Q4_K and Q5_K, 6 bits each, as read_k_scales takes them apart.
static void write_k_scales(const struct fitted_block *fitted, uint8_t *scales) {
  for (size_t j = 0; j < 4; j++) {
    int scale = fitted->scales[j], minimum = fitted->minimums[j];
    int later_scale = fitted->scales[j + 4], later_minimum = fitted->minimums[j + 4];
    scales[j] = (uint8_t)(scale | (later_scale >> 4) << 6);
    scales[j + 4] = (uint8_t)(minimum | (later_minimum >> 4) << 6);
    scales[j + 8] = (uint8_t)((later_scale & 15) | (later_minimum & 15) << 4);
  }
}

static void write_q2_k(const struct fitted_block *fitted, struct block_q2_k *block) {
  block->d = fitted->d;
  block->dmin = fitted->dmin;
  for (size_t j = 0; j < 16; j++) block->scales[j] = (uint8_t)(fitted->scales[j] | fitted->minimums[j] << 4);
  write_bit_pairs(fitted->codes, block->qs);
}

static void write_q3_k(const struct fitted_block *fitted, struct block_q3_k *block) {
  block->d = fitted->d;
  for (size_t j = 0; j < 16; j++) {
    int scale = fitted->scales[j] + 32;
    block->scales[j % 8] |= (uint8_t)((scale & 15) << (j < 8 ? 0 : 4));
    block->scales[8 + j % 4] |= (uint8_t)((scale >> 4) << 2 * (j / 4));
  }
  write_high_bits(fitted->codes, 2, block->hmask);
  write_bit_pairs(fitted->codes, block->qs);
}

static void write_q4_k(const struct fitted_block *fitted, struct block_q4_k *block) {
  block->d = fitted->d;
  block->dmin = fitted->dmin;
  write_k_scales(fitted, block->scales);
  write_shared_nibbles(fitted->codes, block->qs);
}

static void write_q5_k(const struct fitted_block *fitted, struct block_q5_k *block) {
  block->d = fitted->d;
  block->dmin = fitted->dmin;
  write_k_scales(fitted, block->scales);
  write_high_bits(fitted->codes, 4, block->qh);
  write_shared_nibbles(fitted->codes, block->qs);
}

static void write_q6_k(const struct fitted_block *fitted, struct block_q6_k *block) {
  block->d = fitted->d;
  memcpy(block->scales, fitted->scales, sizeof block->scales);
  for (size_t i = 0; i < 256; i++) {
    size_t half = i / 128, group = i % 128 / 32, column = i % 32;
    uint8_t code = fitted->codes[i];
    block->ql[64 * half + 32 * (group % 2) + column] |= (uint8_t)((code & 15) << (group < 2 ? 0 : 4));
    block->qh[32 * half + column] |= (uint8_t)((code >> 4) << 2 * group);
  }
}

static void write_iq4_xs(const struct fitted_block *fitted, struct block_iq4_xs *block) {
  block->d = fitted->d;
  for (size_t group = 0; group < 8; group++) {
    int scale = fitted->scales[group] + 32;
    block->scales_l[group / 2] |= (uint8_t)((scale & 15) << (group % 2 ? 4 : 0));
    block->scales_h |= (uint16_t)((scale >> 4) << 2 * group);
    write_nibbles(fitted->codes + 32 * group, block->qs + 16 * group);
  }
}

void write_block(enum element_type type, const struct fitted_block *fitted, void *out) {
  // A block may lie at an odd address; it is put together in a copy.
  union {
    struct block_q4_0 q4_0;
    struct block_q4_1 q4_1;
    struct block_q5_0 q5_0;
    struct block_q5_1 q5_1;
    struct block_q2_k q2_k;
    struct block_q3_k q3_k;
    struct block_q4_k q4_k;
    struct block_q5_k q5_k;
    struct block_q6_k q6_k;
    struct block_iq4_nl iq4_nl;
    struct block_iq4_xs iq4_xs;
  } block;
  memset(&block, 0, sizeof block);
  switch (type) {
    case ELEMENT_Q2_K: write_q2_k(fitted, &block.q2_k); break;
    case ELEMENT_Q3_K: write_q3_k(fitted, &block.q3_k); break;
    case ELEMENT_Q4_K: write_q4_k(fitted, &block.q4_k); break;
    case ELEMENT_Q5_K: write_q5_k(fitted, &block.q5_k); break;
    case ELEMENT_Q6_K: write_q6_k(fitted, &block.q6_k); break;
    case ELEMENT_IQ4_XS: write_iq4_xs(fitted, &block.iq4_xs); break;
    case ELEMENT_Q4_1:
      block.q4_1 = (struct block_q4_1){.d = fitted->d, .m = fitted->dmin};
      write_nibbles(fitted->codes, block.q4_1.qs);
      break;
    case ELEMENT_Q5_0:
      block.q5_0.d = fitted->d;
      write_fifth_bits(fitted->codes, block.q5_0.qh);
      write_nibbles(fitted->codes, block.q5_0.qs);
      break;
    case ELEMENT_Q5_1:
      block.q5_1 = (struct block_q5_1){.d = fitted->d, .m = fitted->dmin};
      write_fifth_bits(fitted->codes, block.q5_1.qh);
      write_nibbles(fitted->codes, block.q5_1.qs);
      break;
    case ELEMENT_IQ4_NL:
      block.iq4_nl.d = fitted->d;
      write_nibbles(fitted->codes, block.iq4_nl.qs);
      break;
    default:
      block.q4_0.d = fitted->d;
      write_nibbles(fitted->codes, block.q4_0.qs);
      break;
  }
  memcpy(out, &block, element_block_bytes(type));
}
