// Fitting of evenly spaced values to groups of weights: the search behind the block formats' quantisers.
//
// A grid has the values scale * code + offset, code = lowest ... highest. For given codes the scale and offset of the
// least weighted squared error are those of linear regression; for a given scale and offset the best codes are the
// nearest ones. The search starts from several grids around the one that spans the group, and lets the two steps
// alternate from the best.
//
// Everything is written in plain C over 16 lanes that are summed in one fixed order: compiled for any instruction set
// it gives the same bits.
#pragma once
#include <math.h>
#include <stdbool.h>

#include "half.h"

#define GRID static inline __attribute__((always_inline))

enum { GRID_LANES = 16, LARGEST_GROUP = 32 };

// All values of the block formats are multiples of 2^-24, the unit of f16: smaller weights are nearest to zero.
#define LEAST_WEIGHT 0x1p-25f

struct grid {
  float scale, offset;
};

// Codes are whole numbers from `lowest` to `highest`, held in floats.
struct code_range {
  float lowest, highest;
};

// A group of `count` (16 or 32) weights with the importance of each.
struct weight_group {
  const float *values, *importance;
  size_t count;
};

// Sums over a group, weighted by importance, of the residuals r = value - (scale * code + offset), the codes q, and
// products of them. Near a good grid residuals are small: corrections computed from them keep their digits.
struct grid_sums {
  float w, r, q, rr, rq, qq;
};

// The nearest whole number, ties to even, for magnitudes below 2^22: adding the constant pushes the fraction out.
GRID float nearest_whole(float value) { return value + 0x1.8p23f - 0x1.8p23f; }

GRID float nearest_code(float value, float offset, float inverse, struct code_range range) {
  float code = (value - offset) * inverse;
  code = code > range.lowest ? code : range.lowest;
  code = code < range.highest ? code : range.highest;
  return nearest_whole(code);
}

GRID float inverse_of(float scale) { return scale != 0 ? 1 / scale : 0; }

