// The part of libpng that Lathe uses. libpng reports errors by longjmp; it stays inside these functions.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CPNG_MESSAGE_BYTES = 160 };

// What went wrong, and how far the reader had come in its input.
struct cpng_error {
  size_t offset;
  char message[CPNG_MESSAGE_BYTES];
};

struct cpng_size {
  uint32_t width, height;
  // Bytes of one row as the file stores it, and of all rows with the filter byte in front of each.
  uint64_t row_bytes, stored_bytes;
};

// Reads the size of an image without allocating anything for its pixels.
bool cpng_read_size(const uint8_t *bytes, size_t count, struct cpng_size *size, struct cpng_error *error);

// Decodes to RGBA, 8 bits a sample, row by row; pixels holds width * height * 4 bytes. A null pixels decodes and
// checks everything, and keeps nothing but two rows.
bool cpng_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, struct cpng_error *error);

// Encodes RGBA or, with 3 channels, RGB rows. *encoded is released with cpng_release.
bool cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, unsigned channels, uint8_t **encoded,
                 size_t *count, struct cpng_error *error);
void cpng_release(uint8_t *encoded);
