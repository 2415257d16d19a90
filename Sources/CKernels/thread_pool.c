// The thread pool. Workers enter a job by themselves and the caller waits only for those that did: a worker that sleeps
// or has lost its core to another process delays nobody, and after a fork a caller simply works alone.
#define _GNU_SOURCE  // clocks, signals and yielding
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
  BUSY_NANOSECONDS = 15000,     // waiting without giving up the core
  WAITING_NANOSECONDS = 60000,  // waiting in all before sleeping
  LOOKS_PER_CLOCK_READING = 64,
};

// The state of the job in one word, so that entering is one exchange: the job's number, whether threads may still
// enter, and how many workers are inside.
#define JOB_OPEN 0x80000000u
static uint32_t number_of(uint64_t state) { return (uint32_t)(state >> 32); }
static uint32_t inside(uint64_t state) { return (uint32_t)state & ~JOB_OPEN; }

// What nobody has taken of a thread's share, in one word: grains [first, end).
static uint64_t share_of(uint32_t first, uint32_t end) { return (uint64_t)first << 32 | end; }
static uint32_t first_of(uint64_t share) { return (uint32_t)(share >> 32); }
static uint32_t end_of(uint64_t share) { return (uint32_t)share; }

struct thread_pool {
  // One cache line: a worker that enters has the job with it.
  alignas(CACHE_LINE) _Atomic uint64_t state;
  struct job {
    size_t count, grain;
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
    // Shares are whole stretches: neighbouring items are neighbouring memory, and a thread that reads on where it left
    // off is served by the processor's own fetching.
    alignas(CACHE_LINE) _Atomic uint64_t share;
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

static bool has_new_job(uint64_t state, uint32_t last) { return (state & JOB_OPEN) != 0 && number_of(state) != last; }

static bool is_empty(uint64_t state, uint32_t last) {
  (void)last;
  return inside(state) == 0;
}

// Looks at the state until the test holds for it: true with that state, false when it is time to sleep. First busily,
// then yielding: where cores are short, a thread that sleeps and is woken for every job takes the core from the one it
// works for, whereas one that yields waits for its turn.
static inline bool wait_for(struct thread_pool *pool, bool (*test)(uint64_t, uint32_t), uint32_t last,
                               uint64_t *state) {
  int64_t begin = 0, now = 0;
  do {
    for (int i = 0; i < LOOKS_PER_CLOCK_READING; i++) {
      *state = atomic_load_explicit(&pool->state, memory_order_acquire);
      if (test(*state, last)) return true;
      pause_briefly();
    }
    now = nanoseconds_now();
    if (begin == 0) begin = now;
    if (now - begin > BUSY_NANOSECONDS) sched_yield();
  } while (now - begin < WAITING_NANOSECONDS);
  return false;
}

// Takes half of what is left of a share, so that chunks are few and yet threads of different speed end together: the
// owner from the front, others from the back.
static bool take_chunk(_Atomic uint64_t *share, bool is_owner, uint32_t *first, uint32_t *end) {
  uint64_t left = atomic_load_explicit(share, memory_order_relaxed), rest;
  do {
    *first = first_of(left);
    *end = end_of(left);
    if (*first >= *end) return false;
    uint32_t half = *first + (*end - *first) / 2;
    if (is_owner) {
      *end = *end - *first > 1 ? half : *end;
      rest = share_of(*end, end_of(left));
    } else {
      *first = half;
      rest = share_of(first_of(left), half);
    }
  } while (!atomic_compare_exchange_weak_explicit(share, &left, rest, memory_order_relaxed, memory_order_relaxed));
  return true;
}

// Works through the thread's own share, then through what the others have left of theirs.
static void take_chunks(struct thread_pool *pool, int thread) {
  struct job job = pool->job;
  for (int turn = 0; turn < pool->threads; turn++) {
    _Atomic uint64_t *share = &pool->workers[(thread + turn) % pool->threads].share;
    uint32_t first, end;
    while (take_chunk(share, turn == 0, &first, &end)) {
      size_t last = end * job.grain;
      job.work(job.context, first * job.grain, last < job.count ? last : job.count, thread);
    }
  }
}

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
  while (!atomic_load(&pool->stopping)) {
    uint64_t state;
    if (!wait_for(pool, has_new_job, last, &state)) {
      sleep_until_job(pool, last);
    } else if (atomic_compare_exchange_strong(&pool->state, &state, state + 1)) {
      last = number_of(state);
      take_chunks(pool, worker->index);
      leave_job(pool);
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

// Gives every thread an equal share.
static void share_out(struct thread_pool *pool, uint64_t grains) {
  uint64_t threads = (uint64_t)pool->threads;
  for (uint64_t i = 0; i < threads; i++) {
    uint64_t share = share_of((uint32_t)(grains * i / threads), (uint32_t)(grains * (i + 1) / threads));
    atomic_store_explicit(&pool->workers[i].share, share, memory_order_relaxed);
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
  if (inside(state) == 0 || wait_for(pool, is_empty, 0, &state)) return;
  pthread_mutex_lock(&pool->sleep_lock);
  atomic_store(&pool->caller_sleeps, true);
  while (inside(atomic_load(&pool->state)) != 0) pthread_cond_wait(&pool->job_left, &pool->sleep_lock);
  atomic_store(&pool->caller_sleeps, false);
  pthread_mutex_unlock(&pool->sleep_lock);
}

void thread_pool_run(struct thread_pool *pool, size_t count, size_t grain, pool_work work, void *context) {
  if (count == 0) return;
  if (grain == 0) grain = 1;
  // Grains are counted in half a word.
  while ((count - 1) / grain >= UINT32_MAX) grain *= 2;
  pthread_mutex_lock(&pool->callers);
  if (pool->threads == 1 || count <= grain) {
    work(context, 0, count, 0);
  } else {
    pool->job = (struct job){.count = count, .grain = grain, .work = work, .context = context};
    share_out(pool, (count - 1) / grain + 1);
    open_job(pool);
    take_chunks(pool, 0);
    close_job(pool);
  }
  pthread_mutex_unlock(&pool->callers);
}
