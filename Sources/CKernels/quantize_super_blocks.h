// The grids of blocks of 256 weights: 8 or 16 groups whose scales and offsets are whole multiples of two numbers.
//
// First every group gets the grid it would choose by itself. The two common numbers follow from the largest; then
// groups choose their multiples by the error they give, and the common numbers are fitted to the choices, in turns.
#pragma once
#include <string.h>

#include "quantize_blocks.h"
#include "quantize_grid.h"

enum { SUPER_BLOCK = 256, MOST_BLOCKS_ABREAST = LANES * LONGEST_GROUP / SUPER_BLOCK, TURNS = 3, REACH = 2 };

// How a format lays groups over a block, and the multiples of the common scale that it holds. Where there are offsets,
// the common minimum has multiples from 0 to the highest too.
struct super_block_format {
  size_t group_length;
  float lowest_multiple, highest_multiple;
  struct code_set codes;
  enum offset_rule rule;
};

// The common scale and minimum of each lane's block, and the multiples of them that its group takes.
struct common_scales {
  float d[LANES], dmin[LANES];
};
struct multiples {
  float scale[LANES], minimum[LANES];
};

LANEWISE void grids_of(const struct multiples *choice, const struct common_scales *common, struct grids *grids) {
  EACH_LANE {
    grids->scale[lane] = common->d[lane] * choice->scale[lane];
    grids->offset[lane] = -(common->dmin[lane] * choice->minimum[lane]);
  }
}

// Moves to the neighbouring multiples of the least error.
LANEWISE void choose_multiples(const struct group_lanes *groups, struct super_block_format format,
                               const struct common_scales *common, struct multiples *choice) {
  struct multiples near = *choice;
  float least[LANES];
  EACH_LANE least[lane] = INFINITY;
  int reach = format.rule != OFFSET_NONE ? REACH : 0;
  for (int step = -REACH; step <= REACH; step++) {
    for (int offset_step = -reach; offset_step <= reach; offset_step++) {
      struct multiples next;
      EACH_LANE {
        next.scale[lane] = clamped(near.scale[lane] + (float)step, format.lowest_multiple, format.highest_multiple);
        next.minimum[lane] = clamped(near.minimum[lane] + (float)offset_step, 0, format.highest_multiple);
      }
      struct grids grids;
      float errors[LANES];
      grids_of(&next, common, &grids);
      sum_errors(groups, &grids, format.codes, errors);
      EACH_LANE {
        bool better = errors[lane] < least[lane];
        choice->scale[lane] = better ? next.scale[lane] : choice->scale[lane];
        choice->minimum[lane] = better ? next.minimum[lane] : choice->minimum[lane];
        least[lane] = better ? errors[lane] : least[lane];
      }
    }
  }
}

// The common scales of the least error for the choices and codes of the groups from `first` on, which share a block.
LANEWISE void fit_common_scales(const struct group_lanes *groups, const struct grid_sums *sums,
                                const struct multiples *choice, size_t first, size_t count,
                                struct common_scales *common) {
  // Normal equations of value = d * (scale * code) - dmin * minimum, for the residuals of the present scales.
  double aa = 0, ab = 0, bb = 0, ra = 0, rb = 0;
  for (size_t lane = first; lane < first + count; lane++) {
    double scale = choice->scale[lane], minimum = choice->minimum[lane];
    aa += scale * scale * sums->qq[lane];
    ab -= scale * minimum * sums->q[lane];
    bb += minimum * minimum * groups->importance_sum[lane];
    ra += scale * sums->rq[lane];
    rb -= minimum * sums->r[lane];
  }
  double determinant = aa * bb - ab * ab;
  double d = common->d[first], dmin = common->dmin[first];
  if (determinant > 1e-6 * aa * bb) {
    d += (bb * ra - ab * rb) / determinant;
    dmin += (aa * rb - ab * ra) / determinant;
  } else if (aa > 0) {
    d += ra / aa;
  }
  for (size_t lane = first; lane < first + count; lane++) {
    common->d[lane] = rounded_to_f16((float)d);
    common->dmin[lane] = rounded_to_f16((float)dmin);
  }
}

