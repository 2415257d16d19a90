// Quantised products with AVX2: 8 rows a vector, two vectors a panel, four columns a step.
#if defined(__x86_64__)
#include <immintrin.h>

#include "activation_tiles.h"
#include "families.h"
#include "rounding.h"

#define INLINE static inline __attribute__((always_inline)) TARGET_AVX2

enum { VECTOR_ROWS = 8, VECTOR_BYTES = 32, PANEL_VECTORS = PANEL_ROWS / VECTOR_ROWS, TILE_TOKENS = 4 };

// Whether codes are multiplied with their sign. Unsigned codes are multiplied as they are, which is quicker.
INLINE bool has_signed_codes(enum element_type type) { return panel_has_bytes(type) || panel_has_table(type); }

INLINE __m256i load_step(const uint8_t *bytes) { return _mm256_loadu_si256((const __m256i *)bytes); }

// Moves the bits of every byte up, or down for a negative count; what crosses into the next byte is masked away later.
INLINE __m256i shift_bits(__m256i bytes, int up) {
  return up < 0 ? _mm256_srli_epi16(bytes, up < 0 ? -up : 0) : _mm256_slli_epi16(bytes, up < 0 ? 0 : up);
}

// The vector of step k for half a panel; `planes` points at that half's part of the first vector.
INLINE __m256i unpack_step(enum element_type type, const uint8_t *planes, int k) {
  if (panel_has_bytes(type)) return load_step(planes + k * STEP_BYTES);
  __m256i codes = _mm256_setzero_si256();
  int low_bits = 0;
  if (panel_has_nibbles(type)) {
    codes = shift_bits(load_step(planes + k % 4 * STEP_BYTES), k < 4 ? 0 : -4);
    codes = _mm256_and_si256(codes, _mm256_set1_epi8(15));
    planes += 4 * STEP_BYTES;
    low_bits = 4;
  }
  if (panel_has_table(type)) {
    const int8_t *values = type == ELEMENT_MXFP4 ? mxfp4_values : iq4_values;
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)values)), codes);
  }
  if (panel_has_pairs(type)) {
    __m256i moved = shift_bits(load_step(planes + k % 2 * STEP_BYTES), low_bits - k / 2 * 2);
    codes = _mm256_or_si256(codes, _mm256_and_si256(moved, _mm256_set1_epi8((char)(3 << low_bits))));
    planes += 2 * STEP_BYTES;
    low_bits += 2;
  }
  if (panel_has_bits(type)) {
    __m256i moved = shift_bits(load_step(planes), low_bits - k);
    codes = _mm256_or_si256(codes, _mm256_and_si256(moved, _mm256_set1_epi8((char)(1 << low_bits))));
  }
  return codes;
}

INLINE __m256 load_halves(const uint8_t *bytes) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)bytes)); }

INLINE __m256 load_bytes(const uint8_t *bytes) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)bytes)));
}

// d (or the scale of MXFP4) of 8 rows.
INLINE __m256 load_d(enum element_type type, const uint8_t *header, size_t first_row) {
  if (type != ELEMENT_MXFP4) return load_halves(header + 2 * first_row);
  __m256i exponents = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(header + first_row)));
  __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(exponents, _mm256_set1_epi32(1)), 23);
  __m256i subnormal = _mm256_sllv_epi32(_mm256_set1_epi32(0x00200000), exponents);
  __m256i small = _mm256_cmpgt_epi32(_mm256_set1_epi32(2), exponents);
  return _mm256_castsi256_ps(_mm256_blendv_epi8(normal, subnormal, small));
}

struct scales {
  __m256 scale[2], minimum[2];
};

INLINE struct scales load_scales(enum element_type type, __m256 d, __m256 dmin, const uint8_t *bytes) {
  struct scales result = {{d, d}, {dmin, dmin}};
  if (panel_scale_bytes(type) == 0) return result;
  for (int half = 0; half < (type_has_half_scales(type) ? 2 : 1); half++) {
    const uint8_t *row = bytes + half * PANEL_ROWS;
    if (type == ELEMENT_Q2_K) {
      __m256i both = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)row));
      __m256i scale = _mm256_and_si256(both, _mm256_set1_epi32(15));
      __m256i minimum = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_srli_epi32(both, 4));
      result.scale[half] = _mm256_mul_ps(d, _mm256_cvtepi32_ps(scale));
      result.minimum[half] = _mm256_mul_ps(dmin, _mm256_cvtepi32_ps(minimum));
    } else {
      result.scale[half] = _mm256_mul_ps(d, load_bytes(row));
      if (type_has_minimum(type)) result.minimum[half] = _mm256_mul_ps(dmin, load_bytes(row + PANEL_ROWS));
    }
  }
  return result;
}

