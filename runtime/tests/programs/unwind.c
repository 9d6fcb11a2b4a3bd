/* A crash on the second segment with a frame on the first that has something to clean up. */
#include "mesh.h"
#include <unistd.h>
static Context *context;
static uint64_t slot_limit;
static void clean(int *unused) {
  (void)unused;
  /* Somebody may want something of the actor just then. */
  int restored = context->limit == slot_limit || context->limit == UINT64_MAX;
  restored = restored && context->hard_limit == slot_limit;
  (void)!write(1, restored ? "cleaned\n" : "limit?!\n", 8);
}
#line 1 "deep.mesh"
NOINLINE static int64_t down(Context *c, int64_t n) {
  if (needs_segment(c)) return on_segment(c, down, n);
  if (n == 0) mesh_rt_crash(c, DIVISION_BY_ZERO, 0, 0);
  return down(c, n - 1) + 1; }
#line 20 "deep.mesh"
NOINLINE static int64_t guarded(Context *c) {
  int guard __attribute__((cleanup(clean)));
  c->native_frames++;
  return down(c, 100000) + 1; }
static int64_t program_main(Context *c) {
  context = c;
  slot_limit = c->limit;
  return guarded(c) + 1; }
