// The numeric kernels, one table of functions per instruction set.
//
// Contract of every kernel here: no allocation, no globals, no exit; inputs may be unaligned; an output element is
// computed by the same sequence of operations whatever the batch, the range it is computed in and the thread, so that
// results do not depend on how work was cut (batch invariance).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elements.h"

// Rows of float activations rounded to signed bytes in [-127, 127] in blocks of 32: value = scale * quantized, scale =
// largest magnitude / 127. A block with an infinity or a NaN has zeros and a scale that is not finite.
struct quantized_activations {
  const int8_t *values;   // [tokens, columns]
  const float *scales;    // [tokens, columns / 32]
  const int16_t *sums;    // [tokens, columns / 16]: sums of 16 neighbouring values, for formats with a minimum
};

// out[token, row] = bias[row] + sum over columns of x[token, column] * weight[row, column].
struct matmul_job {
  enum element_type type;
  const void *weights;    // [rows, columns] as stored in the file, or as `pack` left them
  size_t row_bytes;       // bytes from one stored row to the next; ignored for packed weights
  size_t rows, columns, tokens;
  const float *x;         // [tokens, columns], read by matmul_float
  size_t x_stride;        // floats from one token to the next
  struct quantized_activations quantized;  // read by the quantized products
  const float *bias;      // [rows] or NULL
  float *out;             // [tokens, rows]
  size_t out_stride;      // floats from one token to the next
};

// Scaled dot-product attention of `tokens` new queries over cached keys and values.
// Query t stands at position first_position + t and sees positions p <= its own (all positions < key_count where
// `causal` is false), and with a window > 0 only p > own - window.
struct attention_job {
  const float *queries;       // [tokens, heads, head_size]
  const void *keys, *values;  // [kv_heads, capacity, head_size], each of cache_type
  enum element_type cache_type;   // F32, F16, BF16 or Q8_0
  size_t position_bytes;      // bytes from one position to the next in keys and values
  size_t head_bytes;          // bytes from one key-value head to the next
  size_t tokens, heads, kv_heads, head_size;
  size_t first_position, key_count;
  bool causal;
  size_t window;
  float scale;                // usually 1 / sqrt(head_size)
  float soft_cap;             // 0: none; else scores become cap * tanh(score / cap)
  float *out;                 // [tokens, heads, head_size]
  // NULL: items are tokens. Else items are parts of the positions, whose results lie here until `merge_attention`.
  float *partials;            // attention_partial_floats(job) floats
};

enum activation { ACTIVATION_SILU, ACTIVATION_GELU, ACTIVATION_GELU_TANH, ACTIVATION_GELU_QUICK, ACTIVATION_RELU,
                  ACTIVATION_RELU_SQUARED, ACTIVATION_TANH, ACTIVATION_SIGMOID, ACTIVATION_COUNT };

enum instruction_set { INSTRUCTIONS_SCALAR, INSTRUCTIONS_AVX2, INSTRUCTIONS_AVX512, INSTRUCTIONS_NEON,
                       INSTRUCTION_SET_COUNT };

struct kernels {
  enum instruction_set instructions;

  // convert.c: `count` elements, a multiple of the block length.
  void (*to_f32)(enum element_type type, const void *source, float *out, size_t count);
  // Rounds to nearest even; F32, F16, BF16 and Q8_0 (KV caches, activations).
  void (*from_f32)(enum element_type type, const float *source, void *out, size_t count);
  // quantize_*.c: `count` weights, whole blocks, to any block type but MXFP4: Q8_0 as from_f32, the others with the
  // scales of the least weighted squared error that a search finds. All tables give the same bits. A block with a
  // value beyond the reach of its scales reads as infinities or NaN; infinities and NaN may be lost.
  void (*quantize_weights)(enum element_type type, const float *source, void *out, size_t count);

