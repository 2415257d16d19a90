// Packing of stored blocks into panels.
#include "panels.h"

#include <string.h>

#include "blocks_read.h"
#include "families.h"

// Everything below is compiled once for each type, which then decides what of it remains.
#define INLINE static inline __attribute__((always_inline))

// Whether the nibbles of a group lie in the file as a row of a panel has them: low halves first, then high ones.
INLINE bool stores_nibbles_in_order(enum element_type type) {
  return panel_has_nibbles(type) && (panel_block_groups(type) == 1 || type == ELEMENT_IQ4_XS);
}

INLINE const uint8_t *nibbles_of_group(enum element_type type, const uint8_t *block, size_t block_bytes, size_t group) {
  if (type == ELEMENT_IQ4_XS) return block + offsetof(struct block_iq4_xs, qs) + 16 * group;
  return block + block_bytes - 16;  // the last field of every format of 32 elements
}

// Puts a row's four bytes of each step into the vectors of a plane.
INLINE void move_steps(const uint8_t *source, size_t steps, size_t row, uint8_t *plane) {
  for (size_t step = 0; step < steps; step++) memcpy(plane + step * STEP_BYTES + row * 4, source + 4 * step, 4);
}

// Puts the 32 codes of a row, without sign, into the planes.
INLINE void place_codes(enum element_type type, const uint8_t *restrict codes, size_t row, uint8_t *restrict plane) {
  int low_bits = 0;
  if (panel_has_nibbles(type)) {
    uint8_t nibbles[16];
    for (size_t i = 0; i < 16; i++) nibbles[i] = (uint8_t)((codes[i] & 15) | codes[i + 16] << 4);
    move_steps(nibbles, CODE_STEPS / 2, row, plane);
    plane += CODE_STEPS / 2 * STEP_BYTES;
    low_bits = 4;
  }
  if (panel_has_pairs(type)) {
    uint8_t pairs[8] = {0};
    for (size_t i = 0; i < 8; i++) {
      for (int p = 0; p < 4; p++) pairs[i] |= (uint8_t)((codes[i + 8 * (size_t)p] >> low_bits & 3) << 2 * p);
    }
    move_steps(pairs, 2, row, plane);
    plane += 2 * STEP_BYTES;
    low_bits += 2;
  }
  if (panel_has_bits(type)) {
    uint8_t bits[4] = {0};
    for (size_t i = 0; i < 4; i++) {
      for (int k = 0; k < 8; k++) bits[i] |= (uint8_t)((codes[i + 4 * (size_t)k] >> low_bits & 1) << k);
    }
    move_steps(bits, 1, row, plane);
  }
}

INLINE void place_scales(enum element_type type, const struct group_fields *fields, size_t row, uint8_t *scales) {
  if (type == ELEMENT_Q2_K) {
    for (size_t half = 0; half < 2; half++) {
      scales[half * PANEL_ROWS + row] = (uint8_t)(fields->scales[half] | -fields->minimums[half] << 4);
    }
    return;
  }
  scales[row] = (uint8_t)fields->scales[0];
  if (type_has_half_scales(type)) scales[PANEL_ROWS + row] = (uint8_t)fields->scales[1];
  if (type_has_minimum(type)) scales[PANEL_ROWS + row] = (uint8_t)fields->minimums[0];
}

INLINE void place_header(enum element_type type, const struct group_fields *fields, size_t row, uint8_t *header) {
  if (type == ELEMENT_MXFP4) {
    header[row] = (uint8_t)fields->d;
    return;
  }
  memcpy(header + 2 * row, &fields->d, 2);
  if (type_has_minimum(type)) memcpy(header + 2 * (PANEL_ROWS + row), &fields->dmin, 2);
}

INLINE void pack_group(enum element_type type, const uint8_t *block, size_t block_bytes, size_t index, size_t row,
                       uint8_t *group, uint8_t *header) {
  struct group_fields fields;
  read_group_inline(type, block, index, &fields);
  if (index == 0) place_header(type, &fields, row, header);
  uint8_t *planes = group + panel_scale_bytes(type);
  if (planes != group) place_scales(type, &fields, row, group);
  if (panel_has_bytes(type)) {
    move_steps((const uint8_t *)fields.codes, CODE_STEPS, row, planes);
  } else if (stores_nibbles_in_order(type) && !panel_has_bits(type)) {
    move_steps(nibbles_of_group(type, block, block_bytes, index), CODE_STEPS / 2, row, planes);
  } else {
    uint8_t codes[GROUP_LENGTH];
    for (size_t i = 0; i < GROUP_LENGTH; i++) codes[i] = (uint8_t)(fields.codes[i] + panel_zero(type));
    place_codes(type, codes, row, planes);
  }
}

// Packs a block of each of the `present` <= 16 rows of a panel.
INLINE void pack_blocks(enum element_type type, const uint8_t *source, size_t row_bytes, size_t block_bytes,
                        size_t present, uint8_t *out) {
  // Rows that are missing multiply as zeros.
  if (present < PANEL_ROWS) memset(out, 0, panel_block_bytes(type));
#pragma clang loop unroll(full)  // so that the shifts of each group are constants
  for (size_t group = 0; group < panel_block_groups(type); group++) {
    uint8_t *target = out + panel_header_bytes(type) + group * panel_group_bytes(type);
    for (size_t row = 0; row < present; row++) {
      pack_group(type, source + row * row_bytes, block_bytes, group, row, target, out);
    }
  }
}

INLINE void pack_rows(enum element_type type, const uint8_t *weights, size_t row_bytes, size_t rows, size_t columns,
                      uint8_t *out) {
  size_t blocks = columns / element_block_length(type), block_bytes = element_block_bytes(type);
  for (size_t first = 0; first < rows; first += PANEL_ROWS) {
    const uint8_t *panel_rows = weights + first * row_bytes;
    size_t present = rows - first < PANEL_ROWS ? rows - first : PANEL_ROWS;
    for (size_t block = 0; block < blocks; block++, out += panel_block_bytes(type)) {
      pack_blocks(type, panel_rows + block * block_bytes, row_bytes, block_bytes, present, out);
    }
  }
}

size_t panels_packed_bytes(enum element_type type, size_t rows, size_t columns) {
  if (!type_is_blocks(type)) return 0;
  return (rows + PANEL_ROWS - 1) / PANEL_ROWS * panel_bytes(type, columns / GROUP_LENGTH);
}

#define PACK(TYPE) case TYPE: pack_rows(TYPE, weights, row_bytes, rows, columns, packed); break;
#define PACK_EACH_TYPE \
  switch (type) { \
    PACK(ELEMENT_Q8_0) PACK(ELEMENT_Q4_0) PACK(ELEMENT_Q4_1) PACK(ELEMENT_Q5_0) PACK(ELEMENT_Q5_1) \
    PACK(ELEMENT_Q2_K) PACK(ELEMENT_Q3_K) PACK(ELEMENT_Q4_K) PACK(ELEMENT_Q5_K) PACK(ELEMENT_Q6_K) \
    PACK(ELEMENT_IQ4_NL) PACK(ELEMENT_IQ4_XS) PACK(ELEMENT_MXFP4) \
    default: break; \
  }

#if defined(__x86_64__)
TARGET_AVX2 void panels_pack(enum element_type type, const void *weights, size_t row_bytes, size_t rows,
                             size_t columns, void *packed) {
  PACK_EACH_TYPE
}
#else
void panels_pack(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns,
                 void *packed) {
  PACK_EACH_TYPE
}
#endif
