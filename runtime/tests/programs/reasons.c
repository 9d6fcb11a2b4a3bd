/* Every reason compiled code may give: -DCRASH=kind -DA=… -DB=… */
#include "mesh.h"
STRING(text, "it is \"so\"\n");
STRING(out, "before\n");
#line 1 "src/main.mesh"
static int64_t program_main(Context *c) {
  mesh_write_out(c, &out);
  mesh_rt_crash(c, CRASH, (uint64_t)A, B); }