INLINE __m256i broadcast_word(const uint8_t *bytes) {
  int32_t word;
  memcpy(&word, bytes, sizeof word);
  return _mm256_set1_epi32(word);
}

INLINE __m256 broadcast_float(const uint8_t *bytes) { return _mm256_castsi256_ps(broadcast_word(bytes)); }

// Sums of neighbouring products in 16 bits. No sum leaves their range: it is at most 2 * 127 * 128.
INLINE __m256i pair_products(enum element_type type, __m256i codes, __m256i values) {
  if (has_signed_codes(type)) return _mm256_maddubs_epi16(_mm256_abs_epi8(codes), _mm256_sign_epi8(values, codes));
  return _mm256_maddubs_epi16(codes, values);
}

// Steps whose pair products may be added in 16 bits: 2 * 127 * (largest code) * steps <= 32767.
INLINE int steps_in_16_bits(enum element_type type) {
  switch (type) {
    case ELEMENT_Q4_0:
    case ELEMENT_Q4_1:
    case ELEMENT_Q4_K:
    case ELEMENT_Q2_K:
    case ELEMENT_Q3_K:
    case ELEMENT_MXFP4: return 8;
    case ELEMENT_Q5_0:
    case ELEMENT_Q5_1:
    case ELEMENT_Q5_K: return 4;
    case ELEMENT_Q6_K: return 2;
    default: return 1;
  }
}

#define UNROLL _Pragma("clang loop unroll(full)")

// Keeps a sum in a register from here to its next use: left alone, the compiler regroups the sums token by token, for
// which the codes of all steps would have to be at hand, and most would be moved to memory and back.
#define KEEP_SUM(sum) __asm__ volatile("" : "+x"(sum))

// Dot products of steps [begin, end) of a panel's 16 rows with the tokens of a tile's group, added to `dots`.
// A step of all tokens is done before the next: its codes are then unpacked once, and a word of activations that was
// spread over a vector serves both halves of the panel.
INLINE void add_dots(enum element_type type, const uint8_t *planes, const uint8_t *tile, size_t tokens, int begin,
                     int end, __m256i dots[PANEL_VECTORS][TILE_TOKENS]) {
  const __m256i ones = _mm256_set1_epi16(1);
  int length = steps_in_16_bits(type) < end - begin ? steps_in_16_bits(type) : end - begin;
  UNROLL for (int first = begin; first < end; first += length) {
    __m256i pairs[PANEL_VECTORS][TILE_TOKENS];
    UNROLL for (int k = first; k < first + length; k++) {
      __m256i codes[PANEL_VECTORS];
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++) codes[v] = unpack_step(type, planes + v * VECTOR_BYTES, k);
      UNROLL for (size_t t = 0; t < tokens; t++) {
        __m256i values = broadcast_word(tile + tile_values_offset(tokens, t) + 4 * k);
        UNROLL for (int v = 0; v < PANEL_VECTORS; v++) {
          __m256i products = pair_products(type, codes[v], values);
          pairs[v][t] = k == first ? products : _mm256_add_epi16(pairs[v][t], products);
          KEEP_SUM(pairs[v][t]);
        }
      }
    }
    UNROLL for (size_t t = 0; t < tokens; t++) {
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++) {
        dots[v][t] = _mm256_add_epi32(dots[v][t], _mm256_madd_epi16(pairs[v][t], ones));
        if (length < CODE_STEPS) KEEP_SUM(dots[v][t]);
      }
    }
  }
}

