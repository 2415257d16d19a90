// Attention over a cache, for the instruction set of the vector header included before.
//
// The query rows of a key-value head (several queries, all heads of the group) go over the positions together, a block
// of POSITION_BLOCK at a time: scores, online softmax, weighted sum of the values. What a row computes never depends on
// the rows beside it: a score is one vector of partial sums, the softmax looks at the row's own positions of a block
// on the fixed grid, and a value is added position by position. Tiles only keep several of these going at once.
// Segments of blocks are merged one after the other.
#pragma once

#define UNROLL _Pragma("clang loop unroll(full)")

// Few query rows run at the pace of memory, so cached types are asked for this many positions ahead. (Floats are mostly
// a converted block, which is near.)
enum { KEY_TILE = 4, VALUE_TILE = 4, PREFETCH_POSITIONS = 32 };

// The query rows of one key-value head and their state, in scratch.
struct query_rows {
  const struct attention_job *job;
  size_t first_token, count, group, width;  // width: floats from one row to the next of queries and sums
  float *queries;                           // [count, width]
  float *weights;                           // [count, POSITION_BLOCK]: scores, then weights of this block
  struct softmax_rows {
    float *sums;             // [count, width], relative to the largest score
    float *largest, *total;  // [count]
  } segment, whole;
};

// Keys or values from a position on.
struct cache_rows {
  const uint8_t *start;
  size_t first_position, position_bytes;
};

SIMD const uint8_t *cache_row(const struct cache_rows *cache, size_t position) {
  return cache->start + (position - cache->first_position) * cache->position_bytes;
}

// The scores of query rows [row, row + rows) with KEY_TILE positions from `position` on; past `end` the last is
// repeated.
SIMD void score_tile(enum element_type type, const struct query_rows *q, const struct cache_rows *keys, size_t row,
                     const size_t rows, size_t position, size_t end) {
  size_t head_size = q->job->head_size;
  const uint8_t *key[KEY_TILE];
  vec sums[QUERY_TILE][KEY_TILE];
  UNROLL for (size_t k = 0; k < KEY_TILE; k++) {
    key[k] = cache_row(keys, position + k < end ? position + k : end - 1);
    UNROLL for (size_t r = 0; r < rows; r++) sums[r][k] = vec_zero();
  }
  const float *queries = q->queries + row * q->width;
  size_t i = 0;
  for (; i + LANES <= head_size; i += LANES) {
    vec query[QUERY_TILE];
    UNROLL for (size_t r = 0; r < rows; r++) query[r] = vec_load(queries + r * q->width + i);
    UNROLL for (size_t k = 0; k < KEY_TILE; k++) {
      if (type != ELEMENT_F32) prefetch_elements(type, key[k] + PREFETCH_POSITIONS * keys->position_bytes, i);
      vec elements = load_elements(type, key[k], i);
      UNROLL for (size_t r = 0; r < rows; r++) sums[r][k] = vec_fma(query[r], elements, sums[r][k]);
    }
  }
  if (i < head_size) {
    vec query[QUERY_TILE];
    UNROLL for (size_t r = 0; r < rows; r++) query[r] = vec_load(queries + r * q->width + i);
    UNROLL for (size_t k = 0; k < KEY_TILE; k++) {
      vec elements = load_elements_part(type, key[k], i, head_size - i);
      UNROLL for (size_t r = 0; r < rows; r++) sums[r][k] = vec_fma(query[r], elements, sums[r][k]);
    }
  }
  float *scores = q->weights + row * POSITION_BLOCK + position % POSITION_BLOCK;
  UNROLL for (size_t r = 0; r < rows; r++)
    vec_sum4(sums[r][0], sums[r][1], sums[r][2], sums[r][3], scores + r * POSITION_BLOCK);
}

SIMD void score_rows(enum element_type type, const struct query_rows *q, const struct cache_rows *keys, size_t row,
                     const size_t rows, size_t begin, size_t end) {
  for (size_t position = begin; position < end; position += KEY_TILE)
    score_tile(type, q, keys, row, rows, position, end);
}

