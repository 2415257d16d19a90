// Products of float weights in panels, for the instruction set of the vector header included before, in the order that
// matmul_float.c defines. A lane is a row; tiles only keep several chains of additions going at once.
#pragma once

#include "float_panels.h"

#define UNROLL _Pragma("clang loop unroll(full)")

// Of a panel's PANEL_VECTORS vectors of rows a tile takes TILE_VECTORS, as its many tokens keep the multipliers busy;
// a single token takes all.
enum { PANEL_VECTORS = FLOAT_PANEL_ROWS / LANES, FEW_TOKENS = 4 };

// A panel's part that begins at row `row` of the weight.
struct panel_part {
  const uint8_t *weights;  // its first element in the panel
  size_t row, rows;        // rows: those that exist, from `row` on
};

SIMD void store_sums(const struct matmul_job *job, const struct panel_part *part, size_t vector, vec sums, float *out,
                     bool first, bool last) {
  size_t begin = vector * LANES;
  if (begin >= part->rows) return;
  size_t count = part->rows - begin;
  float *place = out + begin;
  const float *bias = last && job->bias != NULL ? job->bias + part->row + begin : NULL;
  if (count >= LANES) {
    if (!first) sums = vec_add(vec_load(place), sums);
    if (bias) sums = vec_add(sums, vec_load(bias));
    vec_store(place, sums);
  } else {
    if (!first) sums = vec_add(vec_load_part(place, count), sums);
    if (bias) sums = vec_add(sums, vec_load_part(bias, count));
    vec_store_part(place, sums, count);
  }
}

// `vectors` vectors of rows times `tokens` tokens, over columns [begin, end).
SIMD void multiply_tile(enum element_type type, const struct matmul_job *job, const struct panel_part *part,
                        const size_t vectors, size_t token, const size_t tokens, size_t begin, size_t end) {
  // With one token memory sets the pace, and the processor's own fetching stops at pages.
  enum { FETCH_AHEAD = 4096 };
  const size_t column_bytes = FLOAT_PANEL_ROWS * (type == ELEMENT_F32 ? 4 : 2);
  const float *x = job->x + token * job->x_stride;
  vec sums[PANEL_VECTORS][TILE_TOKENS];
  UNROLL for (size_t v = 0; v < vectors; v++) {
    UNROLL for (size_t t = 0; t < tokens; t++) sums[v][t] = vec_zero();
  }
  const uint8_t *column = part->weights + begin * column_bytes;
  for (size_t c = begin; c < end; c++, column += column_bytes) {
    vec weight[PANEL_VECTORS];
    if (tokens == 1) {
      UNROLL for (size_t line = 0; line < column_bytes; line += 64) __builtin_prefetch(column + FETCH_AHEAD + line);
    }
    UNROLL for (size_t v = 0; v < vectors; v++) weight[v] = load_elements(type, column, v * LANES);
    UNROLL for (size_t t = 0; t < tokens; t++) {
      vec input = vec_set(x[t * job->x_stride + c]);
      UNROLL for (size_t v = 0; v < vectors; v++) sums[v][t] = vec_fma(weight[v], input, sums[v][t]);
    }
  }
  UNROLL for (size_t t = 0; t < tokens; t++) {
    float *out = job->out + (token + t) * job->out_stride + part->row;
    UNROLL for (size_t v = 0; v < vectors; v++)
      store_sums(job, part, v, sums[v][t], out, begin == 0, end == job->columns);
  }
}

// All tokens of a panel over one block of columns.
SIMD void multiply_block(enum element_type type, const struct matmul_job *job, const struct panel_part *panel,
                         size_t begin, size_t end) {
  const size_t element_bytes = type == ELEMENT_F32 ? 4 : 2;
  if (job->tokens == 1) {
    multiply_tile(type, job, panel, PANEL_VECTORS, 0, 1, begin, end);
    return;
  }
  for (size_t vector = 0; vector < PANEL_VECTORS; vector += TILE_VECTORS) {
    size_t rows = vector * LANES;
    if (rows >= panel->rows) return;
    struct panel_part part = {panel->weights + rows * element_bytes, panel->row + rows, panel->rows - rows};
    size_t token = 0;
    for (; job->tokens - token >= TILE_TOKENS; token += TILE_TOKENS)
      multiply_tile(type, job, &part, TILE_VECTORS, token, TILE_TOKENS, begin, end);
    for (; job->tokens - token >= FEW_TOKENS; token += FEW_TOKENS)
      multiply_tile(type, job, &part, TILE_VECTORS, token, FEW_TOKENS, begin, end);
    for (; token < job->tokens; token++) multiply_tile(type, job, &part, TILE_VECTORS, token, 1, begin, end);
  }
}

SIMD void multiply(enum element_type type, const struct matmul_job *job, size_t row_begin, size_t row_end) {
  size_t panel_bytes = float_panels_bytes(type, FLOAT_PANEL_ROWS, job->columns);
  for (size_t row = row_begin; row < row_end; row += FLOAT_PANEL_ROWS) {
    size_t rows = row_end - row < FLOAT_PANEL_ROWS ? row_end - row : FLOAT_PANEL_ROWS;
    struct panel_part panel = {(const uint8_t *)job->weights + row / FLOAT_PANEL_ROWS * panel_bytes, row, rows};
    size_t begin = 0;
    do {  // once also without columns
      size_t end = job->columns - begin < SUM_COLUMNS ? job->columns : begin + SUM_COLUMNS;
      multiply_block(type, job, &panel, begin, end);
      begin = end;
    } while (begin < job->columns);
  }
}

SIMD_TARGET void SIMD_NAME(matmul_float)(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  if (job->tokens == 0) return;
  switch (job->type) {
    case ELEMENT_F16: multiply(ELEMENT_F16, job, row_begin, row_end); break;
    case ELEMENT_BF16: multiply(ELEMENT_BF16, job, row_begin, row_end); break;
    default: multiply(ELEMENT_F32, job, row_begin, row_end);
  }
}