  // quantized_*.c: weights in block types times quantized activations. Columns are whole blocks. All tables give
  // the same bits, here and in matmul_float.
  void (*quantize_activations)(const float *x, size_t count, int8_t *values, float *scales, int16_t *sums);
  // Bytes of the packed copy of a [rows, columns] weight, 0 when this table multiplies this type as it is stored. Rows
  // from a multiple of MATMUL_ROW_STEP on start at packed_bytes(type, that row, columns), so that ranges of rows can be
  // packed apart. 64-byte alignment of the copy is fastest.
  size_t (*packed_bytes)(enum element_type type, size_t rows, size_t columns);
  void (*pack)(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns, void *packed);
  // Rows [row_begin, row_end) of a job; row_begin is a multiple of MATMUL_ROW_STEP.
  void (*matmul_quantized)(const struct matmul_job *job, size_t row_begin, size_t row_end);
  // matmul_float.c: F32, F16 and BF16 weights, packed like the others, times float activations; products and sums in
  // float.
  void (*matmul_float)(const struct matmul_job *job, size_t row_begin, size_t row_end);

  // attention.c: items are (token, key-value head) pairs, item = token * kv_heads + kv_head; with partials they are
  // (key-value head, segment) pairs, item = kv_head * attention_segments(job) + segment.
  // `scratch` holds attention_scratch_floats(job) floats for this thread.
  void (*attention)(const struct attention_job *job, size_t item_begin, size_t item_end, float *scratch);
  // The outputs of some key-value heads from their partials, to the same bits that items of tokens give.
  void (*merge_attention)(const struct attention_job *job, size_t kv_head_begin, size_t kv_head_end, float *scratch);

  // normalize.c: rows of `width`. weight_offset is added to every weight (Gemma's 1 + weight); weight and bias may be NULL.
  void (*rms_norm)(const float *x, const float *weight, float weight_offset, float epsilon, size_t rows, size_t width,
                   float *out);
  void (*layer_norm)(const float *x, const float *weight, const float *bias, float epsilon, size_t rows, size_t width,
                     float *out);
  // softmax over each row, in place allowed.
  void (*softmax)(const float *x, size_t rows, size_t width, float *out);
  // Largest value, its first index, and log(sum(exp(x))) of a row, the latter accumulated in double.
  void (*log_sum_exp)(const float *x, size_t width, float *maximum, size_t *index, double *log_sum_exp);

  // rotary.c: rotates the first rotary_size values of every head in place. cosines, sines: [tokens, rotary_size / 2].
  // interleaved: pairs are (0,1), (2,3), ...; else (i, i + rotary_size / 2).
  void (*rotary)(float *x, const float *cosines, const float *sines, size_t tokens, size_t heads, size_t head_size,
                 size_t rotary_size, bool interleaved);

  // elementwise.c
  void (*add)(const float *x, const float *y, float *out, size_t count);
  void (*multiply)(const float *x, const float *y, float *out, size_t count);
  void (*scale)(const float *x, float factor, float *out, size_t count);
  void (*activate)(enum activation kind, const float *x, float *out, size_t count);
  // out = activation(gate) * up
  void (*activate_multiply)(enum activation kind, const float *gate, const float *up, float *out, size_t count);

  // machine_limits.c: loops that do nothing but keep one part of the processor busy, to measure what it can do at most.
  // The sum of the words of `bytes` of memory, a multiple of 8.
  uint64_t (*read_memory)(const void *memory, size_t bytes);
  // Multiply-adds on registers alone, in float; of products of two bf16 and of four bytes, summed by one instruction.
  // They return the operations done, two a multiply-add: 0 where the set has no such instruction.
  uint64_t (*peak_f32)(size_t rounds);
  uint64_t (*peak_bf16)(size_t rounds);
  uint64_t (*peak_int8)(size_t rounds);
};

// Row ranges given to the products start at multiples of this.
enum { MATMUL_ROW_STEP = 32 };

// Floats of scratch a thread needs for this job.
size_t attention_scratch_floats(const struct attention_job *job);

// Segments of the positions into which a job of few tokens can be cut with partials; 1 where it cannot.
size_t attention_segments(const struct attention_job *job);
size_t attention_partial_floats(const struct attention_job *job);

// Items of attention a thread should take at once: keys and values are read once for all queries of a range, so ranges
// are whole tokens, as many as still leave work for every thread. One item with a single token.
size_t attention_grain(const struct attention_job *job, size_t threads);

// The complete table for an instruction set; NULL when this processor lacks it.
const struct kernels *kernels_at(enum instruction_set instructions);

// The best table of this processor. The environment variable LATHE_INSTRUCTIONS (scalar, avx2, avx512, neon) lowers it.
const struct kernels *kernels_best(void);
