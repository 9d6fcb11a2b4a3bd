/* Inlined functions are frames of their own; frames of other files are none. */
#include "mesh.h"
static volatile int64_t zero;
#line 10 "src/main.mesh"
static inline __attribute__((always_inline)) int64_t divide(Context *c, int64_t a, int64_t b) {
  if (b == 0) mesh_rt_crash(c, DIVISION_BY_ZERO, 0, 0);
  return a / b; }
NOINLINE static int64_t half(Context *c, int64_t a) {
  return divide(c, a, zero) + 1; }
#line 30 "other.c"
NOINLINE static int64_t shim(Context *c, int64_t a) { return half(c, a) + 1; }
#line 20 "src/main.mesh"
static int64_t program_main(Context *c) {
  return shim(c, 7) + 1; }