// Positions [begin, end) of one block; begin is a multiple of KEY_TILE.
SIMD void score_block(enum element_type type, const struct query_rows *q, const struct cache_rows *keys, size_t begin,
                      size_t end) {
  size_t row = 0;
  for (; row + QUERY_TILE <= q->count; row += QUERY_TILE) score_rows(type, q, keys, row, QUERY_TILE, begin, end);
  if (QUERY_TILE > 3 && q->count - row == 3) {
    score_rows(type, q, keys, row, QUERY_TILE - 1, begin, end);
  } else {
    for (; row < q->count; row++) score_rows(type, q, keys, row, 1, begin, end);
  }
}

// The part of a block that a row sees, as offsets into the block.
SIMD struct position_range visible_offsets(const struct query_rows *q, size_t row, size_t block) {
  struct position_range visible = visible_positions(q->job, q->first_token + row / q->group);
  struct position_range offsets = {visible.begin > block ? visible.begin - block : 0,
                                   visible.end > block ? visible.end - block : 0};
  if (offsets.end > POSITION_BLOCK) offsets.end = POSITION_BLOCK;
  if (offsets.begin > offsets.end) offsets.begin = offsets.end;
  return offsets;
}

// Lane 0 of v stands at `offset` of the block: what the row does not see becomes -infinity.
SIMD vec hide_outside(vec v, size_t offset, struct position_range visible) {
  vec hidden = vec_set(-INFINITY);
  if (visible.end <= offset || visible.begin >= offset + LANES) return hidden;
  if (visible.end < offset + LANES) v = vec_join(visible.end - offset, v, hidden);
  return visible.begin > offset ? vec_join(visible.begin - offset, hidden, v) : v;
}

// Turns a row's scores of a block into weights relative to its largest score so far, and says by what the sums of the
// blocks before shrink.
SIMD float weigh_row(const struct query_rows *q, size_t row, struct position_range visible) {
  const struct attention_job *job = q->job;
  float *weights = q->weights + row * POSITION_BLOCK;
  vec scores[POSITION_BLOCK / LANES];
  vec largest = vec_set(q->segment.largest[row]);
  UNROLL for (size_t i = 0; i < POSITION_BLOCK / LANES; i++) {
    vec score = vec_mul(vec_load(weights + i * LANES), vec_set(job->scale));
    if (job->soft_cap != 0) {
      vec cap = vec_set(job->soft_cap);
      score = vec_mul(cap, vec_tanh(vec_div(score, cap)));
    }
    scores[i] = hide_outside(score, i * LANES, visible);
    largest = vec_max(scores[i], largest);
  }
  float before = q->segment.largest[row], now = vec_largest(largest);
  // While every score is -infinity all weights are zero.
  float reference = now == -INFINITY ? 0 : now;
  vec sum = vec_zero();
  UNROLL for (size_t i = 0; i < POSITION_BLOCK / LANES; i++) {
    vec weight = vec_exp(vec_sub(scores[i], vec_set(reference)));
    vec_store(weights + i * LANES, weight);
    sum = vec_add(sum, weight);
  }
  float correction = before == now ? 1 : vec_first(vec_exp(vec_set(before - reference)));
  q->segment.largest[row] = now;
  q->segment.total[row] = q->segment.total[row] * correction + vec_sum(sum);
  return correction;
}

