// What the processor can do at most: the scalar loops, and those over instructions that only one set has. The others are
// in machine_limits_simd.h.
#include "families.h"

// As in machine_limits_simd.h, for loops whose steps are a single instruction.
enum { DOT_CHAINS = 12, SCALAR_CHAINS = 8 };

uint64_t read_memory_scalar(const void *memory, size_t bytes) {
  const uint64_t *words = memory;
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes / sizeof *words; i++) sum += words[i];
  return sum;
}

uint64_t peak_f32_scalar(size_t rounds) {
  float sums[SCALAR_CHAINS] = {0};
  for (size_t round = 0; round < rounds; round++) {
    for (int chain = 0; chain < SCALAR_CHAINS; chain++) sums[chain] = sums[chain] * 0.5f + (float)chain;
  }
  for (int chain = 1; chain < SCALAR_CHAINS; chain++) sums[0] += sums[chain];
  volatile float used = sums[0];
  (void)used;
  return (uint64_t)rounds * SCALAR_CHAINS * 2;
}

uint64_t peak_int8_scalar(size_t rounds) {
  uint32_t sums[SCALAR_CHAINS] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (size_t round = 0; round < rounds; round++) {
    // Each product needs the sum before, or the compiler would multiply the rounds out.
    for (int chain = 0; chain < SCALAR_CHAINS; chain++) sums[chain] += (uint32_t)((int8_t)sums[chain] * 77);
  }
  for (int chain = 1; chain < SCALAR_CHAINS; chain++) sums[0] += sums[chain];
  volatile uint32_t used = sums[0];
  (void)used;
  return (uint64_t)rounds * SCALAR_CHAINS * 2;
}

// The scalar set has no such instruction; nor have AVX2, and NEON without an extension that its table does not ask for.
uint64_t peak_bf16_scalar(size_t rounds) {
  (void)rounds;
  return 0;
}

#if defined(__x86_64__)
#include <immintrin.h>

// From here on the compiler knows nothing of the value: it may neither drop it, nor compute with it ahead, nor take two
// for equal.
#define HIDE(value) __asm__ volatile("" : "+v"(value))

// What the products of quantised weights are made of on AVX2: three instructions for 32 multiply-adds.
TARGET_AVX2 uint64_t peak_int8_avx2(size_t rounds) {
  enum { CHAINS = 8 };
  __m256i sums[CHAINS], ones = _mm256_set1_epi16(1), left = _mm256_set1_epi8(3), right = _mm256_set1_epi8(5);
  for (int chain = 0; chain < CHAINS; chain++) {
    sums[chain] = _mm256_setzero_si256();
    HIDE(sums[chain]);
  }
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int chain = 0; chain < CHAINS; chain++) {
      HIDE(right);
      __m256i products = _mm256_madd_epi16(_mm256_maddubs_epi16(left, right), ones);
      sums[chain] = _mm256_add_epi32(sums[chain], products);
    }
  }
  for (int chain = 0; chain < CHAINS; chain++) HIDE(sums[chain]);
  return (uint64_t)rounds * CHAINS * 32 * 2;
}

TARGET_AVX512 uint64_t peak_int8_avx512(size_t rounds) {
  __m512i sums[DOT_CHAINS], left = _mm512_set1_epi8(3), right = _mm512_set1_epi8(5);
  for (int chain = 0; chain < DOT_CHAINS; chain++) {
    sums[chain] = _mm512_setzero_si512();
    HIDE(sums[chain]);
  }
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int chain = 0; chain < DOT_CHAINS; chain++) sums[chain] = _mm512_dpbusd_epi32(sums[chain], left, right);
    HIDE(right);
  }
  for (int chain = 0; chain < DOT_CHAINS; chain++) HIDE(sums[chain]);
  return (uint64_t)rounds * DOT_CHAINS * 64 * 2;
}

TARGET_AVX512 uint64_t peak_bf16_avx512(size_t rounds) {
  __m512 sums[DOT_CHAINS];
  __m512bh ones = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1), _mm512_set1_ps(1));
  for (int chain = 0; chain < DOT_CHAINS; chain++) {
    sums[chain] = _mm512_setzero_ps();
    HIDE(sums[chain]);
  }
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int chain = 0; chain < DOT_CHAINS; chain++) sums[chain] = _mm512_dpbf16_ps(sums[chain], ones, ones);
    HIDE(ones);
  }
  for (int chain = 0; chain < DOT_CHAINS; chain++) HIDE(sums[chain]);
  return (uint64_t)rounds * DOT_CHAINS * 32 * 2;
}

#elif defined(__aarch64__)
#include <arm_neon.h>

#define HIDE(value) __asm__ volatile("" : "+w"(value))

TARGET_NEON uint64_t peak_int8_neon(size_t rounds) {
  enum { CHAINS = 24 };
  int32x4_t sums[CHAINS];
  int8x16_t left = vdupq_n_s8(3), right = vdupq_n_s8(5);
  for (int chain = 0; chain < CHAINS; chain++) {
    sums[chain] = vdupq_n_s32(0);
    HIDE(sums[chain]);
  }
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int chain = 0; chain < CHAINS; chain++) sums[chain] = vdotq_s32(sums[chain], left, right);
    HIDE(right);
  }
  for (int chain = 0; chain < CHAINS; chain++) HIDE(sums[chain]);
  return (uint64_t)rounds * CHAINS * 16 * 2;
}
#endif
