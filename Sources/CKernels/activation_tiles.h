// Activations of a few tokens, copied to lie in the order in which a product reads them.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"
#include "panels.h"

// Groups of columns in a tile: with 16 tokens a tile then fits the first-level cache. A product over more columns
// keeps its totals in the output from one tile to the next, which changes no bit of them.
enum { TILE_GROUPS = 64 };

// A group of a tile of `tokens`: scales [tokens] (float), corrections [2, tokens] (4 bytes each), values
// [tokens, 32]. The corrections come from the sums of the halves, or the first from that of the whole group where the
// halves share a scale: as floats in formats with a minimum, else as whole numbers times -zero.
static inline size_t tile_group_bytes(size_t tokens) { return tokens * (3 * sizeof(float) + GROUP_LENGTH); }

static inline size_t tile_correction_offset(size_t tokens, size_t half, size_t token) {
  return ((half + 1) * tokens + token) * sizeof(float);
}

static inline size_t tile_values_offset(size_t tokens, size_t token) {
  return 3 * tokens * sizeof(float) + token * GROUP_LENGTH;
}

static inline int32_t tile_correction(int sum, bool has_minimum, int zero) {
  if (!has_minimum) return -zero * sum;
  float value = (float)sum;
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Fills a tile with groups [group_begin, group_end) of tokens [first, first + tokens).
static inline __attribute__((always_inline)) void fill_tile(const struct matmul_job *job, enum element_type type,
                                                            int zero, size_t tokens, size_t first, size_t group_begin,
                                                            size_t group_end, uint8_t *tile) {
  size_t groups = job->columns / GROUP_LENGTH;
  bool corrected = type_has_minimum(type) || zero != 0;
  for (size_t token = 0; token < tokens; token++) {
    size_t row = (first + token) * groups;
    uint8_t *out = tile;
    for (size_t group = group_begin; group < group_end; group++, out += tile_group_bytes(tokens)) {
      memcpy(out + token * sizeof(float), job->quantized.scales + row + group, sizeof(float));
      memcpy(out + tile_values_offset(tokens, token), job->quantized.values + (row + group) * GROUP_LENGTH,
             GROUP_LENGTH);
      if (!corrected) continue;
      const int16_t *sums = job->quantized.sums + 2 * (row + group);
      bool halves = type_has_half_scales(type);
      int32_t lower = tile_correction(halves ? sums[0] : sums[0] + sums[1], type_has_minimum(type), zero);
      memcpy(out + tile_correction_offset(tokens, 0, token), &lower, sizeof lower);
      if (!halves) continue;
      int32_t upper = tile_correction(sums[1], type_has_minimum(type), zero);
      memcpy(out + tile_correction_offset(tokens, 1, token), &upper, sizeof upper);
    }
  }
}
