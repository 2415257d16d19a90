// Packing of float weights into panels: a transposition, in blocks that stay in the first-level cache.
#include "float_panels.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK_COLUMNS = 32 };

size_t float_panels_bytes(enum element_type type, size_t rows, size_t columns) {
  size_t panels = (rows + FLOAT_PANEL_ROWS - 1) / FLOAT_PANEL_ROWS;
  return panels * FLOAT_PANEL_ROWS * columns * element_block_bytes(type);
}

// Columns [begin, end) of the `present` rows of a panel.
#define DEFINE_PACK_BLOCK(NAME, ELEMENT) \
  static void NAME(const uint8_t *rows, size_t row_bytes, size_t present, size_t begin, size_t end, ELEMENT *out) { \
    for (size_t row = 0; row < present; row++) { \
      const uint8_t *source = rows + row * row_bytes; \
      for (size_t column = begin; column < end; column++) { \
        memcpy(out + column * FLOAT_PANEL_ROWS + row, source + column * sizeof(ELEMENT), sizeof(ELEMENT)); \
      } \
    } \
  }
DEFINE_PACK_BLOCK(pack_halves, uint16_t)
DEFINE_PACK_BLOCK(pack_floats, uint32_t)

void float_panels_pack(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns,
                       void *packed) {
  size_t panel_bytes = float_panels_bytes(type, FLOAT_PANEL_ROWS, columns);
  uint8_t *out = packed;
  for (size_t first = 0; first < rows; first += FLOAT_PANEL_ROWS, out += panel_bytes) {
    const uint8_t *source = (const uint8_t *)weights + first * row_bytes;
    size_t present = rows - first < FLOAT_PANEL_ROWS ? rows - first : FLOAT_PANEL_ROWS;
    if (present < FLOAT_PANEL_ROWS) memset(out, 0, panel_bytes);
    for (size_t begin = 0; begin < columns; begin += BLOCK_COLUMNS) {
      size_t end = columns - begin < BLOCK_COLUMNS ? columns : begin + BLOCK_COLUMNS;
      if (type == ELEMENT_F32) {
        pack_floats(source, row_bytes, present, begin, end, (uint32_t *)out);
      } else {
        pack_halves(source, row_bytes, present, begin, end, (uint16_t *)out);
      }
    }
  }
}