// Adds the weighted values of `visible` to columns [column, column + vectors * LANES) of rows with the same view.
SIMD void value_tile(enum element_type type, const struct query_rows *q, const struct cache_rows *values, size_t block,
                     struct position_range visible, size_t row, const size_t rows, size_t column, const size_t vectors,
                     size_t part, const float *corrections) {
  vec sums[QUERY_TILE][VALUE_TILE];
  float *out = q->segment.sums + row * q->width + column;
  const float *weights = q->weights + row * POSITION_BLOCK;
  UNROLL for (size_t r = 0; r < rows; r++)
    UNROLL for (size_t v = 0; v < vectors; v++)
      sums[r][v] = vec_mul(vec_load(out + r * q->width + v * LANES), vec_set(corrections[r]));
  for (size_t p = visible.begin; p < visible.end; p++) {
    const uint8_t *value = cache_row(values, block + p);
    vec weight[QUERY_TILE];
    UNROLL for (size_t r = 0; r < rows; r++) weight[r] = vec_set(weights[r * POSITION_BLOCK + p]);
    UNROLL for (size_t v = 0; v < vectors; v++) {
      if (type != ELEMENT_F32)
        prefetch_elements(type, value + PREFETCH_POSITIONS * values->position_bytes, column + v * LANES);
      vec elements = part > 0 ? load_elements_part(type, value, column, part)
                              : load_elements(type, value, column + v * LANES);
      UNROLL for (size_t r = 0; r < rows; r++) sums[r][v] = vec_fma(weight[r], elements, sums[r][v]);
    }
  }
  UNROLL for (size_t r = 0; r < rows; r++)
    UNROLL for (size_t v = 0; v < vectors; v++) vec_store(out + r * q->width + v * LANES, sums[r][v]);
}

SIMD void add_values(enum element_type type, const struct query_rows *q, const struct cache_rows *values, size_t block,
                     struct position_range visible, size_t row, const size_t rows, const float *corrections) {
  size_t head_size = q->job->head_size, column = 0;
  for (; column + VALUE_TILE * LANES <= head_size; column += VALUE_TILE * LANES)
    value_tile(type, q, values, block, visible, row, rows, column, VALUE_TILE, 0, corrections);
  for (; column + LANES <= head_size; column += LANES)
    value_tile(type, q, values, block, visible, row, rows, column, 1, 0, corrections);
  if (column < head_size)
    value_tile(type, q, values, block, visible, row, rows, column, 1, head_size - column, corrections);
}

// Softmax and values of a block for all rows, in tiles of neighbouring rows that see the same positions.
SIMD void weigh_block(enum element_type type, const struct query_rows *q, const struct cache_rows *values,
                      size_t block) {
  size_t row = 0;
  while (row < q->count) {
    struct position_range visible = visible_offsets(q, row, block);
    float corrections[QUERY_TILE];
    size_t rows = 0;
    while (rows < QUERY_TILE && row + rows < q->count) {
      struct position_range other = visible_offsets(q, row + rows, block);
      if (other.begin != visible.begin || other.end != visible.end) break;
      if (visible.begin < visible.end) corrections[rows] = weigh_row(q, row + rows, visible);
      rows++;
    }
    if (visible.begin < visible.end) {
      size_t done = 0;
      if (rows == QUERY_TILE) {
        add_values(type, q, values, block, visible, row, QUERY_TILE, corrections);
        done = rows;
      } else if (QUERY_TILE > 3 && rows == 3) {
        add_values(type, q, values, block, visible, row, QUERY_TILE - 1, corrections);
        done = rows;
      }
      for (; done < rows; done++) add_values(type, q, values, block, visible, row + done, 1, corrections + done);
    }
    row += rows;
  }
}

// The rows of a block as floats, so that each is converted once for many query rows.
SIMD struct cache_rows converted(enum element_type type, const struct attention_job *job,
                                 const struct cache_rows *cache, size_t begin, size_t end, float *out) {
  size_t width = padded_head_size(job);
  for (size_t position = begin; position < end; position++)
    convert_to_f32(type, cache_row(cache, position), out + (position - begin) * width, job->head_size);
  return (struct cache_rows){(const uint8_t *)out, begin, width * sizeof(float)};
}

SIMD struct softmax_rows softmax_rows_at(float *memory, size_t count, size_t width) {
  float *largest = memory + count * width;
  return (struct softmax_rows){memory, largest, largest + count};
}

SIMD void reset_rows(const struct query_rows *q, struct softmax_rows rows) {
  for (size_t i = 0; i < q->count * q->width; i++) rows.sums[i] = 0;
  for (size_t row = 0; row < q->count; row++) {
    rows.largest[row] = -INFINITY;
    rows.total[row] = 0;
  }
}

