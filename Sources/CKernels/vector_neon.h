// The vector operations of the float kernels for NEON: four lanes. vector_avx512.h says what each does.
#pragma once
#include <arm_neon.h>

#include "families.h"
#include "float_elements.h"

#define SIMD_TARGET TARGET_NEON
#define SIMD_NAME(name) name##_neon
#define SIMD static inline __attribute__((always_inline)) SIMD_TARGET

typedef float32x4_t vec;
enum { LANES = 4, TILE_VECTORS = 4, TILE_TOKENS = 6, QUERY_TILE = 4 };

SIMD vec vec_zero(void) { return vdupq_n_f32(0); }
SIMD vec vec_set(float value) { return vdupq_n_f32(value); }
SIMD vec vec_load(const void *p) { return vreinterpretq_f32_u8(vld1q_u8(p)); }
SIMD void vec_store(float *p, vec v) { vst1q_u8((uint8_t *)p, vreinterpretq_u8_f32(v)); }
SIMD vec vec_load_part(const void *p, size_t count) {
  float values[LANES] = {0};
  memcpy(values, p, count * sizeof *values);
  return vld1q_f32(values);
}
SIMD void vec_store_part(float *p, vec v, size_t count) {
  float values[LANES];
  vst1q_f32(values, v);
  memcpy(p, values, count * sizeof *values);
}
SIMD vec vec_join(size_t count, vec first, vec rest) {
  static const uint32_t lanes[LANES] = {0, 1, 2, 3};
  return vbslq_f32(vcltq_u32(vld1q_u32(lanes), vdupq_n_u32((uint32_t)count)), first, rest);
}
SIMD float vec_first(vec v) { return vgetq_lane_f32(v, 0); }

SIMD vec vec_add(vec a, vec b) { return vaddq_f32(a, b); }
SIMD vec vec_sub(vec a, vec b) { return vsubq_f32(a, b); }
SIMD vec vec_mul(vec a, vec b) { return vmulq_f32(a, b); }
SIMD vec vec_div(vec a, vec b) { return vdivq_f32(a, b); }
SIMD vec vec_fma(vec a, vec b, vec c) { return vfmaq_f32(c, a, b); }
SIMD vec vec_max(vec a, vec b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
SIMD vec vec_min(vec a, vec b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
SIMD vec vec_abs(vec a) { return vabsq_f32(a); }
SIMD vec vec_copy_sign(vec a, vec b) { return vbslq_f32(vdupq_n_u32(0x80000000), b, a); }
SIMD vec vec_select_less(vec a, vec b, vec less, vec otherwise) { return vbslq_f32(vcltq_f32(a, b), less, otherwise); }
SIMD bool vec_any_equal(vec a, vec b) { return vmaxvq_u32(vceqq_f32(a, b)) != 0; }
SIMD vec vec_round(vec a) { return vrndnq_f32(a); }
SIMD vec power_of_two(int32x4_t exponent) {
  return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(exponent, vdupq_n_s32(127)), 23));
}
SIMD vec vec_scale_by_power(vec v, vec exponent) {
  int32x4_t whole = vcvtnq_s32_f32(exponent), half = vshrq_n_s32(whole, 1);
  return vec_mul(vec_mul(v, power_of_two(half)), power_of_two(vsubq_s32(whole, half)));
}

SIMD void vec_sum4(vec a, vec b, vec c, vec d, float *out) {
  vec_store(out, vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d)));
}
SIMD float vec_sum(vec v) {
  vec pairs = vpaddq_f32(v, v);
  return vgetq_lane_f32(vpaddq_f32(pairs, pairs), 0);
}
SIMD float vec_largest(vec v) {
  vec pairs = vec_max(v, vextq_f32(v, v, 2));
  return vgetq_lane_f32(vec_max(pairs, vextq_f32(pairs, pairs, 1)), 0);
}

SIMD uint16x4_t load_halves_part(const void *p, size_t count) {
  uint16_t halves[LANES] = {0};
  memcpy(halves, p, count * sizeof *halves);
  return vld1_u16(halves);
}
SIMD uint16x4_t load_halves(const void *p) { return vreinterpret_u16_u8(vld1_u8(p)); }
SIMD vec vec_from_f16(uint16x4_t halves) { return vcvt_f32_f16(vreinterpret_f16_u16(halves)); }
SIMD vec vec_from_bf16(uint16x4_t halves) { return vreinterpretq_f32_u32(vshll_n_u16(halves, 16)); }
SIMD vec vec_load_f16(const void *p) { return vec_from_f16(load_halves(p)); }
SIMD vec vec_load_bf16(const void *p) { return vec_from_bf16(load_halves(p)); }
SIMD vec vec_load_f16_part(const void *p, size_t count) { return vec_from_f16(load_halves_part(p, count)); }
SIMD vec vec_load_bf16_part(const void *p, size_t count) { return vec_from_bf16(load_halves_part(p, count)); }
SIMD vec vec_load_i8(const void *p) {
  int32_t four;
  memcpy(&four, p, sizeof four);
  int16x8_t wide = vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(four)));
  return vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide)));
}
SIMD vec vec_set_f16(const void *p) { return vec_set(f16_to_f32(half_at(p))); }

SIMD void vec_store_f16(void *p, vec v) { vst1_u8(p, vreinterpret_u8_f16(vcvt_f16_f32(v))); }
SIMD void vec_store_bf16(void *p, vec v) {
  uint32x4_t bits = vreinterpretq_u32_f32(v), upper = vshrq_n_u32(bits, 16);
  uint32x4_t odd = vandq_u32(upper, vdupq_n_u32(1));
  uint32x4_t rounded = vshrq_n_u32(vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7fff)), odd), 16);
  rounded = vbslq_u32(vceqq_f32(v, v), rounded, vorrq_u32(upper, vdupq_n_u32(0x40)));
  vst1_u8(p, vreinterpret_u8_u16(vmovn_u32(rounded)));
}

typedef struct { float64x2_t low, high; } vec_double;
SIMD vec_double vec_double_zero(void) { return (vec_double){vdupq_n_f64(0), vdupq_n_f64(0)}; }
SIMD vec_double vec_double_add(vec_double sums, vec v) {
  sums.low = vaddq_f64(sums.low, vcvt_f64_f32(vget_low_f32(v)));
  sums.high = vaddq_f64(sums.high, vcvt_high_f64_f32(v));
  return sums;
}
SIMD double vec_double_sum(vec_double sums) { return vaddvq_f64(vaddq_f64(sums.low, sums.high)); }
