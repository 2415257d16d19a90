// Quantisation of weights for AVX2.
#if defined(__x86_64__)
#include "families.h"
#include "quantize_simd.h"

TARGET_AVX2 void quantize_weights_avx2(enum element_type type, const float *source, void *out, size_t count) {
  quantize_blocks(type, source, out, count);
}
#endif
