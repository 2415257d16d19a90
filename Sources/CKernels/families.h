// What the kernel families give to the tables of dispatch.c. Private to this module.
//
// Every family defines, for each instruction set, one function a field of `struct kernels`, named FIELD_SET. A family
// without an own version for a set names the one it uses instead with a #define beside the declarations of its family
// below: the tables are constants, complete at compile time.
#pragma once
#include "kernels.h"

// Attributes of functions that use SIMD; no -march is ever passed, so nothing else can. A plain static function may be
// called from these, and a helper must carry the same attribute to be inlined.
#define TARGET_AVX2 __attribute__((target("avx2,fma,f16c")))
#define TARGET_AVX512 \
  __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16")))
#define TARGET_NEON __attribute__((target("dotprod")))

#define DECLARE_CONVERT(SET) \
  void to_f32_##SET(enum element_type type, const void *source, float *out, size_t count); \
  void from_f32_##SET(enum element_type type, const float *source, void *out, size_t count);

#define DECLARE_QUANTIZED(SET) \
  void quantize_activations_##SET(const float *x, size_t count, int8_t *values, float *scales, int16_t *sums); \
  size_t packed_bytes_##SET(enum element_type type, size_t rows, size_t columns); \
  void pack_##SET(enum element_type type, const void *weights, size_t row_bytes, size_t rows, size_t columns, \
                  void *packed); \
  void matmul_quantized_##SET(const struct matmul_job *job, size_t row_begin, size_t row_end);

// One packed layout serves every SIMD set: panels of blocks, panels of floats.
#define packed_bytes_avx2 panels_packed_bytes
#define packed_bytes_avx512 panels_packed_bytes
#define packed_bytes_neon panels_packed_bytes
#define pack_avx2 panels_pack
#define pack_avx512 panels_pack
#define pack_neon panels_pack

#define DECLARE_QUANTIZE(SET) \
  void quantize_weights_##SET(enum element_type type, const float *source, void *out, size_t count);

#define DECLARE_MATMUL_FLOAT(SET) \
  void matmul_float_##SET(const struct matmul_job *job, size_t row_begin, size_t row_end);

#define DECLARE_ATTENTION(SET) \
  void attention_##SET(const struct attention_job *job, size_t item_begin, size_t item_end, float *scratch); \
  void merge_attention_##SET(const struct attention_job *job, size_t kv_head_begin, size_t kv_head_end, \
                             float *scratch);

#define DECLARE_NORMALIZE(SET) \
  void rms_norm_##SET(const float *x, const float *weight, float weight_offset, float epsilon, size_t rows, \
                      size_t width, float *out); \
  void layer_norm_##SET(const float *x, const float *weight, const float *bias, float epsilon, size_t rows, \
                        size_t width, float *out); \
  void softmax_##SET(const float *x, size_t rows, size_t width, float *out); \
  void log_sum_exp_##SET(const float *x, size_t width, float *maximum, size_t *index, double *log_sum_exp);

#define DECLARE_ROTARY(SET) \
  void rotary_##SET(float *x, const float *cosines, const float *sines, size_t tokens, size_t heads, \
                    size_t head_size, size_t rotary_size, bool interleaved);

#define DECLARE_ELEMENTWISE(SET) \
  void add_##SET(const float *x, const float *y, float *out, size_t count); \
  void multiply_##SET(const float *x, const float *y, float *out, size_t count); \
  void scale_##SET(const float *x, float factor, float *out, size_t count); \
  void activate_##SET(enum activation kind, const float *x, float *out, size_t count); \
  void activate_multiply_##SET(enum activation kind, const float *gate, const float *up, float *out, size_t count);

#define DECLARE_MACHINE_LIMITS(SET) \
  uint64_t read_memory_##SET(const void *memory, size_t bytes); \
  uint64_t peak_f32_##SET(size_t rounds); \
  uint64_t peak_bf16_##SET(size_t rounds); \
  uint64_t peak_int8_##SET(size_t rounds);

#define peak_bf16_avx2 peak_bf16_scalar
#define peak_bf16_neon peak_bf16_scalar

#define DECLARE_FAMILIES(SET) \
  DECLARE_CONVERT(SET) DECLARE_QUANTIZE(SET) DECLARE_QUANTIZED(SET) DECLARE_MATMUL_FLOAT(SET) \
  DECLARE_ATTENTION(SET) DECLARE_NORMALIZE(SET) DECLARE_ROTARY(SET) DECLARE_ELEMENTWISE(SET) \
  DECLARE_MACHINE_LIMITS(SET)

DECLARE_FAMILIES(scalar)
#if defined(__x86_64__)
DECLARE_FAMILIES(avx2)
DECLARE_FAMILIES(avx512)
#elif defined(__aarch64__)
DECLARE_FAMILIES(neon)
#endif

// The block types' part of to_f32 and from_f32 (blocks.c): `count` elements, whole blocks, bit-exact with ggml.
void blocks_to_f32(enum element_type type, const void *source, float *out, size_t count);
// Blocks of 32: scale = largest magnitude / 127 rounded to f16, as ggml's reference quantiser.
void q8_0_from_f32(const float *source, void *out, size_t count);
