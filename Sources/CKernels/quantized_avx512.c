// Quantised products with AVX-512: 16 rows a vector, four columns a step, whole-number dot products of VNNI.
#if defined(__x86_64__)
#include <immintrin.h>

#include "activation_tiles.h"
#include "families.h"
#include "rounding.h"

#define INLINE static inline __attribute__((always_inline)) TARGET_AVX512

// VNNI multiplies unsigned codes with signed activations, so signed codes are raised here; elsewhere less is needed.
INLINE int unsigned_zero(enum element_type type) {
  switch (type) {
    case ELEMENT_Q8_0:
    case ELEMENT_IQ4_NL:
    case ELEMENT_IQ4_XS: return 128;
    case ELEMENT_MXFP4: return 12;
    default: return panel_zero(type);
  }
}

INLINE __m512i load_step(const uint8_t *bytes) { return _mm512_loadu_si512(bytes); }

INLINE void unpack_nibbles(const uint8_t *plane, __m512i codes[CODE_STEPS]) {
  const __m512i low = _mm512_set1_epi8(15);
  for (int j = 0; j < CODE_STEPS / 2; j++) {
    __m512i packed = load_step(plane + j * STEP_BYTES);
    codes[j] = _mm512_and_si512(packed, low);
    codes[j + 4] = _mm512_and_si512(_mm512_srli_epi16(packed, 4), low);
  }
}

INLINE void look_up_codes(enum element_type type, __m512i codes[CODE_STEPS]) {
  const int8_t *values = type == ELEMENT_MXFP4 ? mxfp4_values : iq4_values;
  __m128i raised = _mm_add_epi8(_mm_loadu_si128((const __m128i *)values), _mm_set1_epi8((char)unsigned_zero(type)));
  __m512i table = _mm512_broadcast_i32x4(raised);
  for (int k = 0; k < CODE_STEPS; k++) codes[k] = _mm512_shuffle_epi8(table, codes[k]);
}

// ORs the planes above the nibbles, or in their place, into the codes.
INLINE void unpack_high_bits(enum element_type type, const uint8_t *plane, __m512i codes[CODE_STEPS]) {
  int low_bits = panel_has_nibbles(type) ? 4 : 0;
  if (panel_has_pairs(type)) {
    const __m512i mask = _mm512_set1_epi8((char)(3 << low_bits));
    for (int k = 0; k < CODE_STEPS; k++) {
      __m512i packed = load_step(plane + k % 2 * STEP_BYTES);
      int shift = k / 2 * 2 - low_bits;
      __m512i moved = shift < 0 ? _mm512_slli_epi16(packed, (unsigned)(shift < 0 ? -shift : 0))
                                : _mm512_srli_epi16(packed, (unsigned)(shift < 0 ? 0 : shift));
      __m512i bits = _mm512_and_si512(moved, mask);
      codes[k] = low_bits == 0 ? bits : _mm512_or_si512(codes[k], bits);
    }
    plane += 2 * STEP_BYTES;
    low_bits += 2;
  }
  if (panel_has_bits(type)) {
    const __m512i mask = _mm512_set1_epi8((char)(1 << low_bits));
    __m512i packed = load_step(plane);
    for (int k = 0; k < CODE_STEPS; k++) {
      int shift = k - low_bits;
      __m512i moved = shift < 0 ? _mm512_slli_epi16(packed, (unsigned)(shift < 0 ? -shift : 0))
                                : _mm512_srli_epi16(packed, (unsigned)(shift < 0 ? 0 : shift));
      codes[k] = _mm512_or_si512(codes[k], _mm512_and_si512(moved, mask));
    }
  }
}

INLINE void unpack_codes(enum element_type type, const uint8_t *planes, __m512i codes[CODE_STEPS]) {
  if (panel_has_bytes(type)) {
    const __m512i sign = _mm512_set1_epi8((char)0x80);
    for (int k = 0; k < CODE_STEPS; k++) codes[k] = _mm512_xor_si512(load_step(planes + k * STEP_BYTES), sign);
    return;
  }
  if (panel_has_nibbles(type)) {
    unpack_nibbles(planes, codes);
    planes += 4 * STEP_BYTES;
  }
  if (panel_has_table(type)) look_up_codes(type, codes);
  unpack_high_bits(type, planes, codes);
}

INLINE __m512 load_halves(const uint8_t *bytes) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)bytes));
}

INLINE __m512 load_bytes(const uint8_t *bytes) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)bytes)));
}

// d (or the scale of MXFP4) of 16 rows.
INLINE __m512 load_d(enum element_type type, const uint8_t *header) {
  if (type != ELEMENT_MXFP4) return load_halves(header);
  __m512i exponents = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)header));
  __m512i normal = _mm512_slli_epi32(_mm512_sub_epi32(exponents, _mm512_set1_epi32(1)), 23);
  __m512i subnormal = _mm512_sllv_epi32(_mm512_set1_epi32(0x00200000), exponents);
  __mmask16 small = _mm512_cmplt_epu32_mask(exponents, _mm512_set1_epi32(2));
  return _mm512_castsi512_ps(_mm512_mask_mov_epi32(normal, small, subnormal));
}

