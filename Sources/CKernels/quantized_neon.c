// Quantised products with NEON and its dot product instructions: 4 rows a vector, a quarter of a panel at a time.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "activation_tiles.h"
#include "families.h"
#include "rounding.h"

#define INLINE static inline __attribute__((always_inline)) TARGET_NEON

enum { QUARTERS = 4, VECTOR_ROWS = 4, VECTOR_BYTES = 16 };

INLINE uint8x16_t shift_bits(uint8x16_t bytes, int up) { return vshlq_u8(bytes, vdupq_n_s8((int8_t)up)); }

// The vector of step k for a quarter of a panel; `planes` points at that quarter's part of the first vector.
INLINE int8x16_t unpack_step(enum element_type type, const uint8_t *planes, int k) {
  if (panel_has_bytes(type)) return vreinterpretq_s8_u8(vld1q_u8(planes + k * STEP_BYTES));
  uint8x16_t codes = vdupq_n_u8(0);
  int low_bits = 0;
  if (panel_has_nibbles(type)) {
    codes = vandq_u8(shift_bits(vld1q_u8(planes + k % 4 * STEP_BYTES), k < 4 ? 0 : -4), vdupq_n_u8(15));
    planes += 4 * STEP_BYTES;
    low_bits = 4;
  }
  if (panel_has_table(type)) {
    return vqtbl1q_s8(vld1q_s8(type == ELEMENT_MXFP4 ? mxfp4_values : iq4_values), codes);
  }
  if (panel_has_pairs(type)) {
    uint8x16_t moved = shift_bits(vld1q_u8(planes + k % 2 * STEP_BYTES), low_bits - k / 2 * 2);
    codes = vorrq_u8(codes, vandq_u8(moved, vdupq_n_u8((uint8_t)(3 << low_bits))));
    planes += 2 * STEP_BYTES;
    low_bits += 2;
  }
  if (panel_has_bits(type)) {
    uint8x16_t moved = shift_bits(vld1q_u8(planes), low_bits - k);
    codes = vorrq_u8(codes, vandq_u8(moved, vdupq_n_u8((uint8_t)(1 << low_bits))));
  }
  return vreinterpretq_s8_u8(codes);
}

INLINE float32x4_t load_halves(const uint8_t *bytes) {
  return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(bytes)));
}

// Four bytes, widened without sign.
INLINE uint32x4_t widen_bytes(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(word))));
}

INLINE float32x4_t load_bytes(const uint8_t *bytes) {
  int32x4_t raised = vshlq_n_s32(vreinterpretq_s32_u32(widen_bytes(bytes)), 24);
  return vcvtq_f32_s32(vshrq_n_s32(raised, 24));
}

// d (or the scale of MXFP4) of 4 rows.
INLINE float32x4_t load_d(enum element_type type, const uint8_t *header, size_t first_row) {
  if (type != ELEMENT_MXFP4) return load_halves(header + 2 * first_row);
  uint32x4_t exponents = widen_bytes(header + first_row);
  uint32x4_t normal = vshlq_n_u32(vsubq_u32(exponents, vdupq_n_u32(1)), 23);
  // Shifts by more than 31 give zero; those lanes are not taken.
  uint32x4_t subnormal = vshlq_u32(vdupq_n_u32(0x00200000), vreinterpretq_s32_u32(exponents));
  return vreinterpretq_f32_u32(vbslq_u32(vcltq_u32(exponents, vdupq_n_u32(2)), subnormal, normal));
}

struct scales {
  float32x4_t scale[2], minimum[2];
};

INLINE struct scales load_scales(enum element_type type, float32x4_t d, float32x4_t dmin, const uint8_t *bytes) {
  struct scales result = {{d, d}, {dmin, dmin}};
  if (panel_scale_bytes(type) == 0) return result;
  for (int half = 0; half < (type_has_half_scales(type) ? 2 : 1); half++) {
    const uint8_t *row = bytes + half * PANEL_ROWS;
    if (type == ELEMENT_Q2_K) {
      uint32x4_t both = widen_bytes(row);
      int32x4_t minimum = vnegq_s32(vreinterpretq_s32_u32(vshrq_n_u32(both, 4)));
      result.scale[half] = vmulq_f32(d, vcvtq_f32_u32(vandq_u32(both, vdupq_n_u32(15))));
      result.minimum[half] = vmulq_f32(dmin, vcvtq_f32_s32(minimum));
    } else {
      result.scale[half] = vmulq_f32(d, load_bytes(row));
      if (type_has_minimum(type)) result.minimum[half] = vmulq_f32(dmin, load_bytes(row + PANEL_ROWS));
    }
  }
  return result;
}

INLINE int32x4_t broadcast_word(const uint8_t *bytes) {
  int32_t word;
  memcpy(&word, bytes, sizeof word);
  return vdupq_n_s32(word);
}

