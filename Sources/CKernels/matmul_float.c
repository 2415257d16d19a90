// Products of F32, F16 and BF16 weights with float activations: the scalar reference.
#include "families.h"
#include "float_elements.h"

enum { PARTIAL_SUMS = 8 };

// Column c goes to partial sum c mod 8; the partial sums are added in pairs.
static float dot(enum element_type type, const void *weights, const float *x, size_t columns) {
  float sums[PARTIAL_SUMS] = {0};
  for (size_t c = 0; c < columns; c++) sums[c % PARTIAL_SUMS] += element_as_float(type, weights, c) * x[c];
  for (size_t half = PARTIAL_SUMS / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++) sums[i] += sums[i + half];
  return sums[0];
}

void matmul_float_scalar(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  for (size_t row = row_begin; row < row_end; row++) {
    const void *weights = (const uint8_t *)job->weights + row * job->row_bytes;
    float bias = job->bias ? job->bias[row] : 0;
    for (size_t token = 0; token < job->tokens; token++) {
      float sum = dot(job->type, weights, job->x + token * job->x_stride, job->columns);
      job->out[token * job->out_stride + row] = job->bias ? sum + bias : sum;
    }
  }
}
