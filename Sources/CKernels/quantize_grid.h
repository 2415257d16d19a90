// Fitting of evenly spaced values to groups of weights: the search behind the block formats' quantisers.
//
// A grid has the values scale * code + offset. For given codes the scale and offset of the least weighted squared error
// are those of a linear regression; for a given scale and offset the best codes are the nearest ones. The search starts
// from many grids around the one that spans the group and lets the two steps alternate from the best.
//
// LANES groups are searched side by side, each in a lane of arrays: plain C that every instruction set's compiler
// turns into vectors, with the same operations in the same order for a group whatever stands beside it. So the bits are
// the same on every processor.
#pragma once
#include <math.h>
#include <stdbool.h>

#include "blocks.h"
#include "half.h"

// Inlined into the one function of each instruction set, whose attribute says what the loops become.
#define LANEWISE static inline __attribute__((always_inline))

enum { LANES = 16, LONGEST_GROUP = 32 };

// Loops kept as loops until they are turned into vectors: unrolled early they would be taken apart into scalars.
#define LOOP _Pragma("clang loop unroll(disable)") for
#define EACH_LANE for (size_t lane = 0; lane < LANES; lane++)

// Values of all blocks are multiples of 2^-24, the unit of f16: a smaller weight than half of it is nearest to zero.
#define LEAST_WEIGHT 0x1p-25f

// The codes a format has, held in floats: whole numbers from lowest to highest, or the 16 of a table.
struct code_set {
  float lowest, highest;
  float step;           // by which the search moves the end of a grid
  const float *table;   // ascending, or NULL
};

// `length` weights of each lane's group, and how much their errors count.
struct group_lanes {
  size_t length;
  float values[LONGEST_GROUP][LANES], importance[LONGEST_GROUP][LANES];
  float importance_sum[LANES];
};

struct grids {
  float scale[LANES], offset[LANES];
};

// Grids with the weighted squared errors of their best codes.
struct fitted_grids {
  struct grids grids;
  float error[LANES];
};

// Sums over each group, weighted by importance, of the residuals r = value - (scale * code + offset), the codes q, and
// their products. Near a good grid residuals are small: corrections computed from them keep their digits.
struct grid_sums {
  float r[LANES], q[LANES], rr[LANES], rq[LANES], qq[LANES];
};

// The nearest whole number, ties to even, for magnitudes below 2^22: the addition pushes the fraction out.
LANEWISE float nearest_whole(float value) { return value + 0x1.8p23f - 0x1.8p23f; }

LANEWISE float clamped(float value, float lowest, float highest) {
  value = value > lowest ? value : lowest;
  return value < highest ? value : highest;
}

LANEWISE float nearest_code(float value, struct code_set codes) {
  if (codes.table == NULL) return nearest_whole(clamped(value, codes.lowest, codes.highest));
  float code = codes.table[0];
  for (size_t i = 1; i < 16; i++) {
    code = value > 0.5f * (codes.table[i - 1] + codes.table[i]) ? codes.table[i] : code;
  }
  return code;
}

LANEWISE float inverse_of(float scale) { return scale != 0 ? 1 / scale : 0; }

LANEWISE void sum_residuals(const struct group_lanes *groups, const struct grids *grids, struct code_set codes,
                            struct grid_sums *sums) {
  struct grid_sums s = {0};
  float inverse[LANES];
  EACH_LANE inverse[lane] = inverse_of(grids->scale[lane]);
  LOOP (size_t i = 0; i < groups->length; i++) {
    EACH_LANE {
      float value = groups->values[i][lane], importance = groups->importance[i][lane];
      float code = nearest_code((value - grids->offset[lane]) * inverse[lane], codes);
      float residual = value - (grids->scale[lane] * code + grids->offset[lane]);
      float weighted = importance * residual, weighted_code = importance * code;
      s.r[lane] += weighted;
      s.q[lane] += weighted_code;
      s.rr[lane] += weighted * residual;
      s.rq[lane] += weighted * code;
      s.qq[lane] += weighted_code * code;
    }
  }
  *sums = s;
}

// The weighted squared errors of grids with the nearest codes.
LANEWISE void sum_errors(const struct group_lanes *groups, const struct grids *grids, struct code_set codes,
                         float errors[LANES]) {
  float sums[LANES] = {0}, inverse[LANES];
  EACH_LANE inverse[lane] = inverse_of(grids->scale[lane]);
  LOOP (size_t i = 0; i < groups->length; i++) {
    EACH_LANE {
      float value = groups->values[i][lane];
      float code = nearest_code((value - grids->offset[lane]) * inverse[lane], codes);
      float residual = value - (grids->scale[lane] * code + grids->offset[lane]);
      sums[lane] += groups->importance[i][lane] * (residual * residual);
    }
  }
  EACH_LANE errors[lane] = sums[lane];
}