INLINE float32x4_t broadcast_float(const uint8_t *bytes) { return vreinterpretq_f32_s32(broadcast_word(bytes)); }

// Four steps, whose values lie in one vector.
INLINE int32x4_t add_dots(const int8x16_t *codes, const uint8_t *values, int32x4_t dots) {
  int8x16_t of_steps = vreinterpretq_s8_u8(vld1q_u8(values));
  dots = vdotq_laneq_s32(dots, codes[0], of_steps, 0);
  dots = vdotq_laneq_s32(dots, codes[1], of_steps, 1);
  dots = vdotq_laneq_s32(dots, codes[2], of_steps, 2);
  return vdotq_laneq_s32(dots, codes[3], of_steps, 3);
}

// One group of 4 rows times one token of a tile, in the order that quantized_scalar.c defines.
INLINE float32x4_t group_times_token(enum element_type type, const int8x16_t codes[CODE_STEPS],
                                     const struct scales *scales, const uint8_t *tile, size_t tokens, size_t token,
                                     float32x4_t total) {
  const uint8_t *values = tile + tile_values_offset(tokens, token);
  const uint8_t *corrections[2] = {tile + tile_correction_offset(tokens, 0, token),
                                   tile + tile_correction_offset(tokens, 1, token)};
  bool minimum = type_has_minimum(type), halves = type_has_half_scales(type);
  int32x4_t dots[2];
  for (int half = 0; half < 2; half++) {
    dots[half] = panel_zero(type) != 0 ? broadcast_word(corrections[half]) : vdupq_n_s32(0);
  }
  dots[0] = add_dots(codes, values, dots[0]);
  dots[halves ? 1 : 0] = add_dots(codes + 4, values + VECTOR_BYTES, dots[halves ? 1 : 0]);
  float32x4_t product = vmulq_f32(scales->scale[0], vcvtq_f32_s32(dots[0]));
  if (halves) product = vfmaq_f32(product, scales->scale[1], vcvtq_f32_s32(dots[1]));
  if (minimum) product = vfmaq_f32(product, scales->minimum[0], broadcast_float(corrections[0]));
  if (minimum && halves) product = vfmaq_f32(product, scales->minimum[1], broadcast_float(corrections[1]));
  return vfmaq_f32(total, product, broadcast_float(tile + token * sizeof(float)));
}

// Adds `groups` groups of a panel times a tile to the totals [tokens, QUARTERS].
INLINE void panel_times_tile(enum element_type type, const uint8_t *block, size_t groups, const uint8_t *tile,
                             size_t tokens, float32x4_t *totals) {
  for (size_t first = 0; first < groups; first += panel_block_groups(type)) {
    const uint8_t *group = block + panel_header_bytes(type);
    for (size_t i = 0; i < panel_block_groups(type); i++) {
#pragma clang loop unroll(full)
      for (size_t quarter = 0; quarter < QUARTERS; quarter++) {
        size_t row = quarter * VECTOR_ROWS;
        float32x4_t d = load_d(type, block, row);
        float32x4_t dmin = type_has_minimum(type) ? load_halves(block + 2 * (PANEL_ROWS + row)) : vdupq_n_f32(0);
        struct scales scales = load_scales(type, d, dmin, group + row);
        int8x16_t codes[CODE_STEPS];
#pragma clang loop unroll(full)
        for (int k = 0; k < CODE_STEPS; k++) {
          codes[k] = unpack_step(type, group + panel_scale_bytes(type) + quarter * VECTOR_BYTES, k);
        }
#pragma clang loop unroll(full)
        for (size_t t = 0; t < tokens; t++) {
          float32x4_t *total = &totals[t * QUARTERS + quarter];
          *total = group_times_token(type, codes, &scales, tile, tokens, t, *total);
        }
      }
      group += panel_group_bytes(type);
      tile += tile_group_bytes(tokens);
    }
    block += panel_block_bytes(type);
  }
}

