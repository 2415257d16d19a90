// The thread pool. Workers enter an open job by themselves and the caller waits only for those that did: a worker that
// sleeps or has lost its core to another process delays nobody, and after a fork a caller simply works alone.
#define _GNU_SOURCE  // sched_getaffinity
#include "thread_pool.h"

#include <pthread.h>
#include <sched.h>
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
  BUSY_NANOSECONDS = 15000,      // waiting without giving up the core
  YIELDING_NANOSECONDS = 60000,  // waiting in all before sleeping
  PAUSES_PER_CLOCK_READING = 32,
};

// The state of the job in one word, so that entering is one exchange: the job's number, whether threads may still
// enter, and how many workers are inside.
#define JOB_OPEN 0x80000000u
static uint32_t number_of(uint64_t state) { return (uint32_t)(state >> 32); }
static uint32_t inside(uint64_t state) { return (uint32_t)state & ~JOB_OPEN; }

struct thread_pool {
  alignas(CACHE_LINE) _Atomic uint64_t state;

  // Written by the caller while no worker is inside.
  alignas(CACHE_LINE) size_t grain;
  pool_work work;
  void *context;

  atomic_int sleeping_workers;
  atomic_bool caller_sleeps;
  atomic_bool stopping;
  pthread_mutex_t sleep_lock;
  pthread_cond_t job_opened, job_left;

