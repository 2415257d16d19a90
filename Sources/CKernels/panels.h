// The packed weights that every SIMD set multiplies: panels of 16 rows, so that a vector holds the same columns of
// neighbouring rows and no sum runs across a vector.
//
// A panel is a sequence of blocks along the columns, a block is a header and its groups of 32 columns (one group, or
// eight in the formats of 256 elements):
//   header: d of 16 rows (f16; MXFP4: exponent bytes), then m or dmin of 16 rows where the format has it;
//   group: scales (one byte a row; two vectors of 16 where halves differ; then minimums; Q2_K: both in a byte), codes.
// Codes are planes of whole 64-byte vectors. A vector of codes ("step" k of 8) holds columns 4k to 4k + 3 of 16 rows:
// byte 4 * row + column. The planes:
//   bytes (Q8_0): one vector a step;
//   nibbles: vector j has step j in the low halves and step j + 4 in the high ones;
//   two-bit fields: vector v has step v + 2p in bits 2p and 2p + 1;
//   single bits: bit k is of step k.
// Nibbles are the low bits of a code. Codes are stored without sign: a signed one plus `panel_zero`; those of IQ4 and
// MXFP4 are indices into their table. Q8_0 keeps its signed bytes.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"

enum { PANEL_ROWS = 16, CODE_STEPS = 8, STEP_BYTES = 64 };

static inline bool panel_has_bytes(enum element_type type) { return type == ELEMENT_Q8_0; }

static inline bool panel_has_pairs(enum element_type type) {
  return type == ELEMENT_Q2_K || type == ELEMENT_Q3_K || type == ELEMENT_Q6_K;
}

static inline bool panel_has_nibbles(enum element_type type) {
  return !panel_has_bytes(type) && type != ELEMENT_Q2_K && type != ELEMENT_Q3_K;
}

static inline bool panel_has_bits(enum element_type type) {
  return type == ELEMENT_Q5_0 || type == ELEMENT_Q5_1 || type == ELEMENT_Q5_K || type == ELEMENT_Q3_K;
}

static inline bool panel_has_table(enum element_type type) {
  return type == ELEMENT_IQ4_NL || type == ELEMENT_IQ4_XS || type == ELEMENT_MXFP4;
}

static inline size_t panel_block_groups(enum element_type type) {
  return type == ELEMENT_IQ4_XS || (type >= ELEMENT_Q2_K && type <= ELEMENT_Q6_K) ? 8 : 1;
}

static inline size_t panel_header_bytes(enum element_type type) {
  return type == ELEMENT_MXFP4 ? PANEL_ROWS : type_has_minimum(type) ? 4 * PANEL_ROWS : 2 * PANEL_ROWS;
}

static inline size_t panel_scale_bytes(enum element_type type) {
  if (panel_block_groups(type) == 1) return 0;
  return type == ELEMENT_IQ4_XS ? PANEL_ROWS : 2 * PANEL_ROWS;
}

static inline size_t panel_group_bytes(enum element_type type) {
  return panel_scale_bytes(type) + (panel_has_bytes(type) ? 8 * STEP_BYTES : 0) +
         (panel_has_nibbles(type) ? 4 * STEP_BYTES : 0) + (panel_has_pairs(type) ? 2 * STEP_BYTES : 0) +
         (panel_has_bits(type) ? STEP_BYTES : 0);
}

static inline size_t panel_block_bytes(enum element_type type) {
  return panel_header_bytes(type) + panel_block_groups(type) * panel_group_bytes(type);
}

// Bytes of a panel over `groups` groups, a whole number of blocks.
static inline size_t panel_bytes(enum element_type type, size_t groups) {
  return groups / panel_block_groups(type) * panel_block_bytes(type);
}

// What was added to a signed code to store it.
static inline int panel_zero(enum element_type type) { return code_zero(type); }

// Asks for the weights that a single token will need soon: memory is what it waits for, and the processor's own fetching
// stops at pages. Addresses past the end do no harm.
static inline __attribute__((always_inline)) void fetch_ahead(enum element_type type, const uint8_t *group) {
  enum { DISTANCE = 4096, LINE = 64 };
  uintptr_t ahead = (uintptr_t)group + DISTANCE;
  for (size_t offset = 0; offset < panel_group_bytes(type); offset += LINE) {
    __builtin_prefetch((const void *)(ahead + offset));
  }
}
