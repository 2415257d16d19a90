// Umbrella of the kernel module.
#pragma once
#include "elements.h"
#include "kernels.h"
#include "machine.h"
#include "thread_pool.h"