// Rows of a range times tokens [first, first + tokens).
INLINE void rows_times_tokens(const struct matmul_job *job, enum element_type type, size_t tokens, size_t first,
                              size_t row_begin, size_t row_end) {
  _Alignas(64) uint8_t tile[TILE_GROUPS * tile_group_bytes(4)];
  size_t groups = job->columns / GROUP_LENGTH;
  for (size_t begin = 0; begin < groups; begin += TILE_GROUPS) {
    size_t end = begin + TILE_GROUPS < groups ? begin + TILE_GROUPS : groups;
    fill_tile(job, type, panel_zero(type), tokens, first, begin, end, tile);
    for (size_t row = row_begin; row < row_end; row += PANEL_ROWS) {
      const uint8_t *panel = (const uint8_t *)job->weights + row / PANEL_ROWS * panel_bytes(type, groups);
      float *out = job->out + first * job->out_stride + row;
      size_t rows = row_end - row < PANEL_ROWS ? row_end - row : PANEL_ROWS;
      union {
        float32x4_t vectors[4 * QUARTERS];
        float rows[4][PANEL_ROWS];
      } totals = {.rows = {{0}}};
      for (size_t t = 0; t < tokens && begin != 0; t++) {
        memcpy(totals.rows[t], out + t * job->out_stride, rows * sizeof(float));
      }
      panel_times_tile(type, panel + panel_bytes(type, begin), end - begin, tile, tokens, totals.vectors);
      for (size_t t = 0; t < tokens; t++) {
        for (size_t r = 0; r < rows; r++) {
          float total = totals.rows[t][r];
          out[t * job->out_stride + r] = job->bias != NULL && end == groups ? total + job->bias[row + r] : total;
        }
      }
    }
  }
}

// One function a type and number of tokens, so that all the choices above are made when it is compiled.
#define PRODUCT(TYPE, TOKENS) \
  static TARGET_NEON __attribute__((noinline)) void product_##TYPE##_##TOKENS( \
      const struct matmul_job *job, size_t first, size_t row_begin, size_t row_end) { \
    rows_times_tokens(job, ELEMENT_##TYPE, TOKENS, first, row_begin, row_end); \
  }
#define PRODUCTS(TYPE) PRODUCT(TYPE, 4) PRODUCT(TYPE, 1)
PRODUCTS(Q8_0) PRODUCTS(Q4_0) PRODUCTS(Q4_1) PRODUCTS(Q5_0) PRODUCTS(Q5_1) PRODUCTS(Q2_K) PRODUCTS(Q3_K)
PRODUCTS(Q4_K) PRODUCTS(Q5_K) PRODUCTS(Q6_K) PRODUCTS(IQ4_NL) PRODUCTS(IQ4_XS) PRODUCTS(MXFP4)

typedef void (*product)(const struct matmul_job *job, size_t first, size_t row_begin, size_t row_end);

#define ENTRY(TYPE) [ELEMENT_##TYPE] = {product_##TYPE##_4, product_##TYPE##_1}
static const product products[ELEMENT_TYPE_COUNT][2] = {
  ENTRY(Q8_0), ENTRY(Q4_0), ENTRY(Q4_1), ENTRY(Q5_0), ENTRY(Q5_1),   ENTRY(Q2_K),   ENTRY(Q3_K),
  ENTRY(Q4_K), ENTRY(Q5_K), ENTRY(Q6_K), ENTRY(IQ4_NL), ENTRY(IQ4_XS), ENTRY(MXFP4),
};

void matmul_quantized_neon(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  const product *of_type = products[job->type];
  size_t token = 0;
  for (; job->tokens - token >= 4; token += 4) of_type[0](job, token, row_begin, row_end);
  for (; token < job->tokens; token++) of_type[1](job, token, row_begin, row_end);
}

TARGET_NEON void quantize_activations_neon(const float *x, size_t count, int8_t *values, float *scales,
                                           int16_t *sums) {
  for (size_t start = 0; start < count; start += GROUP_LENGTH) {
    uint32x4_t parts[8], magnitudes = vdupq_n_u32(0);
    for (int i = 0; i < 8; i++) {
      parts[i] = vreinterpretq_u32_f32(vld1q_f32(x + start + 4 * i));
      magnitudes = vmaxq_u32(magnitudes, vandq_u32(parts[i], vdupq_n_u32(0x7fffffff)));
    }
    struct group_rounding rounding = rounding_of_group(vmaxvq_u32(magnitudes));
    scales[start / GROUP_LENGTH] = rounding.scale;
    // A NaN times zero would not be zero, so nothing is kept of such a group.
    uint32x4_t kept = vdupq_n_u32(rounding.inverse == 0 ? 0 : 0xffffffff);
    for (int half = 0; half < 2; half++) {
      int16x4_t codes[4];
      int32_t sum = 0;
      for (int i = 0; i < 4; i++) {
        float32x4_t part = vreinterpretq_f32_u32(vandq_u32(parts[4 * half + i], kept));
        int32x4_t wide = vcvtnq_s32_f32(vmulq_f32(part, vdupq_n_f32(rounding.inverse)));
        sum += vaddvq_s32(wide);
        codes[i] = vmovn_s32(wide);
      }
      int8x8_t lower = vmovn_s16(vcombine_s16(codes[0], codes[1]));
      int8x8_t upper = vmovn_s16(vcombine_s16(codes[2], codes[3]));
      vst1q_s8(values + start + 16 * half, vcombine_s8(lower, upper));
      sums[start / 16 + half] = (int16_t)sum;
    }
  }
}
#endif
