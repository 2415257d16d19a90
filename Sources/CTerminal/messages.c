// Standard error while the alternate screen is up: what is written there (a Swift trap's reason, a library's complaint)
// would disturb the screen and be lost with it. It is held in a file in memory and shown on the main screen afterwards,
// also after a crash.

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "terminal_private.h"

static volatile sig_atomic_t kept = -1;

void messages_hold(void) {
  if (kept >= 0 || !isatty(STDERR_FILENO)) return;
  int memory = memory_file("messages");
  if (memory < 0) return;
  int copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  // Appending, so that other openings of the file do not write over each other.
  fcntl(memory, F_SETFL, O_APPEND);
  if (copy >= 0 && dup2(memory, STDERR_FILENO) >= 0) kept = copy;
  close(memory);
}

bool messages_held(void) { return kept >= 0; }

// Only async-signal-safe calls.
void messages_release(void) {
  if (kept < 0) return;
  int memory = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  dup2(kept, STDERR_FILENO);
  close(kept);
  kept = -1;
  if (memory < 0) return;
  char text[1024];
  off_t place = 0;
  ssize_t count;
  while ((count = pread(memory, text, sizeof text, place)) > 0) {
    place += count;
    for (ssize_t i = 0; i < count; i++) {
      // Only line ends and tabs of what a terminal would act on.
      unsigned char byte = (unsigned char)text[i];
      if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) text[i] = '?';
    }
    if (write(STDERR_FILENO, text, (size_t)count) < 0 && errno != EINTR) break;
  }
  close(memory);
}
