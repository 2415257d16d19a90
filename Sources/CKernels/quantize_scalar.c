// Quantisation of weights for any processor: the reference.
#include "families.h"
#include "quantize_simd.h"

void quantize_weights_scalar(enum element_type type, const float *source, void *out, size_t count) {
  quantize_blocks(type, source, out, count);
}
