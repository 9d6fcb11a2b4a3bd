/* Output, and the exit code. */
#include "mesh.h"
STRING(hello, "hello\n");
STRING(oops, "oops\n");
static int64_t program_main(Context *c) {
  mesh_write_out(c, &hello);
  mesh_write_err(c, &oops);
  print(c, -42);
  return 3;
}
