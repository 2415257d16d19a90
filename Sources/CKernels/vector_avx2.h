// The vector operations of the float kernels for AVX2 with FMA and F16C: eight lanes.
// vector_avx512.h says what each does.
#pragma once
#include <immintrin.h>

#include "families.h"
#include "float_elements.h"

#define SIMD_TARGET TARGET_AVX2
#define SIMD_NAME(name) name##_avx2
#define SIMD static inline __attribute__((always_inline)) SIMD_TARGET

typedef __m256 vec;
enum { LANES = 8, TILE_VECTORS = 2, TILE_TOKENS = 6, QUERY_TILE = 3 };

static const int32_t lane_masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
SIMD __m256i first_lanes(size_t count) { return _mm256_loadu_si256((const __m256i *)(lane_masks + 8 - count)); }

SIMD vec vec_zero(void) { return _mm256_setzero_ps(); }
SIMD vec vec_set(float value) { return _mm256_set1_ps(value); }
SIMD vec vec_load(const void *p) { return _mm256_loadu_ps(p); }
SIMD void vec_store(float *p, vec v) { _mm256_storeu_ps(p, v); }
SIMD vec vec_load_part(const void *p, size_t count) { return _mm256_maskload_ps(p, first_lanes(count)); }
SIMD void vec_store_part(float *p, vec v, size_t count) { _mm256_maskstore_ps(p, first_lanes(count), v); }
SIMD vec vec_join(size_t count, vec first, vec rest) {
  return _mm256_blendv_ps(rest, first, _mm256_castsi256_ps(first_lanes(count)));
}
SIMD float vec_first(vec v) { return _mm256_cvtss_f32(v); }

SIMD vec vec_add(vec a, vec b) { return _mm256_add_ps(a, b); }
SIMD vec vec_sub(vec a, vec b) { return _mm256_sub_ps(a, b); }
SIMD vec vec_mul(vec a, vec b) { return _mm256_mul_ps(a, b); }
SIMD vec vec_div(vec a, vec b) { return _mm256_div_ps(a, b); }
SIMD vec vec_fma(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
SIMD vec vec_max(vec a, vec b) { return _mm256_max_ps(a, b); }
SIMD vec vec_min(vec a, vec b) { return _mm256_min_ps(a, b); }
SIMD vec vec_abs(vec a) { return _mm256_andnot_ps(vec_set(-0.0f), a); }
SIMD vec vec_copy_sign(vec a, vec b) { return _mm256_or_ps(vec_abs(a), _mm256_and_ps(vec_set(-0.0f), b)); }
SIMD vec vec_select_less(vec a, vec b, vec less, vec otherwise) {
  return _mm256_blendv_ps(otherwise, less, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
SIMD bool vec_any_equal(vec a, vec b) { return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_EQ_OQ)) != 0; }
SIMD vec vec_round(vec a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
SIMD vec power_of_two(__m256i exponent) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(exponent, _mm256_set1_epi32(127)), 23));
}
// In two factors, as 2^exponent alone may lie beyond the normal numbers; exponents are below 2 * 127 in magnitude.
SIMD vec vec_scale_by_power(vec v, vec exponent) {
  __m256i whole = _mm256_cvtps_epi32(exponent), half = _mm256_srai_epi32(whole, 1);
  return vec_mul(vec_mul(v, power_of_two(half)), power_of_two(_mm256_sub_epi32(whole, half)));
}

SIMD __m128 add_halves(__m256 v) { return _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1)); }
SIMD void vec_sum4(vec a, vec b, vec c, vec d, float *out) {
  vec ab = vec_add(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
  vec cd = vec_add(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
  vec low = _mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0));
  vec high = _mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2));
  _mm_storeu_ps(out, add_halves(vec_add(low, high)));
}
SIMD float vec_sum(vec v) {
  __m128 sum = add_halves(v);
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}
SIMD float vec_largest(vec v) {
  __m128 half = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_max_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

SIMD __m128i load_halves_part(const void *p, size_t count) {
  uint16_t halves[LANES] = {0};
  memcpy(halves, p, count * sizeof *halves);
  return _mm_loadu_si128((const __m128i *)halves);
}
SIMD vec vec_load_f16(const void *p) { return _mm256_cvtph_ps(_mm_loadu_si128(p)); }
SIMD vec vec_from_bf16(__m128i halves) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}
SIMD vec vec_load_bf16(const void *p) { return vec_from_bf16(_mm_loadu_si128(p)); }
SIMD vec vec_load_f16_part(const void *p, size_t count) { return _mm256_cvtph_ps(load_halves_part(p, count)); }
SIMD vec vec_load_bf16_part(const void *p, size_t count) { return vec_from_bf16(load_halves_part(p, count)); }
SIMD vec vec_load_i8(const void *p) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(p))); }
SIMD vec vec_set_f16(const void *p) { return _mm256_cvtph_ps(_mm_set1_epi16((short)half_at(p))); }

SIMD void vec_store_f16(void *p, vec v) {
  _mm_storeu_si128(p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
SIMD void vec_store_bf16(void *p, vec v) {
  __m256i bits = _mm256_castps_si256(v), upper = _mm256_srli_epi32(bits, 16);
  __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
  __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
  rounded = _mm256_srli_epi32(rounded, 16);
  __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
  rounded = _mm256_blendv_epi8(rounded, _mm256_or_si256(upper, _mm256_set1_epi32(0x40)), nan);
  __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(rounded, rounded), 0x08);
  _mm_storeu_si128(p, _mm256_castsi256_si128(packed));
}

typedef struct { __m256d low, high; } vec_double;
SIMD vec_double vec_double_zero(void) { return (vec_double){_mm256_setzero_pd(), _mm256_setzero_pd()}; }
SIMD vec_double vec_double_add(vec_double sums, vec v) {
  sums.low = _mm256_add_pd(sums.low, _mm256_cvtps_pd(_mm256_castps256_ps128(v)));
  sums.high = _mm256_add_pd(sums.high, _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)));
  return sums;
}
SIMD double vec_double_sum(vec_double sums) {
  __m256d both = _mm256_add_pd(sums.low, sums.high);
  __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(both), _mm256_extractf128_pd(both, 1));
  return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
}
