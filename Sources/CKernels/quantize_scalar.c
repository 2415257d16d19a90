// Quantisation of weights for any processor: the reference.
#include "families.h"
#include "quantize_blocks.h"

void quantize_weights_scalar(enum element_type type, const float *source, void *out, size_t count) {
  write_blocks(type, source, out, count);
}
