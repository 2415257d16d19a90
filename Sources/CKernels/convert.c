// Rows of any element type to float, and of float to the types that are written at run time: the scalar reference.
#include "families.h"
#include "float_elements.h"

void to_f32_scalar(enum element_type type, const void *source, float *out, size_t count) {
  const uint8_t *bytes = source;
  switch (type) {
    case ELEMENT_F32:
    case ELEMENT_F16:
    case ELEMENT_BF16:
      for (size_t i = 0; i < count; i++) out[i] = element_as_float(type, source, i);
      break;
    case ELEMENT_I32:
      for (size_t i = 0; i < count; i++) {
        int32_t value;
        memcpy(&value, bytes + 4 * i, sizeof value);
        out[i] = (float)value;
      }
      break;
    case ELEMENT_U8:
      for (size_t i = 0; i < count; i++) out[i] = (float)bytes[i];
      break;
    default:
      blocks_to_f32(type, source, out, count);
  }
}

void from_f32_scalar(enum element_type type, const float *source, void *out, size_t count) {
  uint8_t *bytes = out;
  switch (type) {
    case ELEMENT_F16:
    case ELEMENT_BF16:
      for (size_t i = 0; i < count; i++) {
        uint16_t half = type == ELEMENT_F16 ? f32_to_f16(source[i]) : f32_to_bf16(source[i]);
        memcpy(bytes + 2 * i, &half, sizeof half);
      }
      break;
    case ELEMENT_Q8_0:
      q8_0_from_f32(source, out, count);
      break;
    case ELEMENT_F32:
      for (size_t i = 0; i < count; i++) memcpy(bytes + 4 * i, source + i, sizeof *source);
      break;
    default:
      break;  // the other types are never written at run time
  }
}
