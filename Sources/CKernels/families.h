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

// One packed layout serves every SIMD set.
#define packed_bytes_avx512 panels_packed_bytes
#define pack_avx512 panels_pack
#define packed_bytes_avx2 packed_bytes_scalar
#define packed_bytes_neon packed_bytes_scalar
#define pack_avx2 pack_scalar
#define pack_neon pack_scalar
#define matmul_quantized_avx2 matmul_quantized_scalar
#define matmul_quantized_neon matmul_quantized_scalar
#define quantize_activations_avx2 quantize_activations_scalar
#define quantize_activations_neon quantize_activations_scalar

#define DECLARE_MATMUL_FLOAT(SET) \
  void matmul_float_##SET(const struct matmul_job *job, size_t row_begin, size_t row_end);

#define DECLARE_ATTENTION(SET) \
  void attention_##SET(const struct attention_job *job, size_t item_begin, size_t item_end, float *scratch);

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

// Families whose SIMD versions are not there yet use the scalar reference.
#define to_f32_avx2 to_f32_scalar
#define from_f32_avx2 from_f32_scalar
#define matmul_float_avx2 matmul_float_scalar
#define attention_avx2 attention_scalar
#define rms_norm_avx2 rms_norm_scalar
#define layer_norm_avx2 layer_norm_scalar
#define softmax_avx2 softmax_scalar
#define log_sum_exp_avx2 log_sum_exp_scalar
#define rotary_avx2 rotary_scalar
#define add_avx2 add_scalar
#define multiply_avx2 multiply_scalar
#define scale_avx2 scale_scalar
#define activate_avx2 activate_scalar
#define activate_multiply_avx2 activate_multiply_scalar
#define to_f32_avx512 to_f32_scalar
#define from_f32_avx512 from_f32_scalar
#define matmul_float_avx512 matmul_float_scalar
#define attention_avx512 attention_scalar
#define rms_norm_avx512 rms_norm_scalar
#define layer_norm_avx512 layer_norm_scalar
#define softmax_avx512 softmax_scalar
#define log_sum_exp_avx512 log_sum_exp_scalar
#define rotary_avx512 rotary_scalar
#define add_avx512 add_scalar
#define multiply_avx512 multiply_scalar
#define scale_avx512 scale_scalar
#define activate_avx512 activate_scalar
#define activate_multiply_avx512 activate_multiply_scalar
#define to_f32_neon to_f32_scalar
#define from_f32_neon from_f32_scalar
#define matmul_float_neon matmul_float_scalar
#define attention_neon attention_scalar
#define rms_norm_neon rms_norm_scalar
#define layer_norm_neon layer_norm_scalar
#define softmax_neon softmax_scalar
#define log_sum_exp_neon log_sum_exp_scalar
#define rotary_neon rotary_scalar
#define add_neon add_scalar
#define multiply_neon multiply_scalar
#define scale_neon scale_scalar
#define activate_neon activate_scalar
#define activate_multiply_neon activate_multiply_scalar

#define DECLARE_FAMILIES(SET) \
  DECLARE_CONVERT(SET) DECLARE_QUANTIZED(SET) DECLARE_MATMUL_FLOAT(SET) DECLARE_ATTENTION(SET) \
  DECLARE_NORMALIZE(SET) DECLARE_ROTARY(SET) DECLARE_ELEMENTWISE(SET)

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
