// What a program that dies cannot do for itself: nothing runs in it after SIGKILL, which is also how the kernel ends a
// process when memory is out. A small shell waits at a pipe and, when the other end goes without a word, gives the
// terminal its main screen back and shows there what was held of standard error. (Shells restore the modes of a terminal
// themselves, but not what is shown.)

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "terminal_private.h"

static volatile sig_atomic_t pipe_end = -1;
static pid_t shell;

// Only line ends and tabs of what a terminal would act on; the modes may still be raw, where a line feed goes straight
// down.
static char script[] =
    "read -r word && exit; printf %s \"$1\"; return=$(printf '\\r'); "
    "{ tr '\\000-\\010\\013-\\037\\177' '[?*]' </proc/self/fd/3; "
    "echo 'lathe was killed; what it recorded is kept, and its next start offers to go on.'; } | sed \"s/\\$/$return/\"";

void guardian_start(int terminal, const char *sequence) {
  if (pipe_end >= 0) return;
  int ends[2];
  if (pipe(ends) != 0) return;
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, terminal, STDOUT_FILENO);
  if (messages_held()) posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDERR_FILENO + 1);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  // Nothing else of the program stays open in it: a pipe or a terminal's other end would not be seen to close.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1 + messages_held());
#endif
  // A group of its own: it is not stopped together with the program, nor does it take part in its job.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t set;
  sigfillset(&set);
  posix_spawnattr_setsigdefault(&attributes, &set);
  sigemptyset(&set);
  posix_spawnattr_setsigmask(&attributes, &set);
  char *environment[] = {"PATH=/usr/bin:/bin", NULL};
  char *arguments[] = {"sh", "-c", script, "guardian", (char *)sequence, NULL};
  int fault = posix_spawn(&shell, "/bin/sh", &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[0]);
  if (fault != 0) {
    close(ends[1]);
    return;
  }
  pipe_end = ends[1];
}

// Only async-signal-safe calls: a crash handler restores the terminal itself.
void guardian_dismiss(void) {
  int end = pipe_end;
  if (end < 0) return;
  pipe_end = -1;
  if (write(end, "\n", 1) < 0) { /* It is gone: nothing to dismiss. */ }
  close(end);
  while (waitpid(shell, NULL, 0) < 0 && errno == EINTR) {}
}
