// The packed order of F32, F16 and BF16 weights: panels of FLOAT_PANEL_ROWS rows, and in a panel the elements of one
// column side by side. A lane of a vector is then a row, so that products need no sums across lanes, and a step of a
// single token reads memory from end to end.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "elements.h"

enum { FLOAT_PANEL_ROWS = 32 };

static inline bool type_is_float(enum element_type type) {
  return type == ELEMENT_F32 || type == ELEMENT_F16 || type == ELEMENT_BF16;
}

size_t float_panels_bytes(enum element_type type, size_t rows, size_t columns);
// Rows of the last panel that are missing are zeros.
void float_panels_pack(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns,
                       void *packed);
