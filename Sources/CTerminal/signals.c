// Signals as bytes in a pipe, and the terminal restored when the program crashes or calls exit().

#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE 1
#define _DARWIN_C_SOURCE 1

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CTerminal.h"
#include "terminal_private.h"

static struct {
  volatile sig_atomic_t armed;
  int descriptor;
  struct termios modes;
  char sequence[512];
  size_t length;
} restoration;

static volatile sig_atomic_t event_descriptor = -1;

void restore_prepare(int descriptor, const struct termios *modes, const char *sequence, size_t length) {
  restoration.armed = 0;
  restoration.descriptor = descriptor;
  restoration.modes = *modes;
  restoration.length = length < sizeof restoration.sequence ? length : sizeof restoration.sequence;
  memcpy(restoration.sequence, sequence, restoration.length);
}

void restore_arm(int armed) { restoration.armed = armed; }

// Only async-signal-safe calls.
static void restore_now(void) {
  if (!restoration.armed) return;
  restoration.armed = 0;
  guardian_dismiss();
  // A background process that sets terminal modes would be stopped.
  sigset_t block, before;
  sigemptyset(&block);
  sigaddset(&block, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &block, &before);
  size_t done = 0;
  while (done < restoration.length) {
    ssize_t count = write(restoration.descriptor, restoration.sequence + done, restoration.length - done);
    if (count <= 0 && errno != EINTR) break;
    if (count > 0) done += (size_t)count;
  }
  // What has come meanwhile are mostly answers to questions, which the shell would take for typing.
  tcflush(restoration.descriptor, TCIFLUSH);
  tcsetattr(restoration.descriptor, TCSANOW, &restoration.modes);
  messages_release();
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static const int event_signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGINT, SIGHUP};
static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT};
enum {
  event_count = sizeof event_signals / sizeof *event_signals,
  crash_count = sizeof crash_signals / sizeof *crash_signals
};
static struct sigaction event_before[event_count], crash_before[crash_count];
static bool installed;
// Swift's backtracer is a handler before ours and asks questions at a terminal: it gets its turn only where asked for.
static bool passes_on;

static void on_event(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe already holds what the program needs to know.
  if (event_descriptor >= 0 && write(event_descriptor, &byte, 1) < 0) { errno = saved; }
  errno = saved;
}

// What asks for more memory than there is traps without a word. Only async-signal-safe calls.
static void tell_of_memory(void) {
  static const char text[] =
      "lathe: memory ran out; what was recorded is kept, and the next start offers to go on. A smaller --context or model "
      "needs less.\n";
  size_t size = (size_t)256 << 20;
  void *probe = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe != MAP_FAILED) {
    munmap(probe, size);
  } else if (errno == ENOMEM && write(STDERR_FILENO, text, sizeof text - 1) < 0) {
    // Nobody reads it.
  }
}

static void on_crash(int number) {
  restore_now();
  if (number != SIGQUIT) tell_of_memory();
  struct sigaction next;
  memset(&next, 0, sizeof next);
  next.sa_handler = SIG_DFL;
  sigemptyset(&next.sa_mask);
  for (int i = 0; i < crash_count; i++)
    if (crash_signals[i] == number && passes_on) next = crash_before[i];
  sigaction(number, &next, NULL);
  // Unblocked first: the signal is delivered again at once, to the handler before ours or the default action.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  raise(number);
}

void signals_install(int descriptor) {
  static bool at_exit_registered;
  if (!at_exit_registered) {
    at_exit_registered = true;
    atexit(restore_now);
  }
  // The crash may be an overflow of this thread's stack.
  static char *stack;
  size_t size = 64 * 1024;
  if (!stack && (stack = malloc(size))) {
    stack_t alternate = {.ss_sp = stack, .ss_size = size};
    sigaltstack(&alternate, NULL);
  }
  passes_on = getenv("SWIFT_BACKTRACE") != NULL;
  event_descriptor = descriptor;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_event;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  for (int i = 0; i < event_count; i++) {
    // nohup and its like: what is ignored from the start stays ignored.
    sigaction(event_signals[i], NULL, &event_before[i]);
    if (event_signals[i] == SIGHUP && event_before[i].sa_handler == SIG_IGN) continue;
    sigaction(event_signals[i], &action, NULL);
  }
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  for (int i = 0; i < crash_count; i++) sigaction(crash_signals[i], &action, &crash_before[i]);
  installed = true;
}

void signals_remove(void) {
  if (!installed) return;
  installed = false;
  for (int i = 0; i < event_count; i++) sigaction(event_signals[i], &event_before[i], NULL);
  for (int i = 0; i < crash_count; i++) sigaction(crash_signals[i], &crash_before[i], NULL);
  event_descriptor = -1;
}

void terminal_stop(bool whole_group) {
  struct sigaction before, action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  if (whole_group) {
    // The others first, while this process ignores the signal; then itself, at a known point.
    action.sa_handler = SIG_IGN;
    sigaction(SIGTSTP, &action, &before);
    kill(0, SIGTSTP);
  } else {
    sigaction(SIGTSTP, NULL, &before);
  }
  action.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &action, NULL);
  raise(SIGTSTP);
  sigaction(SIGTSTP, &before, NULL);
}
