// The grids of a block of 256 weights: 8 or 16 groups whose scales and offsets are whole multiples of two numbers.
//
// First every group gets the grid it would choose by itself. The two common numbers follow from the largest; then
// groups choose their multiples by the error they give, and the common numbers are fitted to the choices, in turns.
#pragma once
#include <string.h>

#include "quantize_grid.h"

enum { SUPER_BLOCK = 256, MOST_GROUPS = 16, TURNS = 3 };

// How a format lays groups over a block. `scales` are the multiples, from lowest to highest.
struct super_block_format {
  size_t group_length;
  struct code_range codes, scales;
  bool has_offsets;  // with multiples from zero to scales.highest, taken away
};

struct super_block {
  uint16_t d, dmin;  // f16 bits
  int8_t scales[MOST_GROUPS], minimums[MOST_GROUPS];
  int8_t codes[SUPER_BLOCK];
};

// A group's choice.
struct multiples {
  float scale, minimum;
};

struct common_scales {
  float d, dmin;
};

GRID float rounded_to_f16(float value) { return f16_to_f32(f32_to_f16(value)); }

GRID float clamped(float value, struct code_range range) {
  value = value > range.lowest ? value : range.lowest;
  return value < range.highest ? value : range.highest;
}

GRID struct grid grid_of(struct multiples choice, struct common_scales common) {
  return (struct grid){common.d * choice.scale, -(common.dmin * choice.minimum)};
}

// The multiples of the least error among the neighbours of `near`.
GRID struct multiples best_multiples(struct weight_group group, const struct super_block_format *format,
                                     struct common_scales common, struct multiples near) {
  struct multiples best = near;
  float least = INFINITY;
  int reach = format->has_offsets && common.dmin != 0 ? 1 : 0;
  struct code_range minimums = {0, format->scales.highest};
  for (int step = -1; step <= 1; step++) {
    for (int offset_step = -reach; offset_step <= reach; offset_step++) {
      struct multiples choice = {clamped(near.scale + (float)step, format->scales),
                                 clamped(near.minimum + (float)offset_step, minimums)};
      float error = error_of_grid(group, grid_of(choice, common), format->codes);
      if (error < least) {
        least = error;
        best = choice;
      }
    }
  }
  return best;
}

// The common scales of the least error for the groups' choices and codes.
GRID struct common_scales fitted_scales(const struct grid_sums *sums, const struct multiples *choices, size_t groups,
                                        struct common_scales common) {
  // Normal equations of value = d * (scale * code) - dmin * minimum, for the residuals of the present scales.
  double aa = 0, ab = 0, bb = 0, ra = 0, rb = 0;
  for (size_t j = 0; j < groups; j++) {
    double scale = choices[j].scale, minimum = choices[j].minimum;
    aa += scale * scale * sums[j].qq;
    ab -= scale * minimum * sums[j].q;
    bb += minimum * minimum * sums[j].w;
    ra += scale * sums[j].rq;
    rb -= minimum * sums[j].r;
  }
  double determinant = aa * bb - ab * ab;
  if (common.dmin != 0 && determinant > 1e-6 * aa * bb) {
    common.d += (float)((bb * ra - ab * rb) / determinant);
    common.dmin += (float)((aa * rb - ab * ra) / determinant);
  } else if (aa > 0) {
    common.d += (float)(ra / aa);
  }
  return (struct common_scales){rounded_to_f16(common.d), rounded_to_f16(common.dmin)};
}

// The first common scales, with which every group's own grid is within reach.
GRID struct common_scales spanning_scales(const struct grid *grids, size_t groups,
                                          const struct super_block_format *format) {
  float scale = 0, minimum = 0;
  for (size_t j = 0; j < groups; j++) {
    if (fabsf(grids[j].scale) > fabsf(scale)) scale = grids[j].scale;
    minimum = -grids[j].offset > minimum ? -grids[j].offset : minimum;
  }
  float reach = format->has_offsets ? format->scales.highest : format->scales.lowest;
  return (struct common_scales){rounded_to_f16(scale / reach),
                                format->has_offsets ? rounded_to_f16(minimum / format->scales.highest) : 0};
}

GRID void fit_super_block(const float *values, const float *importance, const struct super_block_format *format,
                          struct super_block *out) {
  const size_t length = format->group_length, groups = SUPER_BLOCK / length;
  struct grid own[MOST_GROUPS];
  for (size_t j = 0; j < groups; j++) {
    struct weight_group group = {values + j * length, importance + j * length, length};
    own[j] = format->has_offsets ? offset_grid(group, format->codes, OFFSET_NOT_POSITIVE)
                                 : symmetric_grid(group, format->codes);
  }
  struct common_scales common = spanning_scales(own, groups, format), best_common = common;
  struct multiples choices[MOST_GROUPS], best_choices[MOST_GROUPS];
  struct code_range minimums = {0, format->scales.highest};
  for (size_t j = 0; j < groups; j++) {
    choices[j].scale = clamped(nearest_whole(own[j].scale * inverse_of(common.d)), format->scales);
    choices[j].minimum = clamped(nearest_whole(-own[j].offset * inverse_of(common.dmin)), minimums);
    best_choices[j] = choices[j];
  }
  float least = INFINITY;
  for (int turn = 0; turn < TURNS; turn++) {
    struct grid_sums sums[MOST_GROUPS];
    float error = 0;
    for (size_t j = 0; j < groups; j++) {
      struct weight_group group = {values + j * length, importance + j * length, length};
      choices[j] = best_multiples(group, format, common, choices[j]);
      sums[j] = sums_of_grid(group, grid_of(choices[j], common), format->codes);
      error += sums[j].rr;
    }
    if (!(error < least)) break;
    least = error;
    best_common = common;
    memcpy(best_choices, choices, sizeof choices);
    common = fitted_scales(sums, choices, groups, common);
    if (common.d == best_common.d && common.dmin == best_common.dmin) break;
  }
  out->d = f32_to_f16(best_common.d);
  out->dmin = f32_to_f16(best_common.dmin);
  for (size_t j = 0; j < groups; j++) {
    out->scales[j] = (int8_t)best_choices[j].scale;
    out->minimums[j] = (int8_t)best_choices[j].minimum;
    codes_of_grid(values + j * length, length, grid_of(best_choices[j], best_common), format->codes,
                  out->codes + j * length);
  }
}
