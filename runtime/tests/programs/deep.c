/* Recursion DEPTH deep; AT_END is done at the bottom. Prints what it counted, twice, so the second
   descent meets the segment that the first one left. */
#include "mesh.h"
static volatile int64_t depth = DEPTH;
#ifndef AT_END
#define AT_END 0
#endif
#line 1 "deep.mesh"
NOINLINE static int64_t down(Context *c, int64_t n) {
  if (needs_segment(c)) return on_segment(c, down, n);
  if (n == 0) return AT_END;
  return down(c, n - 1) + 1; }
#line 20 "deep.mesh"
static int64_t program_main(Context *c) {
  uint64_t limit = c->limit, hard_limit = c->hard_limit;
  print(c, down(c, depth));
  print(c, down(c, depth));
  /* A request, as at the end of a time slice, makes the limit the largest number. */
  uint64_t now = c->limit;
  return (limit == now || now == UINT64_MAX) && hard_limit == c->hard_limit ? 0 : 9; }
