// What the system says of the machine.
#pragma once
#include <stddef.h>

// Bytes of the data cache of a level, 1 to 3, as one core sees it; 0 where there is none or the system does not say.
size_t cache_bytes(int level);
