/* A development build: records before each tail call. `once` makes a tail call and ends before the
   crash; `first` -> `second` -> `third` is under way. */
#include "mesh.h"
#define FRAME __builtin_frame_address(0)
static const TailSite once_site = { TEXT("once"), TEXT("src/main.mesh"), 99 };
static const TailSite first_site = { TEXT("first"), TEXT("src/main.mesh"), 3 };
static const TailSite second_site = { TEXT("second"), TEXT("src/main.mesh"), 6 };
static volatile int64_t one = 1;
#line 9 "src/main.mesh"
NOINLINE static int64_t third(Context *c, int64_t n) {
  if (n == 1) mesh_rt_crash(c, INDEX_OUT_OF_RANGE, (uint64_t)-1, 3);
  return n; }
NOINLINE static int64_t second(Context *c, int64_t n) {
  record_tail_call(c, &second_site, FRAME);
  return third(c, n); }
NOINLINE static int64_t first(Context *c, int64_t n) {
  record_tail_call(c, &first_site, FRAME);
  return second(c, n); }
NOINLINE static int64_t once(Context *c, int64_t n) {
  record_tail_call(c, &once_site, FRAME);
  return third(c, n + 1); }
#line 20 "src/main.mesh"
static int64_t program_main(Context *c) {
  int64_t n = once(c, one) - 1;
#ifdef RESTORE
  c->tail_count = 0;
#endif
#ifdef PLAIN
  return third(c, n) + 1;
#endif
  return first(c, n) + 1; }
