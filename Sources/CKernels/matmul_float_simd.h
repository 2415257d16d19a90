// Products of float weights, for the instruction set of the vector header included before.
//
// Every output is one vector of partial sums over columns in order, reduced by one tree, whatever tile it lies in:
// that makes the result independent of the batch. Tiles only keep several such sums going at once.
#pragma once

#define UNROLL _Pragma("clang loop unroll(full)")

SIMD void multiply_tile(enum element_type type, const struct matmul_job *job, size_t row, const size_t rows,
                        size_t token, const size_t tokens) {
  vec sums[TILE_ROWS][TILE_TOKENS];
  const uint8_t *weights[TILE_ROWS];
  const float *x[TILE_TOKENS];
  UNROLL for (size_t t = 0; t < tokens; t++) x[t] = job->x + (token + t) * job->x_stride;
  UNROLL for (size_t r = 0; r < rows; r++) {
    weights[r] = (const uint8_t *)job->weights + (row + r) * job->row_bytes;
    UNROLL for (size_t t = 0; t < tokens; t++) sums[r][t] = vec_zero();
  }
  size_t column = 0;
  for (; column + LANES <= job->columns; column += LANES) {
    vec input[TILE_TOKENS];
    UNROLL for (size_t t = 0; t < tokens; t++) input[t] = vec_load(x[t] + column);
    UNROLL for (size_t r = 0; r < rows; r++) {
      // With one token memory sets the pace: the next tile's rows are on their way meanwhile.
      if (tokens == 1) prefetch_elements(type, weights[r] + TILE_ROWS * job->row_bytes, column);
      vec weight = load_elements(type, weights[r], column);
      UNROLL for (size_t t = 0; t < tokens; t++) sums[r][t] = vec_fma(weight, input[t], sums[r][t]);
    }
  }
  if (column < job->columns) {
    size_t count = job->columns - column;
    vec input[TILE_TOKENS];
    UNROLL for (size_t t = 0; t < tokens; t++) input[t] = vec_load_part(x[t] + column, count);
    UNROLL for (size_t r = 0; r < rows; r++) {
      vec weight = load_elements_part(type, weights[r], column, count);
      UNROLL for (size_t t = 0; t < tokens; t++) sums[r][t] = vec_fma(weight, input[t], sums[r][t]);
    }
  }
  UNROLL for (size_t r = 0; r < rows; r++) {
    UNROLL for (size_t t = 0; t < tokens; t++) {
      float sum = vec_sum(sums[r][t]);
      job->out[(token + t) * job->out_stride + row + r] = job->bias ? sum + job->bias[row + r] : sum;
    }
  }
}

// Tokens [token_begin, token_end) of rows [row, row + rows).
SIMD void multiply_rows(enum element_type type, const struct matmul_job *job, size_t row, const size_t rows,
                        size_t token_begin, size_t token_end) {
  size_t token = token_begin;
  for (; token + TILE_TOKENS <= token_end; token += TILE_TOKENS)
    multiply_tile(type, job, row, rows, token, TILE_TOKENS);
  for (; token < token_end; token++) multiply_tile(type, job, row, rows, token, 1);
}

SIMD void multiply(enum element_type type, const struct matmul_job *job, size_t row_begin, size_t row_end) {
  // A block of tokens stays in the second-level cache while the rows pass over it.
  enum { TOKEN_BLOCK_BYTES = 256 * 1024 };
  size_t token_bytes = job->columns * sizeof(float) + 1;
  size_t together = TOKEN_BLOCK_BYTES / token_bytes / TILE_TOKENS * TILE_TOKENS;
  if (together < TILE_TOKENS) together = TILE_TOKENS;
  for (size_t token = 0; token < job->tokens; token += together) {
    size_t token_end = job->tokens - token < together ? job->tokens : token + together;
    size_t row = row_begin;
    for (; row + TILE_ROWS <= row_end; row += TILE_ROWS) multiply_rows(type, job, row, TILE_ROWS, token, token_end);
    for (; row < row_end; row++) multiply_rows(type, job, row, 1, token, token_end);
  }
}

SIMD_TARGET void SIMD_NAME(matmul_float)(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  switch (job->type) {
    case ELEMENT_F16: multiply(ELEMENT_F16, job, row_begin, row_end); break;
    case ELEMENT_BF16: multiply(ELEMENT_BF16, job, row_begin, row_end); break;
    default: multiply(ELEMENT_F32, job, row_begin, row_end);
  }
}
