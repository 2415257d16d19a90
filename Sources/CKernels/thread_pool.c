// The thread pool. Workers enter a job by themselves and the caller waits only for those that did: a worker that sleeps
// or has lost its core to another process delays nobody, and after a fork a caller simply works alone.
#define _GNU_SOURCE  // clocks and signals
#include "thread_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
  CACHE_LINE = 64,
  SHARES_PER_THREAD = 2,     // a chunk is this part of a thread's share of what is left
  BUSY_NANOSECONDS = 30000,  // waiting before sleeping
  LOOKS_PER_CLOCK_READING = 64,
};

// The state of the job in one word, so that entering, taking a chunk and leaving are one exchange each: how many workers
// are inside, and how many grains nobody has taken. Without any left there is no job to enter.
static uint32_t inside(uint64_t state) { return (uint32_t)(state >> 32); }
static uint32_t grains_left(uint64_t state) { return (uint32_t)state; }
#define ONE_INSIDE ((uint64_t)1 << 32)

struct thread_pool {
  // One cache line: who takes a chunk has the job with it.
  alignas(CACHE_LINE) _Atomic uint64_t state;
  struct job {
    size_t count, grain;
    uint32_t grains;
    pool_work work;
    void *context;
  } job;  // written by the caller while no worker is inside

  alignas(CACHE_LINE) atomic_int sleeping_workers;
  atomic_bool caller_sleeps;
  atomic_bool stopping;
  pthread_mutex_t sleep_lock;
  pthread_cond_t job_opened, job_left;

  pthread_mutex_t callers;  // held for the length of a job
  int threads;
  pid_t process;
  struct worker {
    struct thread_pool *pool;
    int index;
    pthread_t thread;
  } workers[];
};

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool has_work(uint64_t state) { return grains_left(state) != 0; }
static bool is_empty(uint64_t state) { return inside(state) == 0; }

// Looks at the state until the test holds for it; false when it is time to sleep. The core is not yielded in between: a
// scheduler may take the rest of a yielding thread's time, whereas one that sleeps comes back as soon as it is woken.
static inline bool wait_busily(struct thread_pool *pool, bool (*test)(uint64_t)) {
  int64_t begin = 0, now = 0;
  do {
    for (int i = 0; i < LOOKS_PER_CLOCK_READING; i++) {
      if (test(atomic_load_explicit(&pool->state, memory_order_acquire))) return true;
      pause_briefly();
    }
    now = nanoseconds_now();
    if (begin == 0) begin = now;
  } while (now - begin < BUSY_NANOSECONDS);
  return false;
}

// Takes the next chunk, and adds `entering` to the state with the first; false when none is left. Chunks get shorter
// towards the end (guided self-scheduling; Polychronopoulos and Kuck 1987), so that there are few of them and yet
// threads of different speed end together.
static bool take_chunk(struct thread_pool *pool, uint64_t entering, uint32_t *left, uint32_t *length) {
  uint32_t shares = (uint32_t)pool->threads * SHARES_PER_THREAD;
  uint64_t state = atomic_load_explicit(&pool->state, memory_order_relaxed);
  do {
    *left = grains_left(state);
    if (*left == 0) return false;
    *length = (*left - 1) / shares + 1;
  } while (!atomic_compare_exchange_weak_explicit(&pool->state, &state, state + entering - *length,
                                                  memory_order_acquire, memory_order_relaxed));
  return true;
}

// Works until no chunk is left; false when there was none from the beginning.
static bool work_on_job(struct thread_pool *pool, int thread) {
  uint32_t left, length;
  if (!take_chunk(pool, thread == 0 ? 0 : ONE_INSIDE, &left, &length)) return false;
  struct job job = pool->job;
  do {
    size_t begin = (size_t)(job.grains - left) * job.grain;
    size_t end = length == left ? job.count : begin + length * job.grain;
    job.work(job.context, begin, end, thread);
  } while (take_chunk(pool, 0, &left, &length));
  return true;
}

static void leave_job(struct thread_pool *pool) {
  uint64_t state = atomic_fetch_sub(&pool->state, ONE_INSIDE) - ONE_INSIDE;
  if (is_empty(state) && atomic_load(&pool->caller_sleeps)) {
    pthread_mutex_lock(&pool->sleep_lock);
    pthread_cond_signal(&pool->job_left);
    pthread_mutex_unlock(&pool->sleep_lock);
  }
}

static void sleep_until_job(struct thread_pool *pool) {
  pthread_mutex_lock(&pool->sleep_lock);
  // Either this thread sees the job opened after this, or the one who opens it sees a sleeper and takes the lock.
  atomic_fetch_add(&pool->sleeping_workers, 1);
  while (!has_work(atomic_load(&pool->state)) && !atomic_load(&pool->stopping)) {
    pthread_cond_wait(&pool->job_opened, &pool->sleep_lock);
  }
  atomic_fetch_sub(&pool->sleeping_workers, 1);
  pthread_mutex_unlock(&pool->sleep_lock);
}

