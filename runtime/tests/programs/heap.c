/* Allocates ROUNDS records of BYTES bytes behind their headers, and writes every byte. With KEPT each
   refers to the one before, else it is garbage once the next is there. */
#include "mesh.h"
#include <string.h>
static const struct { uint32_t kind, words; const void *type; uint64_t pointers, lists; } record =
  { 2, BYTES / 8, 0, 1, 0 };
typedef struct Record { const void *header; struct Record *before; char rest[BYTES / 8 * 8 - 8]; } Record;
static volatile int64_t rounds = ROUNDS;
#line 1 "heap.mesh"
NOINLINE static void *allocate(Context *c, uint64_t bytes) {
  bytes = (bytes + 7) & ~7ull;
  if (bytes <= (uint64_t)(c->alloc_end - c->alloc)) { char *p = c->alloc; c->alloc += bytes; return p; }
  return mesh_rt_alloc_slow(c, (int64_t)bytes); }
static int64_t program_main(Context *c) { Record *volatile last = 0;
  for (int64_t i = 0; i < rounds; i++) { Record *made = allocate(c, sizeof(Record));
    made->header = &record;
    made->before = KEPT ? last : 0;
    memset(made->rest, (int)i, sizeof made->rest);
    last = made; }
  char is = (char)(rounds - 1);
  for (Record *at = last; at; at = at->before, is--)
    if (at->rest[0] != is || at->rest[sizeof at->rest - 1] != is) return 9;
  return 0; }