// Adds one group of a panel times the tokens of a tile to their totals, in the order that quantized_scalar.c defines.
INLINE void add_group(enum element_type type, const uint8_t *planes, const struct scales scales[PANEL_VECTORS],
                      const uint8_t *tile, size_t tokens, __m256 totals[PANEL_VECTORS][TILE_TOKENS]) {
  bool minimum = type_has_minimum(type);
  int halves = type_has_half_scales(type) ? 2 : 1;
  __m256 products[PANEL_VECTORS][TILE_TOKENS];
  UNROLL for (int half = 0; half < halves; half++) {
    __m256i dots[PANEL_VECTORS][TILE_TOKENS];
    UNROLL for (size_t t = 0; t < tokens; t++) {
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
        dots[v][t] = panel_zero(type) != 0 ? broadcast_word(tile + tile_correction_offset(tokens, half, t))
                                           : _mm256_setzero_si256();
    }
    add_dots(type, planes, tile, tokens, half * CODE_STEPS / 2, half + 1 == halves ? CODE_STEPS : CODE_STEPS / 2, dots);
    UNROLL for (size_t t = 0; t < tokens; t++) {
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++) {
        __m256 sums = _mm256_cvtepi32_ps(dots[v][t]), scale = scales[v].scale[half];
        products[v][t] = half == 0 ? _mm256_mul_ps(scale, sums) : _mm256_fmadd_ps(scale, sums, products[v][t]);
      }
    }
  }
  UNROLL for (size_t t = 0; t < tokens; t++) {
    UNROLL for (int half = 0; minimum && half < halves; half++) {
      __m256 sum = broadcast_float(tile + tile_correction_offset(tokens, half, t));
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
        products[v][t] = _mm256_fmadd_ps(scales[v].minimum[half], sum, products[v][t]);
    }
    __m256 scale = broadcast_float(tile + t * sizeof(float));
    UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
      totals[v][t] = _mm256_fmadd_ps(products[v][t], scale, totals[v][t]);
  }
}

// Adds `groups` groups of a panel times a tile to the totals of its 16 rows and `tokens` tokens.
INLINE void panel_times_tile(enum element_type type, const uint8_t *block, size_t groups, const uint8_t *tile,
                             size_t tokens, __m256 totals[PANEL_VECTORS][TILE_TOKENS]) {
  for (size_t first = 0; first < groups; first += panel_block_groups(type)) {
    __m256 d[PANEL_VECTORS], dmin[PANEL_VECTORS];
    UNROLL for (int v = 0; v < PANEL_VECTORS; v++) {
      d[v] = load_d(type, block, v * VECTOR_ROWS);
      dmin[v] = type_has_minimum(type) ? load_halves(block + 2 * (PANEL_ROWS + v * VECTOR_ROWS)) : _mm256_setzero_ps();
    }
    const uint8_t *group = block + panel_header_bytes(type);
    for (size_t i = 0; i < panel_block_groups(type); i++) {
      if (tokens == 1) fetch_ahead(type, group);
      struct scales scales[PANEL_VECTORS];
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
        scales[v] = load_scales(type, d[v], dmin[v], group + v * VECTOR_ROWS);
      add_group(type, group + panel_scale_bytes(type), scales, tile, tokens, totals);
      group += panel_group_bytes(type);
      tile += tile_group_bytes(tokens);
    }
    block += panel_block_bytes(type);
  }
}

// Lanes of the rows that are present; `rows` may be negative or more than a vector has.
INLINE __m256i row_mask(int rows) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(rows), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

