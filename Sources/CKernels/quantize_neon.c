// Quantisation of weights for NEON.
#if defined(__aarch64__)
#include "families.h"
#include "quantize_blocks.h"

TARGET_NEON void quantize_weights_neon(enum element_type type, const float *source, void *out, size_t count) {
  write_blocks(type, source, out, count);
}
#endif
