// Conversions of rows to float and back, for the instruction set of the vector header included before.
#pragma once

SIMD void convert_to_f32(enum element_type type, const uint8_t *source, float *out, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) vec_store(out + i, load_elements(type, source, i));
  if (i < count) vec_store_part(out + i, load_elements_part(type, source, i, count - i), count - i);
}

SIMD_TARGET void SIMD_NAME(to_f32)(enum element_type type, const void *source, float *out, size_t count) {
  switch (type) {
    case ELEMENT_F16: convert_to_f32(ELEMENT_F16, source, out, count); break;
    case ELEMENT_BF16: convert_to_f32(ELEMENT_BF16, source, out, count); break;
    case ELEMENT_Q8_0: convert_to_f32(ELEMENT_Q8_0, source, out, count / Q8_0_LENGTH * Q8_0_LENGTH); break;
    default: to_f32_scalar(type, source, out, count);
  }
}

SIMD_TARGET void SIMD_NAME(from_f32)(enum element_type type, const float *source, void *out, size_t count) {
  uint8_t *bytes = out;
  size_t whole = 0;
  if (type == ELEMENT_F16) {
    for (; whole + LANES <= count; whole += LANES) vec_store_f16(bytes + 2 * whole, vec_load(source + whole));
  } else if (type == ELEMENT_BF16) {
    for (; whole + LANES <= count; whole += LANES) vec_store_bf16(bytes + 2 * whole, vec_load(source + whole));
  }
  if (whole < count) from_f32_scalar(type, source + whole, bytes + 2 * whole, count - whole);
}
