// What the attention kernels of all instruction sets derive from a job.
#pragma once
#include "kernels.h"

struct position_range {
  size_t begin, end;
};

// The positions that query `token` sees; empty ranges have begin == end.
static inline struct position_range visible_positions(const struct attention_job *job, size_t token) {
  size_t own = job->first_position + token;
  struct position_range visible = {0, job->key_count};
  if (job->causal && own + 1 < visible.end) visible.end = own + 1;
  if (job->window > 0 && own + 1 > job->window) visible.begin = own + 1 - job->window;
  if (visible.begin > visible.end) visible.begin = visible.end;
  return visible;
}

// Positions are walked in blocks of POSITION_BLOCK on a grid that starts at position 0, so that a query's arithmetic
// does not depend on the queries beside it. About QUERY_ROWS query rows (a row is one query of one head) share a block.
// Each SEGMENT_POSITIONS, a softmax begins anew and is then merged into the whole, in order, also where one thread walks
// all of them: so a cut at segments changes no bit.
enum { POSITION_BLOCK = 64, SEGMENT_POSITIONS = 4 * POSITION_BLOCK, QUERY_ROWS = 64, WIDEST_VECTOR = 16 };

// Floats of a query, key, value or output row in scratch: whole vectors of the widest instruction set.
static inline size_t padded_head_size(const struct attention_job *job) {
  return (job->head_size + WIDEST_VECTOR - 1) / WIDEST_VECTOR * WIDEST_VECTOR;
}

// The part of `all` that lies in a segment.
static inline struct position_range in_segment(struct position_range all, size_t segment) {
  struct position_range part = {segment * SEGMENT_POSITIONS, (segment + 1) * SEGMENT_POSITIONS};
  if (part.begin < all.begin) part.begin = all.begin;
  if (part.end > all.end) part.end = all.end;
  if (part.begin > part.end) part.begin = part.end;
  return part;
}

// What queries [token_begin, token_end) see together.
static inline struct position_range visible_to_any(const struct attention_job *job, size_t token_begin,
                                                   size_t token_end) {
  struct position_range first = visible_positions(job, token_begin), last = visible_positions(job, token_end - 1);
  return (struct position_range){first.begin, last.end};
}

static inline struct position_range segments_of(struct position_range positions) {
  return (struct position_range){positions.begin / SEGMENT_POSITIONS,
                                 (positions.end + SEGMENT_POSITIONS - 1) / SEGMENT_POSITIONS};
}

// Floats of an item's partial result: for each query row its sums, then the largest score and the total of all rows.
static inline size_t partial_floats(const struct attention_job *job) {
  return job->tokens * (job->heads / job->kv_heads) * (padded_head_size(job) + 2);
}

// Queries worked on together: all heads of a group for each of them.
static inline size_t queries_together(const struct attention_job *job) {
  size_t tokens = QUERY_ROWS / (job->heads / job->kv_heads);
  return tokens > 0 ? tokens : 1;
}