  pthread_mutex_t callers;  // held for the length of a job
  int threads;
  pid_t process;
  struct worker {
    // Its share of the job. Shares are whole stretches: neighbouring items are neighbouring memory, and a thread that
    // reads on where it left off is served by the processor's own fetching.
    alignas(CACHE_LINE) _Atomic size_t next;  // first item of the share that no thread has taken
    size_t end;
    struct thread_pool *pool;
    int index;
    pthread_t thread;
  } workers[];  // the caller's is the first
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

// A wait that begins busy and turns to yielding.
struct waiting {
  int64_t begin;
};

// Waits a moment; false when it is time to sleep.
static bool wait_a_moment(struct waiting *waiting) {
  for (int i = 0; i < PAUSES_PER_CLOCK_READING; i++) pause_briefly();
  int64_t now = nanoseconds_now();
  if (waiting->begin == 0) waiting->begin = now;
  int64_t waited = now - waiting->begin;
  if (waited > BUSY_NANOSECONDS) sched_yield();
  return waited < YIELDING_NANOSECONDS;
}

// Takes the larger part of what is left of a share, in whole grains: few chunks, and yet little is left to wait for when
// threads differ in speed (guided self-scheduling; Polychronopoulos and Kuck 1987). False when nothing is left.
static bool take_chunk(struct worker *owner, size_t grain, size_t *begin, size_t *end) {
  *begin = atomic_load_explicit(&owner->next, memory_order_relaxed);
  do {
    if (*begin >= owner->end) return false;
    size_t grains = (owner->end - *begin + grain - 1) / grain, taken = (2 * grains + 2) / 3;
    *end = taken == grains ? owner->end : *begin + taken * grain;
  } while (!atomic_compare_exchange_weak_explicit(&owner->next, begin, *end, memory_order_relaxed,
                                                  memory_order_relaxed));
  return true;
}

// Works through the thread's own share, then through what the others have left of theirs.
static void take_chunks(struct thread_pool *pool, int thread) {
  size_t begin, end;
  for (int turn = 0; turn < pool->threads; turn++) {
    struct worker *owner = &pool->workers[(thread + turn) % pool->threads];
    while (take_chunk(owner, pool->grain, &begin, &end)) pool->work(pool->context, begin, end, thread);
  }
}

static bool has_new_job(uint64_t state, uint32_t last) { return (state & JOB_OPEN) != 0 && number_of(state) != last; }

static void sleep_until_job(struct thread_pool *pool, uint32_t last) {
  pthread_mutex_lock(&pool->sleep_lock);
  // Either this thread sees the job opened after this, or the one who opens it sees a sleeper and takes the lock.
  atomic_fetch_add(&pool->sleeping_workers, 1);
  while (!has_new_job(atomic_load(&pool->state), last) && !atomic_load(&pool->stopping)) {
    pthread_cond_wait(&pool->job_opened, &pool->sleep_lock);
  }
  atomic_fetch_sub(&pool->sleeping_workers, 1);
  pthread_mutex_unlock(&pool->sleep_lock);
}

static void leave_job(struct thread_pool *pool) {
  uint64_t left = atomic_fetch_sub(&pool->state, 1) - 1;
  if (inside(left) == 0 && (left & JOB_OPEN) == 0 && atomic_load(&pool->caller_sleeps)) {
    pthread_mutex_lock(&pool->sleep_lock);
    pthread_cond_signal(&pool->job_left);
    pthread_mutex_unlock(&pool->sleep_lock);
  }
}

static void *work_until_stopped(void *argument) {
  struct worker *worker = argument;
  struct thread_pool *pool = worker->pool;
  uint32_t last = 0;
  struct waiting waiting = {0};
  while (!atomic_load(&pool->stopping)) {
    uint64_t state = atomic_load_explicit(&pool->state, memory_order_acquire);
    if (has_new_job(state, last)) {
      if (!atomic_compare_exchange_strong(&pool->state, &state, state + 1)) continue;
      last = number_of(state);
      take_chunks(pool, worker->index);
      leave_job(pool);
      waiting.begin = 0;
    } else if (!wait_a_moment(&waiting)) {
      sleep_until_job(pool, last);
      waiting.begin = 0;
    }
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

// Gives every thread an equal share, all of them whole grains.
static void share_out(struct thread_pool *pool, size_t count, size_t grain) {
  size_t grains = count / grain + (count % grain != 0), threads = (size_t)pool->threads;
  pool->grain = grain;
  for (size_t i = 0; i < threads; i++) {
    size_t begin = grains * i / threads * grain, end = grains * (i + 1) / threads * grain;
    atomic_store_explicit(&pool->workers[i].next, begin, memory_order_relaxed);
    pool->workers[i].end = end < count ? end : count;
  }
}

static void open_job(struct thread_pool *pool) {
  uint32_t number = number_of(atomic_load_explicit(&pool->state, memory_order_relaxed)) + 1;
  atomic_store(&pool->state, (uint64_t)number << 32 | JOB_OPEN);
  if (atomic_load(&pool->sleeping_workers) == 0) return;
  pthread_mutex_lock(&pool->sleep_lock);
  pthread_cond_broadcast(&pool->job_opened);
  pthread_mutex_unlock(&pool->sleep_lock);
}

// Lets no more workers in and waits for those inside.
static void close_job(struct thread_pool *pool) {
  uint64_t state = atomic_fetch_and(&pool->state, ~(uint64_t)JOB_OPEN);
  struct waiting waiting = {0};
  while (inside(state) != 0) {
    if (!wait_a_moment(&waiting)) {
      pthread_mutex_lock(&pool->sleep_lock);
      atomic_store(&pool->caller_sleeps, true);
      while (inside(atomic_load(&pool->state)) != 0) pthread_cond_wait(&pool->job_left, &pool->sleep_lock);
      atomic_store(&pool->caller_sleeps, false);
      pthread_mutex_unlock(&pool->sleep_lock);
    }
    state = atomic_load(&pool->state);
  }
}

void thread_pool_run(struct thread_pool *pool, size_t count, size_t grain, pool_work work, void *context) {
  if (count == 0) return;
  if (grain == 0) grain = 1;
  pthread_mutex_lock(&pool->callers);
  if (pool->threads == 1 || grain >= count) {
    work(context, 0, count, 0);
  } else {
    pool->work = work;
    pool->context = context;
    share_out(pool, count, grain);
    open_job(pool);
    take_chunks(pool, 0);
    close_job(pool);
  }
  pthread_mutex_unlock(&pool->callers);
}

int available_processors(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}
