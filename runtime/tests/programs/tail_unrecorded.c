/* A release build: `first` and `second` are gone from the stack, and no ring tells of them. */
#include "mesh.h"
static volatile int64_t one = 1;
#line 9 "src/main.mesh"
NOINLINE static int64_t third(Context *c, int64_t n) {
  if (n == 1) mesh_rt_crash(c, INDEX_OUT_OF_RANGE, 5, 3);
  return n; }
NOINLINE static int64_t second(Context *c, int64_t n) {
  return third(c, n); }
NOINLINE static int64_t first(Context *c, int64_t n) {
  return second(c, n); }
#line 20 "src/main.mesh"
static int64_t program_main(Context *c) {
  return first(c, one) + 1; }
