/* Measures a loop of calls that each cross to the second segment, against the same loop far above
   the limit. WORK is the size of what is called. */
#include "mesh.h"
#include <stdio.h>
#include <time.h>
#ifndef WORK
#define WORK 0
#endif
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static volatile int64_t zero;
NOINLINE static int64_t fib(Context *c, int64_t n) {
  if (needs_segment(c)) return on_segment(c, fib, n);
  if (n < 2) return n + zero;
  return fib(c, n - 1) + fib(c, n - 2);
}
NOINLINE static int64_t loop(Context *c, int64_t rounds) {
  int64_t sum = 0;
  for (int64_t i = 0; i < rounds; i++) sum += fib(c, WORK);
  return sum;
}
/* Runs the loop where each call of it is just below the limit. */
NOINLINE static int64_t at_the_limit(Context *c, int64_t rounds) {
  uint64_t limit = c->hard_limit;
  c->limit = c->hard_limit = (uint64_t)__builtin_frame_address(0) - 48;
  int64_t sum = loop(c, rounds);
  c->limit = c->hard_limit = limit;
  return sum;
}
static int64_t program_main(Context *c) {
  const int64_t rounds = 4000000 / (1 + WORK * WORK * WORK);
  loop(c, rounds);
  double start = now();
  loop(c, rounds);
  double plain = now() - start;
  at_the_limit(c, rounds);
  start = now();
  at_the_limit(c, rounds);
  double crossing = now() - start;
  printf("plain %.2f ns, crossing %.2f ns\n", plain / rounds, crossing / rounds);
  return 0;
}
