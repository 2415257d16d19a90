// What the search of the quantisers finds for a block, and its packing.
#pragma once
#include "blocks.h"

// A block's scales and codes, unpacked. Codes count from zero on: what read_group subtracts has been added. The
// formats of 32 weights use the first 32 codes, `d`, and `dmin` for what they call m.
struct fitted_block {
  uint16_t d, dmin;                   // f16 bits
  int8_t scales[16], minimums[16];    // multiples of d and dmin, for each group
  uint8_t codes[256];
};

// Packs a block of any of the types that quantize_weights makes, but Q8_0.
void write_block(enum element_type type, const struct fitted_block *fitted, void *out);