// Positions [begin, end) of one segment, all that any of the rows sees of it, into q->segment.
SIMD void attend_segment(enum element_type type, const struct query_rows *q, const struct cache_rows *keys,
                         const struct cache_rows *values, struct position_range positions, float *scratch) {
  const struct attention_job *job = q->job;
  reset_rows(q, q->segment);
  size_t begin = positions.begin / KEY_TILE * KEY_TILE, end = positions.end;
  for (size_t block = begin / POSITION_BLOCK * POSITION_BLOCK; block < end; block += POSITION_BLOCK) {
    size_t from = block > begin ? block : begin;
    size_t to = end - block < POSITION_BLOCK ? end : block + POSITION_BLOCK;
    if (type == ELEMENT_F32 || q->count <= QUERY_TILE) {
      score_block(type, q, keys, from, to);
      weigh_block(type, q, values, block);
    } else {
      struct cache_rows float_keys = converted(type, job, keys, from, to, scratch);
      score_block(ELEMENT_F32, q, &float_keys, from, to);
      float *value_scratch = scratch + POSITION_BLOCK * padded_head_size(job);
      struct cache_rows float_values = converted(type, job, values, from, to, value_scratch);
      weigh_block(ELEMENT_F32, q, &float_values, block);
    }
  }
}

SIMD void attend(const struct query_rows *q, size_t kv_head, struct position_range positions, float *scratch) {
  const struct attention_job *job = q->job;
  struct cache_rows keys = {(const uint8_t *)job->keys + kv_head * job->head_bytes, 0, job->position_bytes};
  struct cache_rows values = {(const uint8_t *)job->values + kv_head * job->head_bytes, 0, job->position_bytes};
  switch (job->cache_type) {
    case ELEMENT_F16: attend_segment(ELEMENT_F16, q, &keys, &values, positions, scratch); break;
    case ELEMENT_BF16: attend_segment(ELEMENT_BF16, q, &keys, &values, positions, scratch); break;
    case ELEMENT_Q8_0: attend_segment(ELEMENT_Q8_0, q, &keys, &values, positions, scratch); break;
    default: attend_segment(ELEMENT_F32, q, &keys, &values, positions, scratch);
  }
}

// Adds a segment to the whole, for the rows that see some of it.
SIMD void merge_segment(const struct query_rows *q, size_t segment) {
  struct softmax_rows part = q->segment, whole = q->whole;
  for (size_t row = 0; row < q->count; row++) {
    struct position_range seen = in_segment(visible_positions(q->job, q->first_token + row / q->group), segment);
    if (seen.begin == seen.end || part.total[row] == 0) continue;
    float largest = part.largest[row] > whole.largest[row] ? part.largest[row] : whole.largest[row];
    vec whole_factor = vec_exp(vec_set(whole.largest[row] - largest));
    vec part_factor = vec_exp(vec_set(part.largest[row] - largest));
    float *sums = whole.sums + row * q->width;
    const float *added = part.sums + row * q->width;
    for (size_t i = 0; i < q->width; i += LANES) {
      vec scaled = vec_mul(vec_load(sums + i), whole_factor);
      vec_store(sums + i, vec_fma(vec_load(added + i), part_factor, scaled));
    }
    float total = whole.total[row] * vec_first(whole_factor);
    whole.total[row] = total + part.total[row] * vec_first(part_factor);
    whole.largest[row] = largest;
  }
}

SIMD void load_queries(const struct query_rows *q, size_t kv_head) {
  const struct attention_job *job = q->job;
  for (size_t row = 0; row < q->count; row++) {
    size_t token = q->first_token + row / q->group, head = kv_head * q->group + row % q->group;
    float *query = q->queries + row * q->width;
    memcpy(query, job->queries + (token * job->heads + head) * job->head_size, job->head_size * sizeof *query);
    for (size_t i = job->head_size; i < q->width; i++) query[i] = 0;
  }
}

SIMD void store_outputs(const struct query_rows *q, size_t kv_head) {
  const struct attention_job *job = q->job;
  for (size_t row = 0; row < q->count; row++) {
    size_t token = q->first_token + row / q->group, head = kv_head * q->group + row % q->group;
    float *out = job->out + (token * job->heads + head) * job->head_size;
    // A query that sees nothing has the output zero.
    float total = q->whole.total[row] == 0 ? 1 : q->whole.total[row];
    for (size_t i = 0; i < job->head_size; i++) out[i] = q->whole.sums[row * q->width + i] / total;
  }
}

