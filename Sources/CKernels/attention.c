// Scaled dot-product attention over a cache: the scalar reference, one position at a time with an online softmax
// in every segment.
#include <math.h>

#include "attention_job.h"
#include "families.h"
#include "float_elements.h"

static float dot_with_key(const struct attention_job *job, const float *query, const uint8_t *key) {
  float sum = 0;
  for (size_t i = 0; i < job->head_size; i++) sum += query[i] * element_as_float(job->cache_type, key, i);
  return sum;
}

// A softmax-weighted sum on its way.
struct softmax_state {
  float *sums;  // [head_size], relative to the largest score
  float *largest, *total;
};

static void reset(struct softmax_state state, size_t head_size) {
  for (size_t i = 0; i < head_size; i++) state.sums[i] = 0;
  *state.largest = -INFINITY;
  *state.total = 0;
}

// Makes the state relative to a score that is not below its largest.
static void raise_largest(struct softmax_state state, float largest, size_t head_size) {
  if (largest == *state.largest) return;
  float correction = expf(*state.largest - largest);
  *state.total *= correction;
  for (size_t i = 0; i < head_size; i++) state.sums[i] *= correction;
  *state.largest = largest;
}

static void attend(const struct attention_job *job, size_t token, size_t head, struct position_range positions,
                   struct softmax_state state) {
  size_t head_offset = head / (job->heads / job->kv_heads) * job->head_bytes;
  const float *query = job->queries + (token * job->heads + head) * job->head_size;
  const uint8_t *keys = (const uint8_t *)job->keys + head_offset;
  const uint8_t *values = (const uint8_t *)job->values + head_offset;
  for (size_t position = positions.begin; position < positions.end; position++) {
    float score = dot_with_key(job, query, keys + position * job->position_bytes) * job->scale;
    if (job->soft_cap != 0) score = job->soft_cap * tanhf(score / job->soft_cap);
    if (score > *state.largest) raise_largest(state, score, job->head_size);
    // A score of -infinity weighs nothing, also while there is no other.
    float weight = score == -INFINITY ? 0 : expf(score - *state.largest);
    *state.total += weight;
    const uint8_t *value = values + position * job->position_bytes;
    for (size_t i = 0; i < job->head_size; i++) state.sums[i] += weight * element_as_float(job->cache_type, value, i);
  }
}

static void merge(struct softmax_state whole, struct softmax_state part, size_t head_size) {
  if (*part.total == 0) return;
  if (*part.largest > *whole.largest) raise_largest(whole, *part.largest, head_size);
  raise_largest(part, *whole.largest, head_size);
  *whole.total += *part.total;
  for (size_t i = 0; i < head_size; i++) whole.sums[i] += part.sums[i];
}

// A state in memory of head_size + 2 floats.
static struct softmax_state state_at(float *memory, size_t head_size) {
  return (struct softmax_state){memory, memory + head_size, memory + head_size + 1};
}

// The output of one head from its segments, which are computed here or taken from the partials.
static void attend_all(const struct attention_job *job, size_t token, size_t head, float *scratch) {
  size_t size = job->head_size, group = job->heads / job->kv_heads;
  struct position_range visible = visible_positions(job, token), segments = segments_of(visible);
  size_t first_of_all = segments_of(visible_to_any(job, 0, job->tokens)).begin;
  struct softmax_state whole = state_at(scratch, size), part = state_at(scratch + size + 2, size);
  reset(whole, size);
  for (size_t segment = segments.begin; segment < segments.end; segment++) {
    if (job->partials) {
      size_t item = head / group * attention_segments(job) + segment - first_of_all;
      part = state_at(job->partials + item * partial_floats(job) + (token * group + head % group) * (size + 2), size);
    } else {
      reset(part, size);
      attend(job, token, head, in_segment(visible, segment), part);
    }
    merge(whole, part, size);
  }
  float *out = job->out + (token * job->heads + head) * size;
  for (size_t i = 0; i < size; i++) out[i] = *whole.total == 0 ? 0 : whole.sums[i] / *whole.total;
}

static void attend_part(const struct attention_job *job, size_t item) {
  size_t segments = attention_segments(job), group = job->heads / job->kv_heads, kv_head = item / segments;
  size_t segment = item % segments + segments_of(visible_to_any(job, 0, job->tokens)).begin;
  float *memory = job->partials + item * partial_floats(job);
  for (size_t row = 0; row < job->tokens * group; row++, memory += job->head_size + 2) {
    struct softmax_state part = state_at(memory, job->head_size);
    size_t token = row / group;
    reset(part, job->head_size);
    attend(job, token, kv_head * group + row % group, in_segment(visible_positions(job, token), segment), part);
  }
}

void attention_scalar(const struct attention_job *job, size_t item_begin, size_t item_end, float *scratch) {
  size_t group = job->heads / job->kv_heads;
  for (size_t item = item_begin; item < item_end; item++) {
    if (job->partials) {
      attend_part(job, item);
      continue;
    }
    size_t token = item / job->kv_heads, kv_head = item % job->kv_heads;
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) attend_all(job, token, head, scratch);
  }
}

void merge_attention_scalar(const struct attention_job *job, size_t kv_head_begin, size_t kv_head_end,
                            float *scratch) {
  size_t group = job->heads / job->kv_heads;
  for (size_t token = 0; token < job->tokens; token++) {
    for (size_t head = kv_head_begin * group; head < kv_head_end * group; head++)
      attend_all(job, token, head, scratch);
  }
}

size_t attention_scratch_floats(const struct attention_job *job) {
  size_t rows = queries_together(job) * (job->heads / job->kv_heads);
  // A row: query, the scores of a block, and sums, largest score and total of a segment and of all; once: a block of
  // keys and one of values.
  return rows * (3 * padded_head_size(job) + POSITION_BLOCK + 4) + 2 * POSITION_BLOCK * padded_head_size(job);
}

size_t attention_segments(const struct attention_job *job) {
  if (job->tokens == 0 || job->tokens > queries_together(job)) return 1;
  struct position_range segments = segments_of(visible_to_any(job, 0, job->tokens));
  return segments.end > segments.begin ? segments.end - segments.begin : 1;
}

size_t attention_partial_floats(const struct attention_job *job) {
  return job->kv_heads * attention_segments(job) * partial_floats(job);
}

size_t attention_grain(const struct attention_job *job, size_t threads) {
  if (job->tokens <= 1) return 1;
  // Two ranges a thread even out what the threads' speeds differ.
  size_t ranges = 2 * threads, tokens = (job->tokens + ranges - 1) / ranges, most = queries_together(job);
  return (tokens < most ? tokens : most) * job->kv_heads;
}
