// Packing of stored blocks into panels.
#include "panels.h"

#include <string.h>

#include "blocks_read.h"
#include "families.h"
#include "float_panels.h"

// Everything below is compiled once for each type, which then decides what of it remains.

// Puts a row's four bytes of each step into the vectors of a plane.
INLINE void move_steps(const void *source, size_t steps, size_t row, uint8_t *plane) {
  for (size_t step = 0; step < steps; step++) {
    memcpy(plane + step * STEP_BYTES + row * 4, (const uint8_t *)source + 4 * step, 4);
  }
}

// Steps k and k + 4, whose codes are 16 apart, share the bytes of a nibble plane.
INLINE void place_nibbles(const uint64_t *codes, size_t row, uint8_t *plane) {
  uint64_t nibbles[2];
  for (size_t i = 0; i < 2; i++) nibbles[i] = (codes[i] & EACH_BYTE(15u)) | (codes[i + 2] & EACH_BYTE(15u)) << 4;
  move_steps(nibbles, CODE_STEPS / 2, row, plane);
}

// A word of codes is two steps: p-th fields of the bytes of a plane of pairs.
INLINE void place_pairs(const uint64_t *codes, int low_bits, size_t row, uint8_t *plane) {
  uint64_t pairs = 0;
  for (size_t p = 0; p < 4; p++) pairs |= (codes[p] >> low_bits & EACH_BYTE(3u)) << 2 * p;
  move_steps(&pairs, 2, row, plane);
}

// Bits of even steps are in the low half of the words, those of odd steps in the high half.
INLINE void place_bits(const uint64_t *codes, int low_bits, size_t row, uint8_t *plane) {
  uint64_t bits = 0;
  for (size_t p = 0; p < 4; p++) bits |= (codes[p] >> low_bits & EACH_BYTE(1u)) << 2 * p;
  uint32_t both = (uint32_t)bits | (uint32_t)(bits >> 32) << 1;
  move_steps(&both, 1, row, plane);
}

INLINE void place_codes(enum element_type type, const uint64_t *codes, size_t row, uint8_t *plane) {
  int low_bits = 0;
  if (panel_has_bytes(type)) move_steps(codes, CODE_STEPS, row, plane);
  if (panel_has_nibbles(type)) {
    place_nibbles(codes, row, plane);
    plane += CODE_STEPS / 2 * STEP_BYTES;
    low_bits = 4;
  }
  if (panel_has_pairs(type)) {
    place_pairs(codes, low_bits, row, plane);
    plane += 2 * STEP_BYTES;
    low_bits += 2;
  }
  if (panel_has_bits(type)) place_bits(codes, low_bits, row, plane);
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

INLINE void pack_group(enum element_type type, const uint8_t *block, size_t index, size_t row, uint8_t *group,
                       uint8_t *header) {
  struct group_fields fields;
  read_scales(type, block, index, &fields);
  if (index == 0) place_header(type, &fields, row, header);
  if (panel_scale_bytes(type) > 0) place_scales(type, &fields, row, group);
  struct stored_codes codes = read_codes(type, block, index);
  place_codes(type, codes.words, row, group + panel_scale_bytes(type));
}

// Packs a block of each of the `present` <= 16 rows of a panel.
INLINE void pack_blocks(enum element_type type, const uint8_t *source, size_t row_bytes, size_t present, uint8_t *out) {
  // Rows that are missing multiply as zeros.
  if (present < PANEL_ROWS) memset(out, 0, panel_block_bytes(type));
#pragma clang loop unroll(full)  // so that the shifts of each group are constants
  for (size_t group = 0; group < panel_block_groups(type); group++) {
    uint8_t *target = out + panel_header_bytes(type) + group * panel_group_bytes(type);
    for (size_t row = 0; row < present; row++) pack_group(type, source + row * row_bytes, group, row, target, out);
  }
}

INLINE void pack_rows(enum element_type type, const uint8_t *weights, size_t row_bytes, size_t rows, size_t columns,
                      uint8_t *out) {
  size_t blocks = columns / element_block_length(type), block_bytes = element_block_bytes(type);
  for (size_t first = 0; first < rows; first += PANEL_ROWS) {
    const uint8_t *panel_rows = weights + first * row_bytes;
    size_t present = rows - first < PANEL_ROWS ? rows - first : PANEL_ROWS;
    for (size_t block = 0; block < blocks; block++, out += panel_block_bytes(type)) {
      pack_blocks(type, panel_rows + block * block_bytes, row_bytes, present, out);
    }
  }
}

size_t panels_packed_bytes(enum element_type type, size_t rows, size_t columns) {
  if (type_is_float(type)) return float_panels_bytes(type, rows, columns);
  if (!type_is_blocks(type)) return 0;
  return (rows + PANEL_ROWS - 1) / PANEL_ROWS * panel_bytes(type, columns / GROUP_LENGTH);
}

void panels_pack(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns,
                 void *packed) {
#define PACK(TYPE) case TYPE: pack_rows(TYPE, weights, row_bytes, rows, columns, packed); break;
  switch (type) {
    case ELEMENT_F32:
    case ELEMENT_F16:
    case ELEMENT_BF16: float_panels_pack(type, weights, row_bytes, rows, columns, packed); break;
    PACK(ELEMENT_Q8_0) PACK(ELEMENT_Q4_0) PACK(ELEMENT_Q4_1) PACK(ELEMENT_Q5_0) PACK(ELEMENT_Q5_1)
    PACK(ELEMENT_Q2_K) PACK(ELEMENT_Q3_K) PACK(ELEMENT_Q4_K) PACK(ELEMENT_Q5_K) PACK(ELEMENT_Q6_K)
    PACK(ELEMENT_IQ4_NL) PACK(ELEMENT_IQ4_XS) PACK(ELEMENT_MXFP4)
    default: break;
  }
#undef PACK
}