struct scales {
  __m512 scale[2], minimum[2];
};

INLINE struct scales load_scales(enum element_type type, __m512 d, __m512 dmin, const uint8_t *bytes) {
  struct scales result = {{d, d}, {dmin, dmin}};
  if (panel_scale_bytes(type) == 0) return result;
  for (int half = 0; half < (type_has_half_scales(type) ? 2 : 1); half++) {
    const uint8_t *row = bytes + half * PANEL_ROWS;
    if (type == ELEMENT_Q2_K) {
      __m512i both = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)row));
      __m512i scale = _mm512_and_si512(both, _mm512_set1_epi32(15));
      __m512i minimum = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_srli_epi32(both, 4));
      result.scale[half] = _mm512_mul_ps(d, _mm512_cvtepi32_ps(scale));
      result.minimum[half] = _mm512_mul_ps(dmin, _mm512_cvtepi32_ps(minimum));
    } else {
      result.scale[half] = _mm512_mul_ps(d, load_bytes(row));
      if (type_has_minimum(type)) result.minimum[half] = _mm512_mul_ps(dmin, load_bytes(row + PANEL_ROWS));
    }
  }
  return result;
}

INLINE int32_t word_at(const uint8_t *bytes) {
  int32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

INLINE __m512 broadcast_float(const uint8_t *bytes) { return _mm512_castsi512_ps(_mm512_set1_epi32(word_at(bytes))); }

// One group of 16 rows times one token of a tile, in the order that quantized_scalar.c defines.
INLINE __m512 group_times_token(enum element_type type, const __m512i codes[CODE_STEPS], const struct scales *scales,
                                const uint8_t *tile, size_t tokens, size_t token, __m512 total) {
  const uint8_t *values = tile + tile_values_offset(tokens, token);
  const uint8_t *corrections[2] = {tile + tile_correction_offset(tokens, 0, token),
                                   tile + tile_correction_offset(tokens, 1, token)};
  bool minimum = type_has_minimum(type), halves = type_has_half_scales(type);
  __m512i dots[2];
  for (int half = 0; half < 2; half++) {
    bool raised = !minimum && unsigned_zero(type) != 0;
    dots[half] = raised ? _mm512_set1_epi32(word_at(corrections[half])) : _mm512_setzero_si512();
  }
  for (int k = 0; k < CODE_STEPS; k++) {
    int half = halves ? k / 4 : 0;
    dots[half] = _mm512_dpbusd_epi32(dots[half], codes[k], _mm512_set1_epi32(word_at(values + 4 * k)));
  }
  __m512 product = _mm512_mul_ps(scales->scale[0], _mm512_cvtepi32_ps(dots[0]));
  if (halves) product = _mm512_fmadd_ps(scales->scale[1], _mm512_cvtepi32_ps(dots[1]), product);
  if (minimum) product = _mm512_fmadd_ps(scales->minimum[0], broadcast_float(corrections[0]), product);
  if (minimum && halves) product = _mm512_fmadd_ps(scales->minimum[1], broadcast_float(corrections[1]), product);
  return _mm512_fmadd_ps(product, broadcast_float(tile + token * sizeof(float)), total);
}

// Adds `groups` groups of a panel times a tile to the totals of 16 rows and `tokens` tokens.
INLINE void panel_times_tile(enum element_type type, const uint8_t *block, size_t groups, const uint8_t *tile,
                             size_t tokens, __m512 *totals) {
  for (size_t first = 0; first < groups; first += panel_block_groups(type)) {
    __m512 d = load_d(type, block);
    __m512 dmin = type_has_minimum(type) ? load_halves(block + 2 * PANEL_ROWS) : _mm512_setzero_ps();
    const uint8_t *group = block + panel_header_bytes(type);
    for (size_t i = 0; i < panel_block_groups(type); i++) {
      if (tokens == 1) fetch_ahead(type, group);
      struct scales scales = load_scales(type, d, dmin, group);
      __m512i codes[CODE_STEPS];
      unpack_codes(type, group + panel_scale_bytes(type), codes);
#pragma clang loop unroll(full)
      for (size_t t = 0; t < tokens; t++) {
        totals[t] = group_times_token(type, codes, &scales, tile, tokens, t, totals[t]);
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
  _Alignas(64) uint8_t tile[TILE_GROUPS * tile_group_bytes(16)];
  size_t groups = job->columns / GROUP_LENGTH;
  for (size_t begin = 0; begin < groups; begin += TILE_GROUPS) {
    size_t end = begin + TILE_GROUPS < groups ? begin + TILE_GROUPS : groups;
    fill_tile(job, type, unsigned_zero(type), tokens, first, begin, end, tile);
    for (size_t row = row_begin; row < row_end; row += PANEL_ROWS) {
      const uint8_t *panel = (const uint8_t *)job->weights + row / PANEL_ROWS * panel_bytes(type, groups);
      float *out = job->out + first * job->out_stride + row;
      __mmask16 rows = row_end - row < PANEL_ROWS ? (__mmask16)((1u << (row_end - row)) - 1) : 0xffff;
      __m512 totals[16];
      for (size_t t = 0; t < tokens; t++) {
        totals[t] = begin == 0 ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(rows, out + t * job->out_stride);
      }
      panel_times_tile(type, panel + panel_bytes(type, begin), end - begin, tile, tokens, totals);
      bool add_bias = job->bias != NULL && end == groups;
      __m512 bias = add_bias ? _mm512_maskz_loadu_ps(rows, job->bias + row) : _mm512_setzero_ps();
      for (size_t t = 0; t < tokens; t++) {
        __m512 total = add_bias ? _mm512_add_ps(totals[t], bias) : totals[t];
        _mm512_mask_storeu_ps(out + t * job->out_stride, rows, total);
      }
    }
  }
}

// One function a type and number of tokens, so that all the choices above are made when it is compiled.
#define PRODUCT(TYPE, TOKENS) \
  static TARGET_AVX512 __attribute__((noinline)) void product_##TYPE##_##TOKENS( \
      const struct matmul_job *job, size_t first, size_t row_begin, size_t row_end) { \
    rows_times_tokens(job, ELEMENT_##TYPE, TOKENS, first, row_begin, row_end); \
  }
#define PRODUCTS(TYPE) PRODUCT(TYPE, 16) PRODUCT(TYPE, 4) PRODUCT(TYPE, 1)
PRODUCTS(Q8_0) PRODUCTS(Q4_0) PRODUCTS(Q4_1) PRODUCTS(Q5_0) PRODUCTS(Q5_1) PRODUCTS(Q2_K) PRODUCTS(Q3_K)
PRODUCTS(Q4_K) PRODUCTS(Q5_K) PRODUCTS(Q6_K) PRODUCTS(IQ4_NL) PRODUCTS(IQ4_XS) PRODUCTS(MXFP4)

typedef void (*product)(const struct matmul_job *job, size_t first, size_t row_begin, size_t row_end);

#define ENTRY(TYPE) [ELEMENT_##TYPE] = {product_##TYPE##_16, product_##TYPE##_4, product_##TYPE##_1}
static const product products[ELEMENT_TYPE_COUNT][3] = {
  ENTRY(Q8_0), ENTRY(Q4_0), ENTRY(Q4_1), ENTRY(Q5_0), ENTRY(Q5_1),   ENTRY(Q2_K),   ENTRY(Q3_K),
  ENTRY(Q4_K), ENTRY(Q5_K), ENTRY(Q6_K), ENTRY(IQ4_NL), ENTRY(IQ4_XS), ENTRY(MXFP4),
};

void matmul_quantized_avx512(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  const product *of_type = products[job->type];
  size_t token = 0;
  for (; job->tokens - token >= 16; token += 16) of_type[0](job, token, row_begin, row_end);
  for (; job->tokens - token >= 4; token += 4) of_type[1](job, token, row_begin, row_end);
  for (; token < job->tokens; token++) of_type[2](job, token, row_begin, row_end);
}

TARGET_AVX512 void quantize_activations_avx512(const float *x, size_t count, int8_t *values, float *scales,
                                               int16_t *sums) {
  const __m512i magnitude_bits = _mm512_set1_epi32(0x7fffffff);
  for (size_t start = 0; start < count; start += GROUP_LENGTH) {
    __m512 halves[2] = {_mm512_loadu_ps(x + start), _mm512_loadu_ps(x + start + 16)};
    __m512i magnitudes = _mm512_max_epu32(_mm512_and_si512(_mm512_castps_si512(halves[0]), magnitude_bits),
                                          _mm512_and_si512(_mm512_castps_si512(halves[1]), magnitude_bits));
    struct group_rounding rounding = rounding_of_group(_mm512_reduce_max_epu32(magnitudes));
    scales[start / GROUP_LENGTH] = rounding.scale;
    __mmask16 kept = rounding.inverse == 0 ? 0 : 0xffff;  // a NaN times zero would not be zero
    for (size_t half = 0; half < 2; half++) {
      __m512 scaled = _mm512_maskz_mul_ps(kept, halves[half], _mm512_set1_ps(rounding.inverse));
      __m512i codes = _mm512_cvtps_epi32(scaled);
      _mm_storeu_si128((__m128i *)(values + start + 16 * half), _mm512_cvtepi32_epi8(codes));
      sums[start / 16 + half] = (int16_t)_mm512_reduce_add_epi32(codes);
    }
  }
}
#endif
