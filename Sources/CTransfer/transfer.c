#define _POSIX_C_SOURCE 200809L  // clock_gettime

#include "CTransfer.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

// The part of libcurl's stable interface that is used here (curl/curl.h and curl/multi.h, soname libcurl.so.4).
typedef void CURL;
typedef void CURLM;
struct curl_slist;
struct curl_message {
  int kind;
  CURL *handle;
  union {
    void *pointer;
    int code;
  } data;
};
enum {
  CURLE_OK = 0,
  CURLE_UNSUPPORTED_PROTOCOL = 1,
  CURLE_URL_MALFORMAT = 3,
  CURLE_COULDNT_RESOLVE_PROXY = 5,
  CURLE_COULDNT_RESOLVE_HOST = 6,
  CURLE_COULDNT_CONNECT = 7,
  CURLE_WRITE_ERROR = 23,
  CURLE_OPERATION_TIMEDOUT = 28,
  CURLE_SSL_CONNECT_ERROR = 35,
  CURLE_ABORTED_BY_CALLBACK = 42,
  CURLE_PEER_FAILED_VERIFICATION = 60,
  CURLE_SSL_CACERT_BADFILE = 77
};
enum {
  CURLOPT_LOW_SPEED_LIMIT = 19,
  CURLOPT_LOW_SPEED_TIME = 20,
  CURLOPT_NOPROGRESS = 43,
  CURLOPT_NOBODY = 44,
  CURLOPT_FOLLOWLOCATION = 52,
  CURLOPT_MAXREDIRS = 68,
  CURLOPT_CONNECTTIMEOUT = 78,
  CURLOPT_NOSIGNAL = 99,
  CURLOPT_QUICK_EXIT = 322,
  CURLOPT_WRITEDATA = 10001,
  CURLOPT_URL = 10002,
  CURLOPT_ERRORBUFFER = 10010,
  CURLOPT_POSTFIELDS = 10015,
  CURLOPT_USERAGENT = 10018,
  CURLOPT_HTTPHEADER = 10023,
  CURLOPT_HEADERDATA = 10029,
  CURLOPT_XFERINFODATA = 10057,
  CURLOPT_NOPROXY = 10177,
  CURLOPT_WRITEFUNCTION = 20011,
  CURLOPT_HEADERFUNCTION = 20079,
  CURLOPT_XFERINFOFUNCTION = 20219,
  CURLOPT_POSTFIELDSIZE_LARGE = 30120
};
enum { CURL_GLOBAL_DEFAULT = 3, CURLINFO_RESPONSE_CODE = 0x200002, CURLM_OK = 0, CURLMSG_DONE = 1 };

struct library {
  bool loaded;
  int (*global_init)(long);
  CURL *(*easy_init)(void);
  int (*easy_setopt)(CURL *, int, ...);
  int (*easy_perform)(CURL *);
  int (*easy_getinfo)(CURL *, int, ...);
  void (*easy_cleanup)(CURL *);
  const char *(*easy_strerror)(int);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  // Since libcurl 7.68; what can be ended at once needs them, downloads do not.
  bool has_wakeup;
  CURLM *(*multi_init)(void);
  int (*multi_add_handle)(CURLM *, CURL *);
  int (*multi_remove_handle)(CURLM *, CURL *);
  int (*multi_perform)(CURLM *, int *);
  int (*multi_poll)(CURLM *, void *, unsigned, int, int *);
  int (*multi_wakeup)(CURLM *);
  struct curl_message *(*multi_info_read)(CURLM *, int *);
  int (*multi_cleanup)(CURLM *);
};

