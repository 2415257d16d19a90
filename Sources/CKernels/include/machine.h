// What the system says of the machine.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Processors this process may run on: a container or an affinity mask may allow fewer than the machine has.
int available_processors(void);

// Bytes of the data cache of a level, 1 to 3, as one core sees it; 0 where there is none or the system does not say.
size_t cache_bytes(int level);