static void *work_until_stopped(void *argument) {
  struct worker *worker = argument;
  struct thread_pool *pool = worker->pool;
  while (!atomic_load(&pool->stopping)) {
    if (!wait_busily(pool, has_work)) sleep_until_job(pool);
    if (work_on_job(pool, worker->index)) leave_job(pool);
  }
  return NULL;
}

// Starts the workers with the signals blocked that other threads are there to handle; a fault stays the fault of the
// thread that made it.
static int start_workers(struct thread_pool *pool) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
  sigset_t blocked, previous;
  sigfillset(&blocked);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) sigdelset(&blocked, faults[i]);
  pthread_sigmask(SIG_SETMASK, &blocked, &previous);
  int started = 1;
  while (started < pool->threads) {
    struct worker *worker = &pool->workers[started];
    worker->pool = pool;
    worker->index = started;
    if (pthread_create(&worker->thread, NULL, work_until_stopped, worker) != 0) break;
    started++;
  }
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return started;
}

struct thread_pool *thread_pool_create(int threads) {
  if (threads < 1) threads = 1;
  size_t bytes = sizeof(struct thread_pool) + (size_t)threads * sizeof(struct worker);
  struct thread_pool *pool = aligned_alloc(CACHE_LINE, (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
  if (pool == NULL) return NULL;
  atomic_init(&pool->state, 0);
  atomic_init(&pool->sleeping_workers, 0);
  atomic_init(&pool->caller_sleeps, false);
  atomic_init(&pool->stopping, false);
  pthread_mutex_init(&pool->sleep_lock, NULL);
  pthread_mutex_init(&pool->callers, NULL);
  pthread_cond_init(&pool->job_opened, NULL);
  pthread_cond_init(&pool->job_left, NULL);
  pool->process = getpid();
  pool->threads = threads;
  int started = start_workers(pool);
  if (started < threads) {
    pool->threads = started;
    thread_pool_destroy(pool);
    return NULL;
  }
  return pool;
}

void thread_pool_destroy(struct thread_pool *pool) {
  if (pool == NULL) return;
  // A forked child has no workers, and what they held at the fork stays held.
  if (pool->process == getpid()) {
    pthread_mutex_lock(&pool->sleep_lock);
    atomic_store(&pool->stopping, true);
    pthread_cond_broadcast(&pool->job_opened);
    pthread_mutex_unlock(&pool->sleep_lock);
    for (int i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->job_left);
    pthread_cond_destroy(&pool->job_opened);
    pthread_mutex_destroy(&pool->callers);
    pthread_mutex_destroy(&pool->sleep_lock);
  }
  free(pool);
}

int thread_pool_size(const struct thread_pool *pool) { return pool->threads; }

static struct job make_job(size_t count, size_t grain, pool_work work, void *context) {
  if (grain == 0) grain = 1;
  // Their number must fit half a word of state.
  while ((count - 1) / grain >= UINT32_MAX) grain *= 2;
  return (struct job){.count = count, .grain = grain, .grains = (uint32_t)((count - 1) / grain + 1), .work = work,
                      .context = context};
}

static void open_job(struct thread_pool *pool, struct job job) {
  pool->job = job;
  atomic_store(&pool->state, job.grains);
  if (atomic_load(&pool->sleeping_workers) == 0) return;
  pthread_mutex_lock(&pool->sleep_lock);
  pthread_cond_broadcast(&pool->job_opened);
  pthread_mutex_unlock(&pool->sleep_lock);
}

// Waits for the workers inside; nobody enters any more, as no work is left.
static void close_job(struct thread_pool *pool) {
  if (wait_busily(pool, is_empty)) return;
  pthread_mutex_lock(&pool->sleep_lock);
  atomic_store(&pool->caller_sleeps, true);
  while (!is_empty(atomic_load(&pool->state))) pthread_cond_wait(&pool->job_left, &pool->sleep_lock);
  atomic_store(&pool->caller_sleeps, false);
  pthread_mutex_unlock(&pool->sleep_lock);
}

void thread_pool_run(struct thread_pool *pool, size_t count, size_t grain, pool_work work, void *context) {
  if (count == 0) return;
  struct job job = make_job(count, grain, work, context);
  pthread_mutex_lock(&pool->callers);
  if (pool->threads == 1 || job.grains == 1) {
    work(context, 0, count, 0);
  } else {
    open_job(pool, job);
    work_on_job(pool, 0);
    close_job(pool);
  }
  pthread_mutex_unlock(&pool->callers);
}