// The number of each weight's nearest code, counted from the lowest.
LANEWISE void number_codes(const struct group_lanes *groups, const struct grids *grids, struct code_set codes,
                           uint8_t out[LONGEST_GROUP][LANES]) {
  float inverse[LANES];
  EACH_LANE inverse[lane] = inverse_of(grids->scale[lane]);
  LOOP (size_t i = 0; i < groups->length; i++) {
    EACH_LANE {
      float code = nearest_code((groups->values[i][lane] - grids->offset[lane]) * inverse[lane], codes);
      int number = (int)(code - codes.lowest);
      if (codes.table != NULL) {
        number = 0;
        for (size_t k = 1; k < 16; k++) number += code >= codes.table[k];
      }
      out[i][lane] = (uint8_t)number;
    }
  }
}

enum offset_rule { OFFSET_NONE, OFFSET_NOT_POSITIVE, OFFSET_FREE };

// A grid's change, and the error that it leaves while the codes stay.
struct correction {
  float scale, offset, error;
};

LANEWISE struct correction correction_of(float scale, float offset, float w, const struct grid_sums *s, size_t lane) {
  float error = s->rr[lane] - 2 * (offset * s->r[lane] + scale * s->rq[lane]) + offset * offset * w +
                2 * offset * scale * s->q[lane] + scale * scale * s->qq[lane];
  return (struct correction){scale, offset, error};
}

// The best change for the codes that the sums were taken of.
LANEWISE struct correction best_correction(const struct grid_sums *s, float w, float offset, enum offset_rule rule,
                                           size_t lane) {
  float qq = s->qq[lane] > 0 ? s->qq[lane] : INFINITY;
  if (rule == OFFSET_NONE) {
    float scale = s->rq[lane] / qq;
    return (struct correction){scale, 0, s->rr[lane] - scale * s->rq[lane]};
  }
  float determinant = w * s->qq[lane] - s->q[lane] * s->q[lane];
  // Of equal codes the determinant is zero but for rounding; then nothing is changed.
  determinant = determinant > 1e-6f * w * s->qq[lane] ? determinant : INFINITY;
  struct correction both = correction_of((w * s->rq[lane] - s->q[lane] * s->r[lane]) / determinant,
                                         (s->qq[lane] * s->r[lane] - s->q[lane] * s->rq[lane]) / determinant, w, s,
                                         lane);
  if (rule == OFFSET_FREE) return both;
  struct correction to_zero = correction_of((s->rq[lane] + offset * s->q[lane]) / qq, -offset, w, s, lane);
  return offset + both.offset <= 0 ? both : to_zero;
}

// Takes the grids, with their codes' best corrections, in the lanes where they beat the best so far.
LANEWISE void try_grids(const struct group_lanes *groups, const struct grids *grids, struct code_set codes,
                        enum offset_rule rule, struct fitted_grids *best) {
  struct grid_sums sums;
  sum_residuals(groups, grids, codes, &sums);
  EACH_LANE {
    struct correction by = best_correction(&sums, groups->importance_sum[lane], grids->offset[lane], rule, lane);
    bool better = by.error < best->error[lane];
    best->grids.scale[lane] = better ? grids->scale[lane] + by.scale : best->grids.scale[lane];
    best->grids.offset[lane] = better ? grids->offset[lane] + by.offset : best->grids.offset[lane];
    best->error[lane] = better ? by.error : best->error[lane];
  }
}

// Where the search of a group begins: grids from `start` that put `extent` at one of their end codes.
struct grid_spans {
  float start[LANES], extent[LANES];
};

LANEWISE void span_groups(const struct group_lanes *groups, enum offset_rule rule, struct grid_spans *spans) {
  float smallest[LANES] = {0}, largest[LANES] = {0};
  if (rule == OFFSET_FREE) {
    EACH_LANE smallest[lane] = largest[lane] = groups->values[0][lane];
  }
  LOOP (size_t i = 0; i < groups->length; i++) {
    EACH_LANE {
      float value = groups->values[i][lane];
      smallest[lane] = value < smallest[lane] ? value : smallest[lane];
      largest[lane] = value > largest[lane] ? value : largest[lane];
    }
  }
  EACH_LANE {
    float extreme = largest[lane] > -smallest[lane] ? largest[lane] : smallest[lane];
    spans->start[lane] = rule == OFFSET_NONE ? 0 : smallest[lane];
    spans->extent[lane] = rule == OFFSET_NONE ? extreme : largest[lane] - smallest[lane];
  }
}

