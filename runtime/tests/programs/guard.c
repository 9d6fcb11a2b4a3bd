/* Native code that runs over the end of the stack. */
#include "mesh.h"
#line 1 "src/main.mesh"
NOINLINE static int64_t greedy(Context *c) {
  volatile char big[100000];
  for (int i = 99999; i >= 0; i -= 512) big[i] = (char)c->tail_count;
  return big[0]; }
static int64_t program_main(Context *c) {
  return greedy(c) + 1; }
