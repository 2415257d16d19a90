#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What libpng's callbacks work on.
struct session {
  const uint8_t *input;
  size_t count, position;
  uint8_t *output;
  size_t output_count, output_capacity;
  struct cpng_error *error;
};

static void fail(png_structp png, png_const_charp message) {
  struct session *session = png_get_error_ptr(png);
  session->error->offset = session->position;
  snprintf(session->error->message, sizeof session->error->message, "%s", message);
  png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_input(png_structp png, png_bytep destination, size_t count) {
  struct session *session = png_get_io_ptr(png);
  if (count > session->count - session->position) {
    session->position = session->count;
    png_error(png, "the file ends within the image");
  }
  memcpy(destination, session->input + session->position, count);
  session->position += count;
}

// Chunks that say nothing of the pixels wanted: skipped unread, so that text and profiles cannot inflate in memory.
static const png_byte skipped_chunks[] =
    "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0tIME\0zTXt";
enum { SKIPPED_CHUNKS = sizeof skipped_chunks / 5, LARGEST_SIDE = 1000000, LARGEST_CHUNK = 1 << 20 };

static void prepare_reader(png_structp png, struct session *session) {
  png_set_read_fn(png, session, read_input);
  png_set_user_limits(png, LARGEST_SIDE, LARGEST_SIDE);
  png_set_chunk_cache_max(png, 16);
  png_set_chunk_malloc_max(png, LARGEST_CHUNK);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped_chunks, SKIPPED_CHUNKS);
}

bool cpng_read_size(const uint8_t *bytes, size_t count, struct cpng_size *size, struct cpng_error *error) {
  struct session session = {.input = bytes, .count = count, .error = error};
  png_structp volatile png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, fail, ignore_warning);
  png_infop volatile info = png ? png_create_info_struct(png) : NULL;
  bool done = false;
  if (!info) {
    snprintf(error->message, sizeof error->message, "out of memory");
  } else if (!setjmp(png_jmpbuf(png))) {
    prepare_reader(png, &session);
    png_read_info(png, info);
    size->width = png_get_image_width(png, info);
    size->height = png_get_image_height(png, info);
    unsigned bits = png_get_bit_depth(png, info) * (unsigned)png_get_channels(png, info);
    size->row_bytes = ((uint64_t)size->width * bits + 7) / 8;
    size->stored_bytes = (size->row_bytes + 1) * size->height;
    done = true;
  }
  png_structp png_value = png;
  png_infop info_value = info;
  png_destroy_read_struct(&png_value, &info_value, NULL);
  return done;
}

// RGBA of 8 bits a sample, whatever the file has.
static void set_transformations(png_structp png, png_infop info) {
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_gray_to_rgb(png);
  bool has_alpha = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  if (!has_alpha) png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
}

bool cpng_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, struct cpng_error *error) {
  struct session session = {.input = bytes, .count = count, .error = error};
  png_structp volatile png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, fail, ignore_warning);
  png_infop volatile info = png ? png_create_info_struct(png) : NULL;
  uint8_t *volatile scratch = NULL;
  bool done = false;
  if (!info) {
    snprintf(error->message, sizeof error->message, "out of memory");
  } else if (!setjmp(png_jmpbuf(png))) {
    prepare_reader(png, &session);
    png_read_info(png, info);
    set_transformations(png, info);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    if (png_get_rowbytes(png, info) != width * 4) png_error(png, "the image does not become RGBA");
    if (!pixels) scratch = calloc(width, 4);
    if (!pixels && !scratch) png_error(png, "out of memory");
    for (int pass = 0; pass < passes; pass++) {
      for (size_t row = 0; row < height; row++) {
        png_read_row(png, pixels ? pixels + row * width * 4 : scratch, NULL);
      }
    }
    png_read_end(png, NULL);
    done = true;
  }
  free(scratch);
  png_structp png_value = png;
  png_infop info_value = info;
  png_destroy_read_struct(&png_value, &info_value, NULL);
  return done;
}

static void write_output(png_structp png, png_bytep source, size_t count) {
  struct session *session = png_get_io_ptr(png);
  if (count > session->output_capacity - session->output_count) {
    size_t capacity = session->output_capacity * 2 + count + 4096;
    uint8_t *grown = realloc(session->output, capacity);
    if (!grown) png_error(png, "out of memory");
    session->output = grown;
    session->output_capacity = capacity;
  }
  memcpy(session->output + session->output_count, source, count);
  session->output_count += count;
}

static void flush_output(png_structp png) { (void)png; }

bool cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, unsigned channels, uint8_t **encoded,
                 size_t *count, struct cpng_error *error) {
  struct session session = {.error = error};
  // The callbacks change the session between setjmp and longjmp: it is reached by pointer, so its values are kept.
  struct session *volatile current = &session;
  png_structp volatile png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &session, fail, ignore_warning);
  png_infop volatile info = png ? png_create_info_struct(png) : NULL;
  bool done = false;
  if (!info) {
    snprintf(error->message, sizeof error->message, "out of memory");
  } else if (!setjmp(png_jmpbuf(png))) {
    png_set_write_fn(png, current, write_output, flush_output);
    png_set_user_limits(png, LARGEST_SIDE, LARGEST_SIDE);
    int type = channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB;
    png_set_IHDR(png, info, width, height, 8, type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    // Everything that shapes the bytes is fixed here, so equal pixels give equal files.
    png_set_compression_level(png, 6);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
    png_write_info(png, info);
    for (uint32_t row = 0; row < height; row++) png_write_row(png, pixels + (size_t)row * width * channels);
    png_write_end(png, info);
    done = true;
  }
  png_structp png_value = png;
  png_infop info_value = info;
  png_destroy_write_struct(&png_value, &info_value);
  if (done) {
    *encoded = current->output;
    *count = current->output_count;
  } else {
    free(current->output);
  }
  return done;
}

void cpng_release(uint8_t *encoded) { free(encoded); }
