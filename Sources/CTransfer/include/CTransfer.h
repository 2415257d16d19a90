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
  TRANSFER_STALLED,      // nothing arrived for too long (transfers with a `stop` only)
  TRANSFER_STOPPED       // a callback or another thread asked to stop
};

// Called for the final response, after redirects, before its first byte.
// content_length: bytes of the body, -1 unknown. Returns false to stop.
typedef bool (*transfer_response)(void *context, long status, int64_t content_length);
// Called for each header line of every response, redirects included ("Name: value", no line end).
typedef void (*transfer_header)(void *context, const char *line, size_t length);
// Called with body bytes of a response with status 200 or 206 (or any, where asked for). Returns false to stop.
typedef bool (*transfer_body)(void *context, const void *bytes, size_t count);
// Called about once a second also while nothing arrives. Returns false to stop.
typedef bool (*transfer_pulse)(void *context);

// By which another thread ends a transfer at once, whether anything arrives or not. Once requested it ends every
// transfer that is given it. One transfer at a time.
struct transfer_stop;
// NULL where libcurl is missing or older than 7.68.
struct transfer_stop *transfer_stop_create(void);
void transfer_stop_request(struct transfer_stop *stop);  // from any thread
void transfer_stop_destroy(struct transfer_stop *stop);  // when no transfer uses it any more

struct transfer_request {
  const char *url;
  const char *const *headers;  // NULL-terminated "Name: value" lines, or NULL; credentials are dropped on other hosts
  int64_t resume_from;         // first byte wanted, 0 for all
  bool head_only;              // ask for headers alone, and do not follow redirects
  bool no_redirects;           // a redirect is an answer like any other
  bool any_status;             // pass on the bodies of all responses
  bool no_proxy;               // go to the host itself, whatever the environment says
  const void *post;            // body of a POST request, or NULL for GET
  int64_t post_length;
  long connect_seconds;        // give up when there is no connection after so long; 0 takes the usual 20
  long stall_seconds;          // give up when fewer than 100 bytes a second arrive for so long; with `stop`: none at all
  struct transfer_stop *stop;  // or NULL
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