// Queries [token_begin, token_end), at most queries_together of them, with their places in scratch; `blocks` is what
// scratch has left for blocks of keys and values.
SIMD struct query_rows query_rows_in(const struct attention_job *job, size_t token_begin, size_t token_end,
                                     float *scratch, float **blocks) {
  size_t group = job->heads / job->kv_heads, width = padded_head_size(job), rows = (token_end - token_begin) * group;
  struct query_rows q = {.job = job, .first_token = token_begin, .count = rows, .group = group, .width = width};
  q.queries = scratch;
  q.weights = q.queries + rows * width;
  float *states = q.weights + rows * POSITION_BLOCK;
  q.segment = softmax_rows_at(states, rows, width);
  q.whole = softmax_rows_at(states + rows * (width + 2), rows, width);
  *blocks = states + 2 * rows * (width + 2);
  return q;
}

// Some queries of one key-value head over all they see.
SIMD_TARGET static void attend_tokens(const struct attention_job *job, size_t kv_head, size_t token_begin,
                                      size_t token_end, float *scratch) {
  float *blocks;
  struct query_rows q = query_rows_in(job, token_begin, token_end, scratch, &blocks);
  struct position_range visible = visible_to_any(job, token_begin, token_end), segments = segments_of(visible);
  load_queries(&q, kv_head);
  reset_rows(&q, q.whole);
  for (size_t segment = segments.begin; segment < segments.end; segment++) {
    attend(&q, kv_head, in_segment(visible, segment), blocks);
    merge_segment(&q, segment);
  }
  store_outputs(&q, kv_head);
}

// All queries over one segment, into the item's partial.
SIMD_TARGET static void attend_part(const struct attention_job *job, size_t item, float *scratch) {
  size_t segments = attention_segments(job), kv_head = item / segments;
  struct position_range visible = visible_to_any(job, 0, job->tokens);
  float *blocks;
  struct query_rows q = query_rows_in(job, 0, job->tokens, scratch, &blocks);
  q.segment = softmax_rows_at(job->partials + item * partial_floats(job), q.count, q.width);
  load_queries(&q, kv_head);
  attend(&q, kv_head, in_segment(visible, segments_of(visible).begin + item % segments), blocks);
}

SIMD_TARGET void SIMD_NAME(merge_attention)(const struct attention_job *job, size_t kv_head_begin, size_t kv_head_end,
                                            float *scratch) {
  size_t segments = attention_segments(job), first = segments_of(visible_to_any(job, 0, job->tokens)).begin;
  float *blocks;
  struct query_rows q = query_rows_in(job, 0, job->tokens, scratch, &blocks);
  for (size_t kv_head = kv_head_begin; kv_head < kv_head_end; kv_head++) {
    reset_rows(&q, q.whole);
    for (size_t segment = 0; segment < segments; segment++) {
      float *partial = job->partials + (kv_head * segments + segment) * partial_floats(job);
      q.segment = softmax_rows_at(partial, q.count, q.width);
      merge_segment(&q, first + segment);
    }
    store_outputs(&q, kv_head);
  }
}

SIMD_TARGET void SIMD_NAME(attention)(const struct attention_job *job, size_t item_begin, size_t item_end,
                                      float *scratch) {
  if (job->partials) {
    for (size_t item = item_begin; item < item_end; item++) attend_part(job, item, scratch);
    return;
  }
  size_t heads = job->kv_heads, together = queries_together(job);
  for (size_t head = 0; head < heads; head++) {
    // The tokens whose item with this head lies in the range.
    size_t token = item_begin > head ? (item_begin - head + heads - 1) / heads : 0;
    size_t end = item_end > head ? (item_end - head + heads - 1) / heads : 0;
    for (; token < end; token += together)
      attend_tokens(job, head, token, end - token < together ? end : token + together, scratch);
  }
}
