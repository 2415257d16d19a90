// Loops that keep one unit of the processor busy, for the instruction set of the vector header included before.
#pragma once

// Independent multiply-adds in flight: more than latency times units of any processor, and no more than its registers.
enum { CHAINS = LANES == 4 ? 24 : 12 };

// The compiler's vectoriser knows the target.
SIMD_TARGET uint64_t SIMD_NAME(read_memory)(const void *memory, size_t bytes) {
  const uint64_t *words = memory;
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes / sizeof *words; i++) sum += words[i];
  return sum;
}

SIMD_TARGET uint64_t SIMD_NAME(peak_f32)(size_t rounds) {
  vec sums[CHAINS], factor = vec_set(0.5f), addend = vec_set(1);
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = vec_set((float)chain);
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int chain = 0; chain < CHAINS; chain++) sums[chain] = vec_fma(sums[chain], factor, addend);
  }
  for (int chain = 1; chain < CHAINS; chain++) sums[0] = vec_add(sums[0], sums[chain]);
  volatile float used = vec_sum(sums[0]);
  (void)used;
  return (uint64_t)rounds * CHAINS * LANES * 2;
}
