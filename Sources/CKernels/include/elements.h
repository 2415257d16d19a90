// Element types of tensors and the block layouts behind them.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Block types have ggml's layouts (ggml-common.h): a row is a whole number of blocks.
enum element_type {
  ELEMENT_F32,
  ELEMENT_F16,
  ELEMENT_BF16,
  ELEMENT_I32,
  ELEMENT_U8,
  ELEMENT_Q8_0,
  ELEMENT_Q4_0,
  ELEMENT_Q4_1,
  ELEMENT_Q5_0,
  ELEMENT_Q5_1,
  ELEMENT_Q2_K,
  ELEMENT_Q3_K,
  ELEMENT_Q4_K,
  ELEMENT_Q5_K,
  ELEMENT_Q6_K,
  ELEMENT_IQ4_NL,
  ELEMENT_IQ4_XS,
  ELEMENT_MXFP4,
  ELEMENT_TYPE_COUNT
};

// Elements in a block (1 for the plain types) and bytes of a block.
size_t element_block_length(enum element_type type);
size_t element_block_bytes(enum element_type type);
