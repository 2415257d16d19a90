// Products of F32, F16 and BF16 weights with float activations: the scalar reference, which reads weights as stored.
//
// The sum that every instruction set computes, in this order, for each output element: a chain of fused multiply-adds
// over each SUM_COLUMNS columns, the chains' results added one after the other, then the bias. All sets therefore agree
// bit for bit, and so do all ways of cutting the work.
#include <math.h>

#include "families.h"
#include "float_elements.h"

static float dot(enum element_type type, const void *weights, const float *x, size_t columns) {
  float total = 0;
  for (size_t begin = 0; begin < columns; begin += SUM_COLUMNS) {
    size_t end = columns - begin < SUM_COLUMNS ? columns : begin + SUM_COLUMNS;
    float sum = 0;
    for (size_t c = begin; c < end; c++) sum = fmaf(element_as_float(type, weights, c), x[c], sum);
    total = begin == 0 ? sum : total + sum;
  }
  return total;
}

void matmul_float_scalar(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  for (size_t row = row_begin; row < row_end; row++) {
    const void *weights = (const uint8_t *)job->weights + row * job->row_bytes;
    for (size_t token = 0; token < job->tokens; token++) {
      float sum = dot(job->type, weights, job->x + token * job->x_stride, job->columns);
      job->out[token * job->out_stride + row] = job->bias ? sum + job->bias[row] : sum;
    }
  }
}
