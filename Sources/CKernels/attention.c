// Scaled dot-product attention over a cache: the scalar reference, one position at a time with an online softmax.
#include <math.h>

#include "attention_job.h"
#include "families.h"
#include "float_elements.h"

static float dot_with_key(const struct attention_job *job, const float *query, const uint8_t *key) {
  float sum = 0;
  for (size_t i = 0; i < job->head_size; i++) sum += query[i] * element_as_float(job->cache_type, key, i);
  return sum;
}

static void attend(const struct attention_job *job, size_t token, size_t head) {
  size_t offset = (token * job->heads + head) * job->head_size;
  size_t head_offset = head / (job->heads / job->kv_heads) * job->head_bytes;
  const float *query = job->queries + offset;
  const uint8_t *keys = (const uint8_t *)job->keys + head_offset;
  const uint8_t *values = (const uint8_t *)job->values + head_offset;
  float *out = job->out + offset;
  struct position_range visible = visible_positions(job, token);

  float largest = -INFINITY, total = 0;
  for (size_t i = 0; i < job->head_size; i++) out[i] = 0;
  for (size_t position = visible.begin; position < visible.end; position++) {
    float score = dot_with_key(job, query, keys + position * job->position_bytes) * job->scale;
    if (job->soft_cap != 0) score = job->soft_cap * tanhf(score / job->soft_cap);
    if (score > largest) {
      // What was summed so far was relative to the old maximum.
      float correction = expf(largest - score);
      total *= correction;
      for (size_t i = 0; i < job->head_size; i++) out[i] *= correction;
      largest = score;
    }
    // A score of -infinity weighs nothing, also while there is no other.
    float weight = score == -INFINITY ? 0 : expf(score - largest);
    total += weight;
    const uint8_t *value = values + position * job->position_bytes;
    for (size_t i = 0; i < job->head_size; i++) out[i] += weight * element_as_float(job->cache_type, value, i);
  }
  if (total == 0) return;
  for (size_t i = 0; i < job->head_size; i++) out[i] /= total;
}

void attention_scalar(const struct attention_job *job, size_t item_begin, size_t item_end, float *scratch) {
  (void)scratch;
  size_t group = job->heads / job->kv_heads;
  for (size_t item = item_begin; item < item_end; item++) {
    size_t token = item / job->kv_heads, kv_head = item % job->kv_heads;
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) attend(job, token, head);
  }
}

size_t attention_scratch_floats(const struct attention_job *job) {
  size_t rows = queries_together(job) * (job->heads / job->kv_heads);
  // A row: query, output, the scores of a block, largest score and sum; once: a block of keys and one of values.
  return rows * (2 * padded_head_size(job) + POSITION_BLOCK + 2) + 2 * POSITION_BLOCK * padded_head_size(job);
}

size_t attention_grain(const struct attention_job *job, size_t threads) {
  if (job->tokens <= 1) return 1;
  // Two ranges a thread even out what the threads' speeds differ.
  size_t ranges = 2 * threads, tokens = (job->tokens + ranges - 1) / ranges, most = queries_together(job);
  return (tokens < most ? tokens : most) * job->kv_heads;
}
