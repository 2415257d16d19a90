// Normalisation of rows, softmax and log-sum-exp: the scalar reference. Sums are taken in double.
#include <math.h>

#include "families.h"

void rms_norm_scalar(const float *x, const float *weight, float weight_offset, float epsilon, size_t rows,
                     size_t width, float *out) {
  for (size_t row = 0; row < rows; row++, x += width, out += width) {
    double squares = 0;
    for (size_t i = 0; i < width; i++) squares += (double)x[i] * (double)x[i];
    float factor = (float)(1 / sqrt(squares / (double)width + (double)epsilon));
    for (size_t i = 0; i < width; i++) {
      float normal = x[i] * factor;
      out[i] = weight ? normal * (weight[i] + weight_offset) : normal;
    }
  }
}

void layer_norm_scalar(const float *x, const float *weight, const float *bias, float epsilon, size_t rows,
                       size_t width, float *out) {
  for (size_t row = 0; row < rows; row++, x += width, out += width) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < width; i++) sum += (double)x[i];
    float mean = (float)(sum / (double)width);
    for (size_t i = 0; i < width; i++) squares += ((double)x[i] - mean) * ((double)x[i] - mean);
    float factor = (float)(1 / sqrt(squares / (double)width + (double)epsilon));
    for (size_t i = 0; i < width; i++) {
      float normal = (x[i] - mean) * factor;
      if (weight) normal *= weight[i];
      out[i] = bias ? normal + bias[i] : normal;
    }
  }
}

void softmax_scalar(const float *x, size_t rows, size_t width, float *out) {
  for (size_t row = 0; row < rows; row++, x += width, out += width) {
    float largest = -INFINITY;
    double total = 0;
    for (size_t i = 0; i < width; i++) largest = fmaxf(largest, x[i]);
    for (size_t i = 0; i < width; i++) {
      out[i] = expf(x[i] - largest);
      total += (double)out[i];
    }
    float factor = (float)(1 / total);
    for (size_t i = 0; i < width; i++) out[i] *= factor;
  }
}

void log_sum_exp_scalar(const float *x, size_t width, float *maximum, size_t *index, double *log_sum_exp) {
  float largest = -INFINITY;
  size_t first = 0;
  for (size_t i = 0; i < width; i++) {
    if (x[i] > largest) {
      largest = x[i];
      first = i;
    }
  }
  double total = 0;
  for (size_t i = 0; i < width; i++) total += exp((double)x[i] - (double)largest);
  *maximum = largest;
  *index = first;
  // With an infinite maximum the differences mean nothing.
  *log_sum_exp = isinf(largest) ? (double)largest : (double)largest + log(total);
}
