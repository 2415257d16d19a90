// Packing of stored blocks into panels.
#include "panels.h"

#include <string.h>

#include "families.h"
#include "float_panels.h"

// Whether the nibbles of a group lie in the file as a row of a panel has them: low halves first, then high ones. Such
// bytes are moved four at a time.
static bool stores_nibbles_in_order(enum element_type type) {
  return panel_has_nibbles(type) && (panel_block_groups(type) == 1 || type == ELEMENT_IQ4_XS);
}

static const uint8_t *nibbles_of_group(enum element_type type, const uint8_t *block, size_t group) {
  switch (type) {
    case ELEMENT_IQ4_XS: return block + offsetof(struct block_iq4_xs, qs) + 16 * group;
    default: return block + element_block_bytes(type) - 16;  // the last field of every format of 32 elements
  }
}

static void move_steps(const uint8_t *source, size_t steps, size_t row, uint8_t *plane) {
  for (size_t step = 0; step < steps; step++) memcpy(plane + step * STEP_BYTES + row * 4, source + 4 * step, 4);
}

// Puts the 32 codes of a row, without sign, into the planes.
static void place_codes(enum element_type type, const uint8_t *codes, size_t row, uint8_t *planes) {
  int low_bits = 0;
  uint8_t *plane = planes;
  if (panel_has_nibbles(type)) {
    for (size_t i = 0; i < 16; i++) {
      plane[i / 4 * STEP_BYTES + row * 4 + i % 4] = (uint8_t)((codes[i] & 15) | (codes[i + 16] & 15) << 4);
    }
    plane += 4 * STEP_BYTES;
    low_bits = 4;
  }
  if (panel_has_pairs(type)) {
    for (size_t i = 0; i < GROUP_LENGTH; i++) {
      size_t step = i / 4;
      int bits = (codes[i] >> low_bits & 3) << step / 2 * 2;
      plane[step % 2 * STEP_BYTES + row * 4 + i % 4] |= (uint8_t)bits;
    }
    plane += 2 * STEP_BYTES;
    low_bits += 2;
  }
  if (panel_has_bits(type)) {
    for (size_t i = 0; i < GROUP_LENGTH; i++) {
      plane[row * 4 + i % 4] |= (uint8_t)((codes[i] >> low_bits & 1) << i / 4);
    }
  }
}

static void place_scales(enum element_type type, const struct group_fields *fields, size_t row, uint8_t *scales) {
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

static void place_header(enum element_type type, const struct group_fields *fields, size_t row, uint8_t *header) {
  if (type == ELEMENT_MXFP4) {
    header[row] = (uint8_t)fields->d;
    return;
  }
  memcpy(header + 2 * row, &fields->d, 2);
  if (type_has_minimum(type)) memcpy(header + 2 * (PANEL_ROWS + row), &fields->dmin, 2);
}

static void pack_group(enum element_type type, const uint8_t *block, size_t index, size_t row, uint8_t *group,
                       uint8_t *header) {
  struct group_fields fields;
  read_group(type, block, index, &fields);
  if (index == 0) place_header(type, &fields, row, header);
  uint8_t *planes = group + panel_scale_bytes(type);
  if (planes != group) place_scales(type, &fields, row, group);
  if (panel_has_bytes(type)) {
    move_steps((const uint8_t *)fields.codes, CODE_STEPS, row, planes);
    return;
  }
  if (stores_nibbles_in_order(type) && !panel_has_bits(type)) {
    move_steps(nibbles_of_group(type, block, index), CODE_STEPS / 2, row, planes);
    return;
  }
  uint8_t codes[GROUP_LENGTH];
  for (size_t i = 0; i < GROUP_LENGTH; i++) codes[i] = (uint8_t)(fields.codes[i] + panel_zero(type));
  place_codes(type, codes, row, planes);
}

size_t panels_packed_bytes(enum element_type type, size_t rows, size_t columns) {
  if (type_is_float(type)) return float_panels_bytes(type, rows, columns);
  if (!type_is_blocks(type)) return 0;
  return (rows + PANEL_ROWS - 1) / PANEL_ROWS * panel_bytes(type, columns / GROUP_LENGTH);
}

void panels_pack(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns,
                 void *packed) {
  if (type_is_float(type)) {
    float_panels_pack(type, weights, row_bytes, rows, columns, packed);
    return;
  }
  size_t blocks = columns / element_block_length(type), block_groups = panel_block_groups(type);
  uint8_t *out = packed;
  for (size_t first = 0; first < rows; first += PANEL_ROWS) {
    const uint8_t *panel_rows = (const uint8_t *)weights + first * row_bytes;
    size_t present = rows - first < PANEL_ROWS ? rows - first : PANEL_ROWS;
    for (size_t block = 0; block < blocks; block++) {
      memset(out, 0, panel_block_bytes(type));  // rows that are missing multiply as zeros
      for (size_t row = 0; row < present; row++) {
        const uint8_t *source = panel_rows + row * row_bytes + block * element_block_bytes(type);
        for (size_t group = 0; group < block_groups; group++) {
          uint8_t *target = out + panel_header_bytes(type) + group * panel_group_bytes(type);
          pack_group(type, source, group, row, target, out);
        }
      }
      out += panel_block_bytes(type);
    }
  }
}
