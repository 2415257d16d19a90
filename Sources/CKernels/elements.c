// Sizes of the element types.
#include "elements.h"

static const struct {
  uint16_t length, bytes;
} layouts[ELEMENT_TYPE_COUNT] = {
  [ELEMENT_F32] = {1, 4},       [ELEMENT_F16] = {1, 2},       [ELEMENT_BF16] = {1, 2},    [ELEMENT_I32] = {1, 4},
  [ELEMENT_U8] = {1, 1},        [ELEMENT_Q8_0] = {32, 34},    [ELEMENT_Q4_0] = {32, 18},  [ELEMENT_Q4_1] = {32, 20},
  [ELEMENT_Q5_0] = {32, 22},    [ELEMENT_Q5_1] = {32, 24},    [ELEMENT_Q2_K] = {256, 84}, [ELEMENT_Q3_K] = {256, 110},
  [ELEMENT_Q4_K] = {256, 144},  [ELEMENT_Q5_K] = {256, 176},  [ELEMENT_Q6_K] = {256, 210},
  [ELEMENT_IQ4_NL] = {32, 18},  [ELEMENT_IQ4_XS] = {256, 136}, [ELEMENT_MXFP4] = {32, 17},
};

size_t element_block_length(enum element_type type) { return layouts[type].length; }

size_t element_block_bytes(enum element_type type) { return layouts[type].bytes; }
