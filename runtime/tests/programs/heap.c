/* Allocates BYTES again and again, ROUNDS times, and writes every byte. */
#include "mesh.h"
#include <string.h>
static volatile int64_t rounds = ROUNDS;
#line 1 "heap.mesh"
NOINLINE static char *allocate(Context *c, uint64_t bytes) {
  bytes = (bytes + 7) & ~7ull;
  if (bytes <= (uint64_t)(c->alloc_end - c->alloc)) { char *p = c->alloc; c->alloc += bytes; return p; }
  return mesh_rt_alloc_slow(c, (int64_t)bytes); }
static int64_t program_main(Context *c) {
  for (int64_t i = 0; i < rounds; i++) memset(allocate(c, BYTES), 1, BYTES);
  return 0; }
