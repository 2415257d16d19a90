// Normalisation of rows, softmax and log-sum-exp, for the instruction set of the vector header included before.
#pragma once

// LANES values from `i`, or those before `count` with `fill` behind them.
SIMD vec load_up_to(const float *x, size_t i, size_t count, float fill) {
  if (i + LANES <= count) return vec_load(x + i);
  return vec_join(count - i, vec_load_part(x + i, count - i), vec_set(fill));
}

SIMD void store_up_to(float *out, size_t i, size_t count, vec v) {
  if (i + LANES <= count) {
    vec_store(out + i, v);
  } else {
    vec_store_part(out + i, v, count - i);
  }
}

// 1 / sqrt(mean((x - center)^2) + epsilon)
SIMD float inverse_deviation(const float *x, float center, float epsilon, size_t width) {
  vec_double squares = vec_double_zero();
  for (size_t i = 0; i < width; i += LANES) {
    vec centered = vec_sub(load_up_to(x, i, width, center), vec_set(center));
    squares = vec_double_add(squares, vec_mul(centered, centered));
  }
  return (float)(1 / sqrt(vec_double_sum(squares) / (double)width + (double)epsilon));
}

SIMD_TARGET void SIMD_NAME(rms_norm)(const float *x, const float *weight, float weight_offset, float epsilon,
                                     size_t rows, size_t width, float *out) {
  for (size_t row = 0; row < rows; row++, x += width, out += width) {
    vec factor = vec_set(inverse_deviation(x, 0, epsilon, width));
    for (size_t i = 0; i < width; i += LANES) {
      vec normal = vec_mul(load_up_to(x, i, width, 0), factor);
      if (weight) normal = vec_mul(normal, vec_add(load_up_to(weight, i, width, 0), vec_set(weight_offset)));
      store_up_to(out, i, width, normal);
    }
  }
}

SIMD_TARGET void SIMD_NAME(layer_norm)(const float *x, const float *weight, const float *bias, float epsilon,
                                       size_t rows, size_t width, float *out) {
  for (size_t row = 0; row < rows; row++, x += width, out += width) {
    vec_double sums = vec_double_zero();
    for (size_t i = 0; i < width; i += LANES) sums = vec_double_add(sums, load_up_to(x, i, width, 0));
    float mean = (float)(vec_double_sum(sums) / (double)width);
    vec center = vec_set(mean), factor = vec_set(inverse_deviation(x, mean, epsilon, width));
    for (size_t i = 0; i < width; i += LANES) {
      vec normal = vec_mul(vec_sub(load_up_to(x, i, width, 0), center), factor);
      if (weight) normal = vec_mul(normal, load_up_to(weight, i, width, 0));
      if (bias) normal = vec_add(normal, load_up_to(bias, i, width, 0));
      store_up_to(out, i, width, normal);
    }
  }
}

// The largest value that is not NaN, -infinity where there is none.
SIMD float largest_value(const float *x, size_t width) {
  vec largest = vec_set(-INFINITY);
  for (size_t i = 0; i < width; i += LANES) largest = vec_max(load_up_to(x, i, width, -INFINITY), largest);
  return vec_largest(largest);
}

SIMD_TARGET void SIMD_NAME(softmax)(const float *x, size_t rows, size_t width, float *out) {
  for (size_t row = 0; row < rows; row++, x += width, out += width) {
    vec largest = vec_set(largest_value(x, width));
    vec_double total = vec_double_zero();
    for (size_t i = 0; i < width; i += LANES) {
      vec power = vec_exp(vec_sub(load_up_to(x, i, width, 0), largest));
      store_up_to(out, i, width, power);
      total = vec_double_add(total, i + LANES <= width ? power : vec_join(width - i, power, vec_zero()));
    }
    vec factor = vec_set((float)(1 / vec_double_sum(total)));
    for (size_t i = 0; i < width; i += LANES) store_up_to(out, i, width, vec_mul(load_up_to(out, i, width, 0), factor));
  }
}

SIMD size_t first_index_of(const float *x, size_t width, float value) {
  size_t i = 0;
  while (i + LANES <= width && !vec_any_equal(vec_load(x + i), vec_set(value))) i += LANES;
  while (i < width && x[i] != value) i++;
  return i < width ? i : 0;
}

SIMD_TARGET void SIMD_NAME(log_sum_exp)(const float *x, size_t width, float *maximum, size_t *index,
                                        double *log_sum_exp) {
  float largest = largest_value(x, width);
  *index = largest == -INFINITY ? 0 : first_index_of(x, width, largest);
  *maximum = largest == -INFINITY ? largest : x[*index];
  vec_double total = vec_double_zero();
  for (size_t i = 0; i < width; i += LANES) {
    vec below = vec_sub(load_up_to(x, i, width, -INFINITY), vec_set(largest));
    total = vec_double_add(total, vec_exp(below));
  }
  *log_sum_exp = isinf(largest) ? (double)largest : (double)largest + log(vec_double_sum(total));
}
