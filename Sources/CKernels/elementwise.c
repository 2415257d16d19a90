// Sums, products and activation functions, element by element: the scalar reference.
#include <math.h>

#include "families.h"

void add_scalar(const float *x, const float *y, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = x[i] + y[i];
}

void multiply_scalar(const float *x, const float *y, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = x[i] * y[i];
}

void scale_scalar(const float *x, float factor, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = x[i] * factor;
}

// x * sigmoid(slope * x)
static float gated(float x, float slope_times_x) {
  return x / (1 + expf(-slope_times_x));
}

static float activation(enum activation kind, float x) {
  switch (kind) {
    case ACTIVATION_SILU: return gated(x, x);
    // x / 2 * (1 + erf(x / sqrt(2))), without the cancellation for negative x; in double, as erfc multiplies the
    // rounding error of its argument by the argument's square.
    case ACTIVATION_GELU: return (float)(0.5 * (double)x * erfc(-0.70710678118654752 * (double)x));
    // x / 2 * (1 + tanh(u)) is x * sigmoid(2 u), again without the cancellation.
    case ACTIVATION_GELU_TANH: return gated(x, 2 * 0.79788456f * (x + 0.044715f * x * x * x));
    case ACTIVATION_GELU_QUICK: return gated(x, 1.702f * x);
    case ACTIVATION_RELU: return x < 0 ? 0 : x;
    case ACTIVATION_RELU_SQUARED: return x < 0 ? 0 : x * x;
    case ACTIVATION_TANH: return tanhf(x);
    case ACTIVATION_SIGMOID: return gated(1, x);
    default: return x;
  }
}

void activate_scalar(enum activation kind, const float *x, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = activation(kind, x[i]);
}

void activate_multiply_scalar(enum activation kind, const float *gate, const float *up, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = activation(kind, gate[i]) * up[i];
}
