// One constant table of kernels per instruction set, and the choice among them.
#include <stdlib.h>
#include <string.h>

#include "families.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#ifndef HWCAP_ASIMDDP
#define HWCAP_ASIMDDP (1 << 20)
#endif
#endif

#define TABLE(SET, NAME) \
  { \
    .instructions = SET, \
    .to_f32 = to_f32_##NAME, \
    .from_f32 = from_f32_##NAME, \
    .quantize_weights = quantize_weights_##NAME, \
    .quantize_activations = quantize_activations_##NAME, \
    .packed_bytes = packed_bytes_##NAME, \
    .pack = pack_##NAME, \
    .matmul_quantized = matmul_quantized_##NAME, \
    .matmul_float = matmul_float_##NAME, \
    .attention = attention_##NAME, \
    .merge_attention = merge_attention_##NAME, \
    .rms_norm = rms_norm_##NAME, \
    .layer_norm = layer_norm_##NAME, \
    .softmax = softmax_##NAME, \
    .log_sum_exp = log_sum_exp_##NAME, \
    .rotary = rotary_##NAME, \
    .add = add_##NAME, \
    .multiply = multiply_##NAME, \
    .scale = scale_##NAME, \
    .activate = activate_##NAME, \
    .activate_multiply = activate_multiply_##NAME, \
    .read_memory = read_memory_##NAME, \
    .peak_f32 = peak_f32_##NAME, \
    .peak_bf16 = peak_bf16_##NAME, \
    .peak_int8 = peak_int8_##NAME, \
  }

static const struct kernels scalar_kernels = TABLE(INSTRUCTIONS_SCALAR, scalar);
#if defined(__x86_64__)
static const struct kernels avx2_kernels = TABLE(INSTRUCTIONS_AVX2, avx2);
static const struct kernels avx512_kernels = TABLE(INSTRUCTIONS_AVX512, avx512);

static bool has_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
}
#elif defined(__aarch64__)
static const struct kernels neon_kernels = TABLE(INSTRUCTIONS_NEON, neon);

static bool has_dot_products(void) {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
  return true;  // every processor of Apple's 64-bit machines
#endif
}
#endif

const struct kernels *kernels_at(enum instruction_set instructions) {
  switch (instructions) {
    case INSTRUCTIONS_SCALAR: return &scalar_kernels;
#if defined(__x86_64__)
    case INSTRUCTIONS_AVX2: return has_avx2() ? &avx2_kernels : NULL;
    case INSTRUCTIONS_AVX512: return has_avx512() ? &avx512_kernels : NULL;
#elif defined(__aarch64__)
    case INSTRUCTIONS_NEON: return has_dot_products() ? &neon_kernels : NULL;
#endif
    default: return NULL;
  }
}

// The set that the environment names, or one past the last when it names none.
static enum instruction_set requested_set(void) {
  static const char *const names[INSTRUCTION_SET_COUNT] = {
    [INSTRUCTIONS_SCALAR] = "scalar", [INSTRUCTIONS_AVX2] = "avx2",
    [INSTRUCTIONS_AVX512] = "avx512", [INSTRUCTIONS_NEON] = "neon",
  };
  const char *request = getenv("LATHE_INSTRUCTIONS");
  if (request == NULL) return INSTRUCTION_SET_COUNT;
  int set = 0;
  while (set < INSTRUCTION_SET_COUNT && strcmp(request, names[set]) != 0) set++;
  return (enum instruction_set)set;
}

const struct kernels *kernels_best(void) {
  static const enum instruction_set best_first[] = {INSTRUCTIONS_AVX512, INSTRUCTIONS_AVX2, INSTRUCTIONS_NEON};
  enum instruction_set requested = requested_set();
  if (requested < INSTRUCTION_SET_COUNT) {
    const struct kernels *table = kernels_at(requested);
    if (table != NULL) return table;
  }
  for (size_t i = 0; i < sizeof best_first / sizeof best_first[0]; i++) {
    const struct kernels *table = kernels_at(best_first[i]);
    if (table != NULL) return table;
  }
  return &scalar_kernels;
}