// Attempts for each end of a grid, around the one that reaches exactly to it, and rounds of alternation.
enum { ATTEMPTS_PER_END = 21, REFINEMENTS = 3 };

// The best grids that the search finds. Without offsets a scale may have either sign, and the weight of the largest
// magnitude lies near either end of the codes; with them the smallest weight lies near code 0.
LANEWISE struct grids best_grids(const struct group_lanes *groups, struct code_set codes, enum offset_rule rule) {
  struct grid_spans spans;
  span_groups(groups, rule, &spans);
  const float first_end = rule == OFFSET_NONE ? codes.lowest : codes.highest;
  const int attempts = rule == OFFSET_NONE ? 2 * ATTEMPTS_PER_END : ATTEMPTS_PER_END;
  struct fitted_grids best;
  EACH_LANE {
    best.grids.scale[lane] = spans.extent[lane] / first_end;
    best.grids.offset[lane] = spans.start[lane];
    best.error[lane] = INFINITY;
  }
  LOOP (int attempt = 0; attempt < attempts + REFINEMENTS; attempt++) {
    struct grids grids = best.grids;
    if (attempt < attempts) {
      float end = attempt < ATTEMPTS_PER_END ? first_end : codes.highest;
      float end_code = end + codes.step * (float)(attempt % ATTEMPTS_PER_END - ATTEMPTS_PER_END / 2);
      EACH_LANE {
        grids.scale[lane] = spans.extent[lane] / end_code;
        grids.offset[lane] = spans.start[lane];
      }
    }
    try_grids(groups, &grids, codes, rule, &best);
  }
  return best.grids;
}

LANEWISE float rounded_to_f16(float value) { return f16_to_f32(f32_to_f16(value)); }

// The best grids with scales and offsets that f16 holds; never worse than the grid that just spans its group.
LANEWISE struct grids best_f16_grids(const struct group_lanes *groups, struct code_set codes, enum offset_rule rule) {
  struct grid_spans spans;
  struct grids plain, best = best_grids(groups, codes, rule);
  float plain_errors[LANES], errors[LANES];
  span_groups(groups, rule, &spans);
  EACH_LANE {
    float end = rule == OFFSET_NONE ? codes.lowest : codes.highest;
    plain.scale[lane] = rounded_to_f16(spans.extent[lane] / end);
    plain.offset[lane] = rounded_to_f16(spans.start[lane]);
    best.scale[lane] = rounded_to_f16(best.scale[lane]);
    best.offset[lane] = rounded_to_f16(best.offset[lane]);
  }
  sum_errors(groups, &plain, codes, plain_errors);
  sum_errors(groups, &best, codes, errors);
  EACH_LANE {
    bool better = errors[lane] <= plain_errors[lane];
    best.scale[lane] = better ? best.scale[lane] : plain.scale[lane];
    best.offset[lane] = better ? best.offset[lane] : plain.offset[lane];
  }
  return best;
}

// How much an error of a weight counts: more for large weights, without forgetting the small ones. ggml's K quantisers
// weigh by |x| + root mean square, which rises alike. Even weighing gives a smaller squared error and a worse perplexity.
LANEWISE float importance_of(float value, float mean_square) { return sqrtf(mean_square + value * value); }

// Lays `count` groups of `length` weights side by side, zeros in the lanes beyond.
LANEWISE void load_groups(const float *values, size_t count, size_t length, struct group_lanes *out) {
  out->length = length;
  for (size_t lane = 0; lane < LANES; lane++) {
    for (size_t i = 0; i < length; i++) {
      float value = lane < count ? values[lane * length + i] : 0;
      out->values[i][lane] = fabsf(value) < LEAST_WEIGHT ? 0 : value;
    }
  }
  float mean_square[LANES] = {0}, sum[LANES] = {0};
  LOOP (size_t i = 0; i < length; i++) {
    EACH_LANE mean_square[lane] += out->values[i][lane] * out->values[i][lane] / (float)length;
  }
  LOOP (size_t i = 0; i < length; i++) {
    EACH_LANE {
      out->importance[i][lane] = importance_of(out->values[i][lane], mean_square[lane]);
      sum[lane] += out->importance[i][lane];
    }
  }
  EACH_LANE out->importance_sum[lane] = sum[lane];
}
