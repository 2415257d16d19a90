// Products of block-quantised weights and quantised activations: the reference, which reads weights as stored.
//
// The sum that every instruction set computes, in this order, for each output element: over the groups of 32 columns
//   t = scale[0] * dot[0] + scale[1] * dot[1] + minimum[0] * sum[0] + minimum[1] * sum[1]  (one half where they agree)
//   total = fma(t, activation scale, total)
// with whole-number dot products, which are exact, and each addition in t fused with its product. All sets therefore
// agree bit for bit, and so do all ways of cutting the work.
#include <math.h>

#include "blocks.h"
#include "families.h"
#include "rounding.h"

// Tokens for which a group of weights is read once.
enum { TOKEN_TILE = 16 };

void quantize_activations_scalar(const float *x, size_t count, int8_t *values, float *scales, int16_t *sums) {
  for (size_t start = 0; start < count; start += GROUP_LENGTH) {
    scales[start / GROUP_LENGTH] = round_group(x + start, values + start);
    for (size_t half = 0; half < 2; half++) {
      int sum = 0;
      for (size_t i = 0; i < 16; i++) sum += values[start + 16 * half + i];
      sums[start / 16 + half] = (int16_t)sum;
    }
  }
}

size_t packed_bytes_scalar(enum element_type type, size_t rows, size_t columns) {
  (void)type, (void)rows, (void)columns;
  return 0;
}

void pack_scalar(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns,
                 void *packed) {
  (void)type, (void)weights, (void)row_bytes, (void)rows, (void)columns, (void)packed;
}

static int dot(const int8_t *codes, const int8_t *values, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; i++) sum += codes[i] * values[i];
  return sum;
}

// One group of one row times the same group of one token, without the activations' scale.
static float group_product(enum element_type type, const int8_t *codes, const struct group_scales *weights,
                           const int8_t *values, const int16_t *sums) {
  if (type_has_half_scales(type)) {
    float total = weights->scale[0] * (float)dot(codes, values, 16);
    total = fmaf(weights->scale[1], (float)dot(codes + 16, values + 16, 16), total);
    if (!type_has_minimum(type)) return total;
    total = fmaf(weights->minimum[0], (float)sums[0], total);
    return fmaf(weights->minimum[1], (float)sums[1], total);
  }
  float total = weights->scale[0] * (float)dot(codes, values, GROUP_LENGTH);
  return type_has_minimum(type) ? fmaf(weights->minimum[0], (float)(sums[0] + sums[1]), total) : total;
}

static void row_times_tile(const struct matmul_job *job, const uint8_t *row, size_t token_begin, size_t token_end,
                           float totals[TOKEN_TILE]) {
  size_t groups = job->columns / GROUP_LENGTH;
  size_t groups_per_block = element_block_length(job->type) / GROUP_LENGTH;
  size_t block_bytes = element_block_bytes(job->type);
  for (size_t t = 0; t < TOKEN_TILE; t++) totals[t] = 0;
  for (size_t group = 0; group < groups; group++) {
    struct group_fields fields;
    read_group(job->type, row + group / groups_per_block * block_bytes, group % groups_per_block, &fields);
    struct group_scales weights = scales_of_group(job->type, &fields);
    for (size_t token = token_begin; token < token_end; token++) {
      const int8_t *values = job->quantized.values + token * job->columns + group * GROUP_LENGTH;
      const int16_t *sums = job->quantized.sums + (token * groups + group) * 2;
      float product = group_product(job->type, fields.codes, &weights, values, sums);
      float *total = &totals[token - token_begin];
      *total = fmaf(product, job->quantized.scales[token * groups + group], *total);
    }
  }
}

void matmul_quantized_scalar(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  for (size_t token = 0; token < job->tokens; token += TOKEN_TILE) {
    size_t token_end = token + TOKEN_TILE < job->tokens ? token + TOKEN_TILE : job->tokens;
    for (size_t row = row_begin; row < row_end; row++) {
      float totals[TOKEN_TILE];
      row_times_tile(job, (const uint8_t *)job->weights + row * job->row_bytes, token, token_end, totals);
      float bias = job->bias == NULL ? 0 : job->bias[row];
      for (size_t t = token; t < token_end; t++) {
        float total = totals[t - token];
        job->out[t * job->out_stride + row] = job->bias == NULL ? total : total + bias;
      }
    }
  }
}
