// Rotary position embedding, in place: the scalar reference.
#include "families.h"

static void rotate(float *first, float *second, float cosine, float sine) {
  float a = *first, b = *second;
  *first = a * cosine - b * sine;
  *second = a * sine + b * cosine;
}

void rotary_scalar(float *x, const float *cosines, const float *sines, size_t tokens, size_t heads, size_t head_size,
                   size_t rotary_size, bool interleaved) {
  size_t pairs = rotary_size / 2;
  for (size_t token = 0; token < tokens; token++, cosines += pairs, sines += pairs) {
    for (size_t head = 0; head < heads; head++, x += head_size) {
      for (size_t i = 0; i < pairs; i++) {
        float *first = interleaved ? x + 2 * i : x + i;
        rotate(first, interleaved ? first + 1 : first + pairs, cosines[i], sines[i]);
      }
    }
  }
}