GRID float sum_lanes(float *lanes) {
  for (size_t width = GRID_LANES / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; i++) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

GRID struct grid_sums sums_of_grid(struct weight_group group, struct grid grid, struct code_range range) {
  float w[GRID_LANES] = {0}, r[GRID_LANES] = {0}, q[GRID_LANES] = {0};
  float rr[GRID_LANES] = {0}, rq[GRID_LANES] = {0}, qq[GRID_LANES] = {0};
  float inverse = inverse_of(grid.scale);
  for (size_t start = 0; start < group.count; start += GRID_LANES) {
    for (size_t i = 0; i < GRID_LANES; i++) {
      float value = group.values[start + i], importance = group.importance[start + i];
      float code = nearest_code(value, grid.offset, inverse, range);
      float residual = value - (grid.scale * code + grid.offset);
      float weighted = importance * residual, weighted_code = importance * code;
      w[i] += importance;
      r[i] += weighted;
      q[i] += weighted_code;
      rr[i] += weighted * residual;
      rq[i] += weighted * code;
      qq[i] += weighted_code * code;
    }
  }
  return (struct grid_sums){sum_lanes(w), sum_lanes(r), sum_lanes(q), sum_lanes(rr), sum_lanes(rq), sum_lanes(qq)};
}

// The weighted squared error of a grid with the nearest codes.
GRID float error_of_grid(struct weight_group group, struct grid grid, struct code_range range) {
  float rr[GRID_LANES] = {0};
  float inverse = inverse_of(grid.scale);
  for (size_t start = 0; start < group.count; start += GRID_LANES) {
    for (size_t i = 0; i < GRID_LANES; i++) {
      float value = group.values[start + i];
      float code = nearest_code(value, grid.offset, inverse, range);
      float residual = value - (grid.scale * code + grid.offset);
      rr[i] += group.importance[start + i] * residual * residual;
    }
  }
  return sum_lanes(rr);
}

GRID void codes_of_grid(const float *values, size_t count, struct grid grid, struct code_range range, int8_t *codes) {
  float inverse = inverse_of(grid.scale);
  for (size_t i = 0; i < count; i++) codes[i] = (int8_t)nearest_code(values[i], grid.offset, inverse, range);
}

enum offset_rule { OFFSET_NONE, OFFSET_NOT_POSITIVE, OFFSET_FREE };

// The error that is left when the grid is moved by a correction while the codes stay.
GRID float corrected_error(struct grid_sums s, struct grid by) {
  return s.rr - 2 * (by.offset * s.r + by.scale * s.rq) + by.offset * by.offset * s.w + 2 * by.offset * by.scale * s.q +
         by.scale * by.scale * s.qq;
}

// The correction of the least error for the codes that the sums were taken of.
GRID struct grid best_correction(struct grid_sums s, struct grid grid, enum offset_rule rule) {
  struct grid by = {0, 0};
  float determinant = s.w * s.qq - s.q * s.q;
  if (rule != OFFSET_NONE && determinant > 0) {
    by.scale = (s.w * s.rq - s.q * s.r) / determinant;
    by.offset = (s.qq * s.r - s.q * s.rq) / determinant;
    if (rule == OFFSET_FREE || grid.offset + by.offset <= 0) return by;
  }
  // No offset, or none above zero: the scale alone.
  by.offset = rule == OFFSET_NONE ? 0 : -grid.offset;
  by.scale = s.qq > 0 ? (s.rq - by.offset * s.q) / s.qq : 0;
  return by;
}

struct grid_fit {
  struct grid grid;
  float error;
};

// Takes a grid, with its codes' best correction, when it beats the best so far.
GRID void try_grid(struct weight_group group, struct grid grid, struct code_range range, enum offset_rule rule,
                   struct grid_fit *best) {
  struct grid_sums sums = sums_of_grid(group, grid, range);
  struct grid by = best_correction(sums, grid, rule);
  float error = corrected_error(sums, by);
  if (error < best->error) {
    *best = (struct grid_fit){{grid.scale + by.scale, grid.offset + by.offset}, error};
  }
}

enum { REFINEMENTS = 3 };

GRID void refine_grid(struct weight_group group, struct code_range range, enum offset_rule rule,
                      struct grid_fit *best) {
  for (int i = 0; i < REFINEMENTS; i++) {
    float before = best->error;
    try_grid(group, best->grid, range, rule, best);
    if (!(best->error < before)) break;
  }
}

// The best grid through zero, of either sign. The weight of the largest magnitude lies near one end of the grid.
GRID struct grid symmetric_grid(struct weight_group group, struct code_range range) {
  float extreme = 0;
  for (size_t i = 0; i < group.count; i++) {
    if (fabsf(group.values[i]) > fabsf(extreme)) extreme = group.values[i];
  }
  if (!(fabsf(extreme) >= LEAST_WEIGHT)) return (struct grid){0, 0};
  struct grid_fit best = {{extreme / range.lowest, 0}, INFINITY};
  for (int end = 0; end < 2; end++) {
    float code = end == 0 ? range.lowest : range.highest;
    for (int step = -9; step <= 9; step++) {
      struct grid grid = {extreme / (code + 0.1f * (float)step), 0};
      try_grid(group, grid, range, OFFSET_NONE, &best);
    }
  }
  refine_grid(group, range, OFFSET_NONE, &best);
  return best.grid;
}

// The best grid with an offset and a scale that is not negative.
GRID struct grid offset_grid(struct weight_group group, struct code_range range, enum offset_rule rule) {
  float smallest = group.values[0], largest = group.values[0];
  for (size_t i = 1; i < group.count; i++) {
    smallest = group.values[i] < smallest ? group.values[i] : smallest;
    largest = group.values[i] > largest ? group.values[i] : largest;
  }
  if (rule == OFFSET_NOT_POSITIVE && smallest > 0) smallest = 0;
  if (!(largest - smallest >= LEAST_WEIGHT)) return (struct grid){0, smallest};
  struct grid_fit best = {{(largest - smallest) / range.highest, smallest}, INFINITY};
  for (int step = -10; step <= 10; step++) {
    struct grid grid = {(largest - smallest) / (range.highest + 0.1f * (float)step), smallest};
    try_grid(group, grid, range, rule, &best);
  }
  refine_grid(group, range, rule, &best);
  return best.grid;
}