// The nearest f16 that is not smaller in magnitude.
LANEWISE float rounded_up_to_f16(float value) {
  uint16_t half = f32_to_f16(value);
  return f16_to_f32(fabsf(f16_to_f32(half)) < fabsf(value) ? (uint16_t)(half + 1) : half);
}

// The first common scales, which bring every group's own grid within reach.
LANEWISE void span_grids(const struct grids *own, struct super_block_format format, size_t first, size_t count,
                         struct common_scales *common) {
  float scale = 0, minimum = 0;
  for (size_t lane = first; lane < first + count; lane++) {
    scale = fabsf(own->scale[lane]) > fabsf(scale) ? own->scale[lane] : scale;
    minimum = -own->offset[lane] > minimum ? -own->offset[lane] : minimum;
  }
  float end = format.rule != OFFSET_NONE ? format.highest_multiple : format.lowest_multiple;
  for (size_t lane = first; lane < first + count; lane++) {
    common->d[lane] = rounded_up_to_f16(scale / end);
    common->dmin[lane] = rounded_up_to_f16(minimum / format.highest_multiple);
  }
}

// The best common scales and multiples that the turns find, for as many blocks as the lanes hold.
LANEWISE void fit_multiples(const struct group_lanes *groups, struct super_block_format format,
                            struct common_scales *best_common, struct multiples *best_choice) {
  const size_t count = SUPER_BLOCK / format.group_length;
  struct grids own = best_grids(groups, format.codes, format.rule);
  struct common_scales common;
  struct multiples choice;
  float least[LANES];
  for (size_t first = 0; first < LANES; first += count) span_grids(&own, format, first, count, &common);
  EACH_LANE {
    choice.scale[lane] = clamped(nearest_whole(own.scale[lane] * inverse_of(common.d[lane])), format.lowest_multiple,
                                 format.highest_multiple);
    choice.minimum[lane] =
        clamped(nearest_whole(-own.offset[lane] * inverse_of(common.dmin[lane])), 0, format.highest_multiple);
    least[lane] = INFINITY;
  }
  *best_common = common;
  *best_choice = choice;
  for (int turn = 0; turn < TURNS; turn++) {
    struct grids grids;
    struct grid_sums sums;
    choose_multiples(groups, format, &common, &choice);
    grids_of(&choice, &common, &grids);
    sum_residuals(groups, &grids, format.codes, &sums);
    for (size_t first = 0; first < LANES; first += count) {
      float error = 0;
      for (size_t lane = first; lane < first + count; lane++) error += sums.rr[lane];
      bool better = error < least[first];
      for (size_t lane = first; lane < first + count && better; lane++) {
        best_common->d[lane] = common.d[lane];
        best_common->dmin[lane] = common.dmin[lane];
        best_choice->scale[lane] = choice.scale[lane];
        best_choice->minimum[lane] = choice.minimum[lane];
        least[lane] = error;
      }
      fit_common_scales(groups, &sums, &choice, first, count, &common);
    }
  }
}

// Fits `blocks` blocks, as many as the lanes hold groups of or fewer.
LANEWISE void fit_super_blocks(const float *values, size_t blocks, struct super_block_format format,
                               struct fitted_block *out) {
  const size_t length = format.group_length, count = SUPER_BLOCK / length;
  struct group_lanes groups;
  struct common_scales common;
  struct multiples choice;
  struct grids grids;
  load_groups(values, blocks * count, length, &groups);
  fit_multiples(&groups, format, &common, &choice);
  grids_of(&choice, &common, &grids);
  for (size_t lane = 0; lane < blocks * count; lane++) {
    struct fitted_block *block = out + lane / count;
    block->d = f32_to_f16(common.d[lane]);
    block->dmin = f32_to_f16(common.dmin[lane]);
    block->scales[lane % count] = (int8_t)choice.scale[lane];
    block->minimums[lane % count] = (int8_t)choice.minimum[lane];
  }
  uint8_t codes[LONGEST_GROUP][LANES];
  number_codes(&groups, &grids, format.codes, codes);
  for (size_t lane = 0; lane < blocks * count; lane++) {
    for (size_t i = 0; i < length; i++) out[lane / count].codes[lane % count * length + i] = codes[i][lane];
  }
}
