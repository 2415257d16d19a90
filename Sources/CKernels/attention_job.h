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
enum { POSITION_BLOCK = 64, QUERY_ROWS = 64, WIDEST_VECTOR = 16 };

// Floats of a query, key, value or output row in scratch: whole vectors of the widest instruction set.
static inline size_t padded_head_size(const struct attention_job *job) {
  return (job->head_size + WIDEST_VECTOR - 1) / WIDEST_VECTOR * WIDEST_VECTOR;
}

// Queries worked on together: all heads of a group for each of them.
static inline size_t queries_together(const struct attention_job *job) {
  size_t tokens = QUERY_ROWS / (job->heads / job->kv_heads);
  return tokens > 0 ? tokens : 1;
}
