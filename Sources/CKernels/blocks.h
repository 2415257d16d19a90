// ggml's block layouts and their common reading: a group of 32 signed codes with one or two scales and minimums.
#pragma once
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "elements.h"

// A block may lie at an odd address of a mapped file.
#define PACKED __attribute__((packed))

// Scales `d` and minimums `m`, `dmin` are f16 bits. Codes of 4 bits lie as ggml has them: in the formats of 32 elements
// and in IQ4_XS the low halves are elements 0 to 15 and the high halves 16 to 31 of a group.
struct PACKED block_q8_0 { uint16_t d; int8_t qs[32]; };
struct PACKED block_q4_0 { uint16_t d; uint8_t qs[16]; };
struct PACKED block_q4_1 { uint16_t d, m; uint8_t qs[16]; };
struct PACKED block_q5_0 { uint16_t d; uint8_t qh[4], qs[16]; };
struct PACKED block_q5_1 { uint16_t d, m; uint8_t qh[4], qs[16]; };
struct PACKED block_q2_k { uint8_t scales[16], qs[64]; uint16_t d, dmin; };
struct PACKED block_q3_k { uint8_t hmask[32], qs[64], scales[12]; uint16_t d; };
struct PACKED block_q4_k { uint16_t d, dmin; uint8_t scales[12], qs[128]; };
struct PACKED block_q5_k { uint16_t d, dmin; uint8_t scales[12], qh[32], qs[128]; };
struct PACKED block_q6_k { uint8_t ql[128], qh[64]; int8_t scales[16]; uint16_t d; };
struct PACKED block_iq4_nl { uint16_t d; uint8_t qs[16]; };
struct PACKED block_iq4_xs { uint16_t d, scales_h; uint8_t scales_l[4], qs[128]; };
struct PACKED block_mxfp4 { uint8_t e, qs[16]; };

static_assert(sizeof(struct block_q8_0) == 34, "layout of Q8_0");
static_assert(sizeof(struct block_q4_0) == 18, "layout of Q4_0");
static_assert(sizeof(struct block_q4_1) == 20, "layout of Q4_1");
static_assert(sizeof(struct block_q5_0) == 22, "layout of Q5_0");
static_assert(sizeof(struct block_q5_1) == 24, "layout of Q5_1");
static_assert(sizeof(struct block_q2_k) == 84, "layout of Q2_K");
static_assert(sizeof(struct block_q3_k) == 110, "layout of Q3_K");
static_assert(sizeof(struct block_q4_k) == 144, "layout of Q4_K");
static_assert(sizeof(struct block_q5_k) == 176, "layout of Q5_K");
static_assert(sizeof(struct block_q6_k) == 210, "layout of Q6_K");
static_assert(sizeof(struct block_iq4_nl) == 18, "layout of IQ4_NL");
static_assert(sizeof(struct block_iq4_xs) == 136, "layout of IQ4_XS");
static_assert(sizeof(struct block_mxfp4) == 17, "layout of MXFP4");

// Elements that share one quantisation step of the activations.
enum { GROUP_LENGTH = 32 };

// What the fields of a block say about one group. The value of an element is
//   code * scale + minimum,  scale = d * scales[half],  minimum = dmin * minimums[half],
// where `half` is 1 for elements 16 to 31. MXFP4 has its exponent in `d`.
struct group_fields {
  uint16_t d, dmin;
  int8_t scales[2];
  int8_t minimums[2];  // zero or negative in the formats of 256 elements, else 1
  int8_t codes[GROUP_LENGTH];
};

// The same with the products made, which are exact in float.
struct group_scales {
  float scale[2];
  float minimum[2];
};

// Whether values have a minimum at all; where not, nothing is added, so that a zero keeps its sign.
static inline _Bool type_has_minimum(enum element_type type) {
  return type == ELEMENT_Q4_1 || type == ELEMENT_Q5_1 || type == ELEMENT_Q2_K || type == ELEMENT_Q4_K ||
         type == ELEMENT_Q5_K;
}

// Whether the halves of a group have scales of their own.
static inline _Bool type_has_half_scales(enum element_type type) {
  return type == ELEMENT_Q2_K || type == ELEMENT_Q3_K || type == ELEMENT_Q6_K;
}

// What a stored code has more than the number it stands for.
static inline int code_zero(enum element_type type) {
  switch (type) {
    case ELEMENT_Q4_0: return 8;
    case ELEMENT_Q5_0: return 16;
    case ELEMENT_Q3_K: return 4;
    case ELEMENT_Q6_K: return 32;
    default: return 0;
  }
}

static inline _Bool type_is_blocks(enum element_type type) {
  return type >= ELEMENT_Q8_0 && type < ELEMENT_TYPE_COUNT;
}

// The values behind the codes of IQ4_NL and IQ4_XS, and twice those of MXFP4.
extern const int8_t iq4_values[16];
extern const int8_t mxfp4_values[16];

// Half of two to the power of (exponent - 127): the scale of MXFP4, whose code values are doubled.
float mxfp4_scale(uint8_t exponent);

// Reads group `group` (0, or 0 to 7 in the formats of 256 elements) of the block at `block`, at any address.
void read_group(enum element_type type, const void *block, size_t group, struct group_fields *fields);
struct group_scales scales_of_group(enum element_type type, const struct group_fields *fields);
