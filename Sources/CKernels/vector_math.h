// Exponential, hyperbolic tangent and the normal distribution on vectors. Included after one vector_SET.h.
// The polynomials are own minimax fits (weighted least squares on Chebyshev points, iterated to equal ripple).
#pragma once

// Within about 1 ulp; 0 below -104, infinity above 88.73, NaN for NaN.
SIMD vec vec_exp(vec x) {
  // The bounds come first, as a NaN in the second place passes.
  x = vec_min(vec_set(89), vec_max(vec_set(-104), x));
  vec n = vec_round(vec_mul(x, vec_set(1.44269504f)));
  // ln 2 in two parts: the product with the first, of few bits, is exact.
  vec r = vec_fma(n, vec_set(-0.693359375f), x);
  r = vec_fma(n, vec_set(2.12194440e-4f), r);
  vec q = vec_set(0.00139505381f);
  q = vec_fma(q, r, vec_set(0.00836891774f));
  q = vec_fma(q, r, vec_set(0.041666206f));
  q = vec_fma(q, r, vec_set(0.166665182f));
  q = vec_fma(q, r, vec_set(0.5f));
  vec small = vec_fma(vec_mul(q, r), r, r);
  return vec_scale_by_power(vec_add(small, vec_set(1)), n);
}

// Within about 2 ulp.
SIMD vec vec_tanh(vec x) {
  vec magnitude = vec_abs(x), square = vec_mul(x, x);
  vec p = vec_set(0.0021489358f);
  p = vec_fma(p, square, vec_set(-0.0081841452f));
  p = vec_fma(p, square, vec_set(0.0217035376f));
  p = vec_fma(p, square, vec_set(-0.0539473034f));
  p = vec_fma(p, square, vec_set(0.133332103f));
  p = vec_fma(p, square, vec_set(-0.333333313f));
  vec near = vec_fma(vec_mul(p, square), magnitude, magnitude);
  vec power = vec_exp(vec_add(magnitude, magnitude));
  vec far = vec_sub(vec_set(1), vec_div(vec_set(2), vec_add(power, vec_set(1))));
  return vec_copy_sign(vec_select_less(magnitude, vec_set(0.62f), near, far), x);
}

// P(N > a) of the standard normal distribution for a >= 0, relative error about 2e-7 down to a = 13; 0 above.
SIMD vec vec_normal_tail(vec a) {
  a = vec_min(vec_set(16), a);
  // exp(-a * a / 2), with the rounding error of a * a carried along, times a smooth factor.
  vec square = vec_mul(a, a);
  vec error = vec_fma(a, a, vec_sub(vec_zero(), square));
  vec density = vec_exp(vec_mul(square, vec_set(-0.5f)));
  density = vec_fma(vec_mul(density, vec_set(-0.5f)), error, density);
  vec inverse = vec_div(vec_set(1), vec_add(a, vec_set(2)));
  vec u = vec_mul(vec_sub(a, vec_set(2)), inverse);
  vec p = vec_set(-8.44161113e-05f);
  p = vec_fma(p, u, vec_set(1.94560853e-05f));
  p = vec_fma(p, u, vec_set(0.000732059416f));
  p = vec_fma(p, u, vec_set(0.000898389961f));
  p = vec_fma(p, u, vec_set(-0.00189266005f));
  p = vec_fma(p, u, vec_set(-0.00675752154f));
  p = vec_fma(p, u, vec_set(-0.000483175885f));
  p = vec_fma(p, u, vec_set(0.0367225222f));
  p = vec_fma(p, u, vec_set(0.0287984181f));
  p = vec_fma(p, u, vec_set(-0.331404597f));
  p = vec_fma(p, u, vec_set(0.672407985f));
  return vec_mul(vec_mul(p, inverse), density);
}

// LANES elements from `index`, a multiple of LANES, of a row of F32, F16, BF16 or Q8_0.
SIMD vec load_elements(enum element_type type, const uint8_t *row, size_t index) {
  switch (type) {
    case ELEMENT_F16: return vec_load_f16(row + 2 * index);
    case ELEMENT_BF16: return vec_load_bf16(row + 2 * index);
    case ELEMENT_Q8_0: {
      const uint8_t *block = row + index / Q8_0_LENGTH * Q8_0_BYTES;
      return vec_mul(vec_set_f16(block), vec_load_i8(block + 2 + index % Q8_0_LENGTH));
    }
    default: return vec_load(row + 4 * index);
  }
}

// The last `count` < LANES elements of a row, zeros behind them; rows of Q8_0 end with a whole vector.
SIMD vec load_elements_part(enum element_type type, const uint8_t *row, size_t index, size_t count) {
  switch (type) {
    case ELEMENT_F16: return vec_load_f16_part(row + 2 * index, count);
    case ELEMENT_BF16: return vec_load_bf16_part(row + 2 * index, count);
    default: return vec_load_part(row + 4 * index, count);
  }
}

// Asks for what load_elements will read; an address past the end does no harm.
SIMD void prefetch_elements(enum element_type type, const uint8_t *row, size_t index) {
  __builtin_prefetch(row + (type == ELEMENT_F32 ? 4 : type == ELEMENT_Q8_0 ? 1 : 2) * index);
}
