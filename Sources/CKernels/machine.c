// What the system says of the machine.
#define _GNU_SOURCE  // sched_getaffinity
#include "machine.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <stdint.h>
#include <sys/sysctl.h>
#endif

int available_processors(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

#if defined(__APPLE__)
size_t cache_bytes(int level) {
  static const char *const names[] = {"hw.l1dcachesize", "hw.l2cachesize", "hw.l3cachesize"};
  int64_t size = 0;
  size_t length = sizeof size;
  if (level < 1 || level > 3 || sysctlbyname(names[level - 1], &size, &length, NULL, 0) != 0) return 0;
  return size > 0 ? (size_t)size : 0;
}
#else
// The first word of a file about a cache of the first processor; false where there is none.
static bool read_cache_word(int index, const char *name, char word[16]) {
  char path[80];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  bool is_read = fscanf(file, "%15s", word) == 1;
  fclose(file);
  return is_read;
}

// The kernel's view: processors in virtual machines and sysconf tell of caches that the machine was not given.
size_t cache_bytes(int level) {
  char word[16];
  for (int index = 0; read_cache_word(index, "level", word); index++) {
    int its_level;
    if (sscanf(word, "%d", &its_level) != 1 || its_level != level) continue;
    if (!read_cache_word(index, "type", word) || strcmp(word, "Instruction") == 0) continue;
    size_t size;
    char unit = 0;
    if (!read_cache_word(index, "size", word) || sscanf(word, "%zu%c", &size, &unit) < 1) return 0;
    return unit == 'K' ? size << 10 : unit == 'M' ? size << 20 : size;
  }
  return 0;
}
#endif
