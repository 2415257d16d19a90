// HTTP(S) transfers through the system's libcurl, which is looked up when the first transfer starts: a program that
// never downloads neither needs nor loads it.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transfer_outcome {
  TRANSFER_DONE,         // the whole response arrived; `status` says what the server thought of it
  TRANSFER_NO_LIBRARY,   // libcurl.so.4 is not on this machine
  TRANSFER_NOT_REACHED,  // name not resolved, connection refused, TLS refused: nothing arrived
  TRANSFER_INTERRUPTED,  // the connection broke, stalled, or ended early
  TRANSFER_STOPPED       // a callback asked to stop
};

// Called for the final response, after redirects, before its first byte.
// content_length: bytes of the body, -1 unknown. Returns false to stop.
typedef bool (*transfer_response)(void *context, long status, int64_t content_length);
// Called for each header line of every response, redirects included ("Name: value", no line end).
typedef void (*transfer_header)(void *context, const char *line, size_t length);
// Called with body bytes of a response with status 200 or 206. Returns false to stop.
typedef bool (*transfer_body)(void *context, const void *bytes, size_t count);
// Called about once a second also while nothing arrives. Returns false to stop.
typedef bool (*transfer_pulse)(void *context);

struct transfer_request {
  const char *url;
  const char *const *headers;  // NULL-terminated "Name: value" lines, or NULL; credentials are dropped on other hosts
  int64_t resume_from;         // first byte wanted, 0 for all
  bool head_only;              // ask for headers alone, and do not follow redirects
  long stall_seconds;          // give up when fewer than 100 bytes a second arrive for so long
  void *context;
  transfer_response response;
  transfer_header header;
  transfer_body body;
  transfer_pulse pulse;
};

struct transfer_result {
  enum transfer_outcome outcome;
  long status;        // HTTP status, 0 when none arrived
  char message[256];  // libcurl's words for what went wrong
};

// Runs one transfer and returns when it is over. May be called from several threads.
struct transfer_result transfer_run(const struct transfer_request *request);