static struct library curl;
static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void load_library(void) {
  static const char *const names[] = {"libcurl.so.4", "libcurl.4.dylib", "libcurl-gnutls.so.4"};
  void *handle = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !handle; i++) handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
  *(void **)&curl.global_init = dlsym(handle, "curl_global_init");
  *(void **)&curl.easy_init = dlsym(handle, "curl_easy_init");
  *(void **)&curl.easy_setopt = dlsym(handle, "curl_easy_setopt");
  *(void **)&curl.easy_perform = dlsym(handle, "curl_easy_perform");
  *(void **)&curl.easy_getinfo = dlsym(handle, "curl_easy_getinfo");
  *(void **)&curl.easy_cleanup = dlsym(handle, "curl_easy_cleanup");
  *(void **)&curl.easy_strerror = dlsym(handle, "curl_easy_strerror");
  *(void **)&curl.slist_append = dlsym(handle, "curl_slist_append");
  *(void **)&curl.slist_free_all = dlsym(handle, "curl_slist_free_all");
  curl.loaded = curl.global_init && curl.easy_init && curl.easy_setopt && curl.easy_perform && curl.easy_getinfo &&
                curl.easy_cleanup && curl.easy_strerror && curl.slist_append && curl.slist_free_all &&
                curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  *(void **)&curl.multi_init = dlsym(handle, "curl_multi_init");
  *(void **)&curl.multi_add_handle = dlsym(handle, "curl_multi_add_handle");
  *(void **)&curl.multi_remove_handle = dlsym(handle, "curl_multi_remove_handle");
  *(void **)&curl.multi_perform = dlsym(handle, "curl_multi_perform");
  *(void **)&curl.multi_poll = dlsym(handle, "curl_multi_poll");
  *(void **)&curl.multi_wakeup = dlsym(handle, "curl_multi_wakeup");
  *(void **)&curl.multi_info_read = dlsym(handle, "curl_multi_info_read");
  *(void **)&curl.multi_cleanup = dlsym(handle, "curl_multi_cleanup");
  curl.has_wakeup = curl.loaded && curl.multi_init && curl.multi_add_handle && curl.multi_remove_handle &&
                    curl.multi_perform && curl.multi_poll && curl.multi_wakeup && curl.multi_info_read &&
                    curl.multi_cleanup;
}

struct transfer_stop {
  CURLM *multi;  // of the transfers that it can end, one at a time
  atomic_bool requested;
};

struct transfer_stop *transfer_stop_create(void) {
  pthread_once(&curl_once, load_library);
  if (!curl.has_wakeup) return NULL;
  struct transfer_stop *stop = calloc(1, sizeof *stop);
  if (stop) stop->multi = curl.multi_init();
  if (stop && stop->multi) return stop;
  free(stop);
  return NULL;
}

void transfer_stop_request(struct transfer_stop *stop) {
  atomic_store(&stop->requested, true);
  curl.multi_wakeup(stop->multi);
}

void transfer_stop_destroy(struct transfer_stop *stop) {
  curl.multi_cleanup(stop->multi);
  free(stop);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct progress {
  const struct transfer_request *request;
  long status;             // of the response whose headers are being read
  int64_t content_length;
  bool announced;          // the final response was passed on
  bool stopped;            // a callback or another thread asked to stop
  bool stalled;            // nothing arrived for request->stall_seconds
  double latest;           // when something arrived last, or the start
};

static size_t on_header(char *bytes, size_t size, size_t count, void *data) {
  struct progress *progress = data;
  progress->latest = now();
  size_t all = size * count, length = all;
  while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) length--;
  if (length >= 5 && !memcmp(bytes, "HTTP/", 5)) {
    const char *space = memchr(bytes, ' ', length);
    progress->status = 0;
    progress->content_length = -1;
    for (const char *c = space ? space + 1 : bytes + length; c < bytes + length && *c >= '0' && *c <= '9'; c++)
      if (progress->status < 1000) progress->status = progress->status * 10 + (*c - '0');
  } else if (length > 15 && !strncasecmp(bytes, "content-length:", 15)) {
    int64_t value = 0;
    size_t i = 15;
    while (i < length && bytes[i] == ' ') i++;
    for (; i < length && bytes[i] >= '0' && bytes[i] <= '9' && value < INT64_MAX / 20; i++)
      value = value * 10 + (bytes[i] - '0');
    progress->content_length = value;
  }
  if (progress->request->header && length > 0) progress->request->header(progress->request->context, bytes, length);
  return all;
}

static bool announce(struct progress *progress) {
  const struct transfer_request *request = progress->request;
  if (progress->announced) return true;
  progress->announced = true;
  return !request->response || request->response(request->context, progress->status, progress->content_length);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data) {
  struct progress *progress = data;
  const struct transfer_request *request = progress->request;
  progress->latest = now();
  if (!announce(progress)) {
    progress->stopped = true;
    return 0;
  }
  if (progress->status != 200 && progress->status != 206 && !request->any_status) return size * count;
  if (request->body && !request->body(request->context, bytes, size * count)) {
    progress->stopped = true;
    return 0;
  }
  return size * count;
}

static int on_progress(void *data, int64_t a, int64_t b, int64_t c, int64_t d) {
  (void)a, (void)b, (void)c, (void)d;
  struct progress *progress = data;
  if (!progress->request->pulse || progress->request->pulse(progress->request->context)) return 0;
  progress->stopped = true;
  return 1;
}

