// Quantisation of weights for NEON.
#if defined(__aarch64__)
#include "families.h"
#include "quantize_simd.h"

TARGET_NEON void quantize_weights_neon(enum element_type type, const float *source, void *out, size_t count) {
  quantize_blocks(type, source, out, count);
}
#endif