// Rows of a range times tokens [first, first + tokens).
INLINE void rows_times_tokens(const struct matmul_job *job, enum element_type type, size_t tokens, size_t first,
                              size_t row_begin, size_t row_end) {
  _Alignas(64) uint8_t tile[TILE_GROUPS * tile_group_bytes(TILE_TOKENS)];
  size_t groups = job->columns / GROUP_LENGTH;
  for (size_t begin = 0; begin < groups; begin += TILE_GROUPS) {
    size_t end = begin + TILE_GROUPS < groups ? begin + TILE_GROUPS : groups;
    fill_tile(job, type, panel_zero(type), tokens, first, begin, end, tile);
    for (size_t row = row_begin; row < row_end; row += PANEL_ROWS) {
      const uint8_t *panel = (const uint8_t *)job->weights + row / PANEL_ROWS * panel_bytes(type, groups);
      float *out = job->out + first * job->out_stride + row;
      __m256i present[PANEL_VECTORS];
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++) present[v] = row_mask((int)(row_end - row) - v * VECTOR_ROWS);
      __m256 totals[PANEL_VECTORS][TILE_TOKENS];
      UNROLL for (size_t t = 0; t < tokens; t++) {
        UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
          totals[v][t] = begin == 0 ? _mm256_setzero_ps()
                                    : _mm256_maskload_ps(out + t * job->out_stride + v * VECTOR_ROWS, present[v]);
      }
      panel_times_tile(type, panel + panel_bytes(type, begin), end - begin, tile, tokens, totals);
      bool add_bias = job->bias != NULL && end == groups;
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++) {
        size_t part = v * VECTOR_ROWS;
        __m256 bias = add_bias ? _mm256_maskload_ps(job->bias + row + part, present[v]) : _mm256_setzero_ps();
        UNROLL for (size_t t = 0; t < tokens; t++) {
          __m256 total = add_bias ? _mm256_add_ps(totals[v][t], bias) : totals[v][t];
          _mm256_maskstore_ps(out + t * job->out_stride + part, present[v], total);
        }
      }
    }
  }
}

// One function a type and number of tokens, so that all the choices above are made when it is compiled.
#define PRODUCT(TYPE, TOKENS) \
  static TARGET_AVX2 __attribute__((noinline)) void product_##TYPE##_##TOKENS( \
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

void matmul_quantized_avx2(const struct matmul_job *job, size_t row_begin, size_t row_end) {
  const product *of_type = products[job->type];
  size_t token = 0;
  for (; job->tokens - token >= 4; token += 4) of_type[0](job, token, row_begin, row_end);
  for (; token < job->tokens; token++) of_type[1](job, token, row_begin, row_end);
}

INLINE int sum_of_lanes(__m256i values) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1)));
}

INLINE uint32_t largest_lane(__m256i values) {
  __m128i largest = _mm_max_epu32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
  largest = _mm_max_epu32(largest, _mm_shuffle_epi32(largest, 0x4e));
  return (uint32_t)_mm_cvtsi128_si32(_mm_max_epu32(largest, _mm_shuffle_epi32(largest, 0xb1)));
}

TARGET_AVX2 void quantize_activations_avx2(const float *x, size_t count, int8_t *values, float *scales,
                                           int16_t *sums) {
  const __m256i magnitude_bits = _mm256_set1_epi32(0x7fffffff);
  for (size_t start = 0; start < count; start += GROUP_LENGTH) {
    __m256 quarters[4];
    __m256i magnitudes = _mm256_setzero_si256();
    for (int i = 0; i < 4; i++) {
      quarters[i] = _mm256_loadu_ps(x + start + 8 * i);
      magnitudes = _mm256_max_epu32(magnitudes, _mm256_and_si256(_mm256_castps_si256(quarters[i]), magnitude_bits));
    }
    struct group_rounding rounding = rounding_of_group(largest_lane(magnitudes));
    scales[start / GROUP_LENGTH] = rounding.scale;
    // A NaN times zero would not be zero, so nothing is kept of such a group.
    __m256 kept = _mm256_castsi256_ps(_mm256_set1_epi32(rounding.inverse == 0 ? 0 : -1));
    __m256 inverse = _mm256_set1_ps(rounding.inverse);
    __m256i codes[4];
    for (int i = 0; i < 4; i++) {
      codes[i] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_and_ps(quarters[i], kept), inverse));
    }
    __m256i pairs = _mm256_packs_epi16(_mm256_packs_epi32(codes[0], codes[1]), _mm256_packs_epi32(codes[2], codes[3]));
    // Packing works within halves of a vector; this puts groups of four back in order.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    _mm256_storeu_si256((__m256i *)(values + start), _mm256_permutevar8x32_epi32(pairs, order));
    sums[start / 16] = (int16_t)sum_of_lanes(_mm256_add_epi32(codes[0], codes[1]));
    sums[start / 16 + 1] = (int16_t)sum_of_lanes(_mm256_add_epi32(codes[2], codes[3]));
  }
}
#endif