static void configure(CURL *handle, const struct transfer_request *request, struct progress *progress, char *message) {
  curl.easy_setopt(handle, CURLOPT_URL, request->url);
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_USERAGENT, "lathe");
  curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, request->connect_seconds > 0 ? request->connect_seconds : 20L);
  // A name server that does not answer must not hold up a transfer that was ended.
  curl.easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  if (request->no_proxy) curl.easy_setopt(handle, CURLOPT_NOPROXY, "*");
  if (!request->stop) {
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, request->stall_seconds);
  }
  curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
  curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl.easy_setopt(handle, CURLOPT_WRITEDATA, (void *)progress);
  curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl.easy_setopt(handle, CURLOPT_HEADERDATA, (void *)progress);
  curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl.easy_setopt(handle, CURLOPT_XFERINFODATA, (void *)progress);
  if (request->post) {
    curl.easy_setopt(handle, CURLOPT_POSTFIELDS, request->post);
    curl.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, request->post_length);
  }
  if (request->head_only) curl.easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (!request->head_only && !request->no_redirects) {
    curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl.easy_setopt(handle, CURLOPT_MAXREDIRS, 10L);
  }
}

static enum transfer_outcome outcome_of(int code, const struct progress *progress) {
  if (progress->stopped) return TRANSFER_STOPPED;
  if (progress->stalled) return TRANSFER_STALLED;
  switch (code) {
    case CURLE_OK: return TRANSFER_DONE;
    // With a stop, libcurl itself limits only the time to connect.
    case CURLE_OPERATION_TIMEDOUT: return progress->request->stop ? TRANSFER_NOT_REACHED : TRANSFER_INTERRUPTED;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return TRANSFER_NOT_REACHED;
    default: return TRANSFER_INTERRUPTED;
  }
}

// Runs a transfer that ends as soon as request->stop says so, however little arrives.
static int perform_stoppable(CURL *handle, struct progress *progress) {
  struct transfer_stop *stop = progress->request->stop;
  int running = 1, left = 0, code = CURLE_ABORTED_BY_CALLBACK;
  if (curl.multi_add_handle(stop->multi, handle) != CURLM_OK) return code;
  while (running) {
    progress->stopped = atomic_load(&stop->requested);
    double rest = progress->latest + (double)progress->request->stall_seconds - now();
    progress->stalled = !progress->stopped && rest <= 0;
    if (progress->stopped || progress->stalled || curl.multi_perform(stop->multi, &running) != CURLM_OK) break;
    // A request between the check and here makes this call return at once.
    if (running) curl.multi_poll(stop->multi, NULL, 0, rest < 3600 ? (int)(rest * 1000) + 1 : 3600000, NULL);
  }
  for (struct curl_message *message; (message = curl.multi_info_read(stop->multi, &left));)
    if (message->kind == CURLMSG_DONE) code = message->data.code;
  curl.multi_remove_handle(stop->multi, handle);
  return code;
}

struct transfer_result transfer_run(const struct transfer_request *request) {
  struct transfer_result result = {.outcome = TRANSFER_NO_LIBRARY};
  pthread_once(&curl_once, load_library);
  CURL *handle = curl.loaded ? curl.easy_init() : NULL;
  if (!handle) {
    snprintf(result.message, sizeof result.message, "libcurl.so.4 is not on this machine");
    return result;
  }
  struct progress progress = {.request = request, .content_length = -1, .latest = now()};
  char message[256] = "";  // CURL_ERROR_SIZE
  configure(handle, request, &progress, message);
  // The range goes as a header of our own: libcurl's own resume fails where a server answers with the whole file.
  char range[64];
  struct curl_slist *headers = NULL;
  if (request->resume_from > 0) {
    snprintf(range, sizeof range, "Range: bytes=%lld-", (long long)request->resume_from);
    headers = curl.slist_append(headers, range);
  }
  for (const char *const *line = request->headers; line && *line; line++) {
    struct curl_slist *longer = curl.slist_append(headers, *line);
    if (longer) headers = longer;
  }
  if (headers) curl.easy_setopt(handle, CURLOPT_HTTPHEADER, headers);

  int code = request->stop ? perform_stoppable(handle, &progress) : curl.easy_perform(handle);
  curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &result.status);
  // An empty body never reaches on_body.
  if (code == CURLE_OK && !announce(&progress)) progress.stopped = true;
  result.outcome = outcome_of(code, &progress);
  if (code != CURLE_OK)
    snprintf(result.message, sizeof result.message, "%s", *message ? message : curl.easy_strerror(code));
  curl.slist_free_all(headers);
  curl.easy_cleanup(handle);
  return result;
}
