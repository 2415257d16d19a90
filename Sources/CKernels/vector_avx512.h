// The vector operations of the float kernels for AVX-512: sixteen lanes.
#pragma once
#include <immintrin.h>

#include "families.h"
#include "float_elements.h"

#define SIMD_TARGET TARGET_AVX512
#define SIMD_NAME(name) name##_avx512
#define SIMD static inline __attribute__((always_inline)) SIMD_TARGET

typedef __m512 vec;
enum { LANES = 16, TILE_VECTORS = 2, TILE_TOKENS = 12, QUERY_TILE = 4 };

SIMD __mmask16 first_lanes(size_t count) { return (__mmask16)((1u << count) - 1); }

SIMD vec vec_zero(void) { return _mm512_setzero_ps(); }
SIMD vec vec_set(float value) { return _mm512_set1_ps(value); }
SIMD vec vec_load(const void *p) { return _mm512_loadu_ps(p); }
SIMD void vec_store(float *p, vec v) { _mm512_storeu_ps(p, v); }
// The first `count` < LANES values; the other lanes are zero, and memory behind them is not touched.
SIMD vec vec_load_part(const void *p, size_t count) { return _mm512_maskz_loadu_ps(first_lanes(count), p); }
SIMD void vec_store_part(float *p, vec v, size_t count) { _mm512_mask_storeu_ps(p, first_lanes(count), v); }
// The first `count` < LANES lanes of one, the others of another.
SIMD vec vec_join(size_t count, vec first, vec rest) { return _mm512_mask_blend_ps(first_lanes(count), rest, first); }
SIMD float vec_first(vec v) { return _mm512_cvtss_f32(v); }

SIMD vec vec_add(vec a, vec b) { return _mm512_add_ps(a, b); }
SIMD vec vec_sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
SIMD vec vec_mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
SIMD vec vec_div(vec a, vec b) { return _mm512_div_ps(a, b); }
SIMD vec vec_fma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
// a > b ? a : b, so b where one of them is NaN; vec_min alike.
SIMD vec vec_max(vec a, vec b) { return _mm512_max_ps(a, b); }
SIMD vec vec_min(vec a, vec b) { return _mm512_min_ps(a, b); }
SIMD vec vec_abs(vec a) { return _mm512_abs_ps(a); }
// The magnitude of a with the sign of b.
SIMD vec vec_copy_sign(vec a, vec b) {
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b),
                                                       _mm512_set1_epi32(INT32_MIN), 0xd8));
}
SIMD vec vec_select_less(vec a, vec b, vec less, vec otherwise) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), otherwise, less);
}
SIMD bool vec_any_equal(vec a, vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ) != 0; }
SIMD vec vec_round(vec a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// v * 2^exponent, rounded once where the result is denormal.
SIMD vec vec_scale_by_power(vec v, vec exponent) { return _mm512_scalef_ps(v, exponent); }

// The four 128-bit quarters of v added in pairs.
SIMD __m128 add_quarters(__m512 v) {
  __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  return _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
}
// The sums of the lanes of four vectors, each by the same tree (another than that of vec_sum).
SIMD void vec_sum4(vec a, vec b, vec c, vec d, float *out) {
  vec ab = vec_add(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  vec cd = vec_add(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  vec low = _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0));
  vec high = _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2));
  _mm_storeu_ps(out, add_quarters(vec_add(low, high)));
}
SIMD float vec_sum(vec v) {
  __m128 sum = add_quarters(v);
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}
SIMD float vec_largest(vec v) {
  __m256 half = _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 quarter = _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
  quarter = _mm_max_ps(quarter, _mm_movehl_ps(quarter, quarter));
  return _mm_cvtss_f32(_mm_max_ss(quarter, _mm_movehdup_ps(quarter)));
}

// Sixteen-bit values, exactly.
SIMD vec vec_load_f16(const void *p) { return _mm512_cvtph_ps(_mm256_loadu_si256(p)); }
SIMD vec vec_from_bf16(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}
SIMD vec vec_load_bf16(const void *p) { return vec_from_bf16(_mm256_loadu_si256(p)); }
SIMD vec vec_load_f16_part(const void *p, size_t count) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first_lanes(count), p));
}
SIMD vec vec_load_bf16_part(const void *p, size_t count) {
  return vec_from_bf16(_mm256_maskz_loadu_epi16(first_lanes(count), p));
}
SIMD vec vec_load_i8(const void *p) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(p))); }
SIMD vec vec_set_f16(const void *p) { return _mm512_cvtph_ps(_mm256_set1_epi16((short)half_at(p))); }

// LANES values rounded to nearest even.
SIMD void vec_store_f16(void *p, vec v) {
  _mm256_storeu_si256(p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
// By integers: the processor's own conversion takes denormals for zero.
SIMD void vec_store_bf16(void *p, vec v) {
  __m512i bits = _mm512_castps_si512(v), upper = _mm512_srli_epi32(bits, 16);
  __m512i odd = _mm512_and_si512(upper, _mm512_set1_epi32(1));
  __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
  rounded = _mm512_srli_epi32(rounded, 16);
  __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
  rounded = _mm512_mask_or_epi32(rounded, nan, upper, _mm512_set1_epi32(0x40));
  _mm256_storeu_si256(p, _mm512_cvtepi32_epi16(rounded));
}

// Running sums in double: lane i of the vectors goes to lane i mod 8 of its half.
typedef struct { __m512d low, high; } vec_double;
SIMD vec_double vec_double_zero(void) { return (vec_double){_mm512_setzero_pd(), _mm512_setzero_pd()}; }
SIMD vec_double vec_double_add(vec_double sums, vec v) {
  sums.low = _mm512_add_pd(sums.low, _mm512_cvtps_pd(_mm512_castps512_ps256(v)));
  sums.high = _mm512_add_pd(sums.high, _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1)));
  return sums;
}
SIMD double vec_double_sum(vec_double sums) { return _mm512_reduce_add_pd(_mm512_add_pd(sums.low, sums.high)); }
