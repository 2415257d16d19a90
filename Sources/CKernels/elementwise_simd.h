// Sums, products, activation functions and rotary embedding, for the instruction set of the vector header included
// before. The loops without exponentials are left to the compiler's vectoriser, which knows the target.
#pragma once

SIMD_TARGET void SIMD_NAME(add)(const float *x, const float *y, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = x[i] + y[i];
}

SIMD_TARGET void SIMD_NAME(multiply)(const float *x, const float *y, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = x[i] * y[i];
}

SIMD_TARGET void SIMD_NAME(scale)(const float *x, float factor, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = x[i] * factor;
}

// x * sigmoid(slope * x)
SIMD vec gated(vec x, vec slope_times_x) {
  return vec_div(x, vec_add(vec_set(1), vec_exp(vec_sub(vec_zero(), slope_times_x))));
}

SIMD vec activation(enum activation kind, vec x) {
  vec positive = vec_max(vec_zero(), x);
  switch (kind) {
    case ACTIVATION_SILU: return gated(x, x);
    case ACTIVATION_GELU: {
      vec tail = vec_normal_tail(vec_abs(x));
      return vec_mul(x, vec_select_less(x, vec_zero(), tail, vec_sub(vec_set(1), tail)));
    }
    case ACTIVATION_GELU_TANH: {
      vec cube = vec_mul(vec_mul(vec_mul(vec_set(0.044715f), x), x), x);
      return gated(x, vec_mul(vec_set(2 * 0.79788456f), vec_add(x, cube)));
    }
    case ACTIVATION_GELU_QUICK: return gated(x, vec_mul(vec_set(1.702f), x));
    case ACTIVATION_RELU: return positive;
    case ACTIVATION_RELU_SQUARED: return vec_mul(positive, positive);
    case ACTIVATION_TANH: return vec_tanh(x);
    case ACTIVATION_SIGMOID: return gated(vec_set(1), x);
    default: return x;
  }
}

// out = activation(x), times up where there is one.
SIMD void activate_all(enum activation kind, const float *x, const float *up, float *out, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vec result = activation(kind, vec_load(x + i));
    vec_store(out + i, up ? vec_mul(result, vec_load(up + i)) : result);
  }
  if (i < count) {
    vec result = activation(kind, vec_load_part(x + i, count - i));
    vec_store_part(out + i, up ? vec_mul(result, vec_load_part(up + i, count - i)) : result, count - i);
  }
}

#define FOR_EACH_ACTIVATION(kind, x, up, out, count) \
  switch (kind) { \
    case ACTIVATION_SILU: activate_all(ACTIVATION_SILU, x, up, out, count); break; \
    case ACTIVATION_GELU: activate_all(ACTIVATION_GELU, x, up, out, count); break; \
    case ACTIVATION_GELU_TANH: activate_all(ACTIVATION_GELU_TANH, x, up, out, count); break; \
    case ACTIVATION_GELU_QUICK: activate_all(ACTIVATION_GELU_QUICK, x, up, out, count); break; \
    case ACTIVATION_RELU: activate_all(ACTIVATION_RELU, x, up, out, count); break; \
    case ACTIVATION_RELU_SQUARED: activate_all(ACTIVATION_RELU_SQUARED, x, up, out, count); break; \
    case ACTIVATION_TANH: activate_all(ACTIVATION_TANH, x, up, out, count); break; \
    case ACTIVATION_SIGMOID: activate_all(ACTIVATION_SIGMOID, x, up, out, count); break; \
    default: break; \
  }

SIMD_TARGET void SIMD_NAME(activate)(enum activation kind, const float *x, float *out, size_t count) {
  FOR_EACH_ACTIVATION(kind, x, (const float *)NULL, out, count)
}

SIMD_TARGET void SIMD_NAME(activate_multiply)(enum activation kind, const float *gate, const float *up, float *out,
                                              size_t count) {
  FOR_EACH_ACTIVATION(kind, gate, up, out, count)
}

// Values `first` and `second`, `step` floats from pair to pair, of one head.
SIMD void rotate_head(float *restrict first, float *restrict second, size_t step, const float *restrict cosines,
                      const float *restrict sines, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    float a = first[i * step], b = second[i * step];
    first[i * step] = a * cosines[i] - b * sines[i];
    second[i * step] = a * sines[i] + b * cosines[i];
  }
}

SIMD_TARGET void SIMD_NAME(rotary)(float *x, const float *cosines, const float *sines, size_t tokens, size_t heads,
                                   size_t head_size, size_t rotary_size, bool interleaved) {
  size_t pairs = rotary_size / 2;
  for (size_t token = 0; token < tokens; token++, cosines += pairs, sines += pairs) {
    for (size_t head = 0; head < heads; head++, x += head_size) {
      if (interleaved) {
        rotate_head(x, x + 1, 2, cosines, sines, pairs);
      } else {
        rotate_head(x, x + pairs, 1, cosines, sines, pairs);
      }
    }
  }
}
