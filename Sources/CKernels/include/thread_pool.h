// One pool of threads for all kernels: workers spin briefly after a job, then sleep.
#pragma once
#include <stddef.h>

struct thread_pool;

// Work over items [begin, end) of a job, run by thread `thread` (0 is the caller's).
typedef void (*pool_work)(void *context, size_t begin, size_t end, int thread);

// Creates a pool that runs jobs on `threads` threads, the calling one included. NULL when threads cannot be made.
struct thread_pool *thread_pool_create(int threads);
void thread_pool_destroy(struct thread_pool *pool);
int thread_pool_size(const struct thread_pool *pool);

// Runs `work` over [0, count) in chunks that threads take in turn; returns when all are done. A chunk starts at a
// multiple of `grain` and has a multiple of it, but for the last. One job at a time: a second caller waits; `work` must
// not run another job on the same pool. What a chunk computes must not depend on how the range was cut.
void thread_pool_run(struct thread_pool *pool, size_t count, size_t grain, pool_work work, void *context);
