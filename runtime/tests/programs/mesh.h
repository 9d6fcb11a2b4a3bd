/* What a compiled Mesh program looks like to the runtime, for programs written in C. A test gives
   its frames Mesh file names with #line; what stands in .c files is hidden from reports. */
#include <stdint.h>
#include <stddef.h>

typedef struct { const char *bytes; uint64_t len; } Text;
#define TEXT(s) { s, sizeof(s) - 1 }

typedef struct { Text function, file; uint64_t line; } TailSite;
typedef struct { const TailSite *site; void *address; } TailRecord;

typedef struct Context {
  char *alloc, *alloc_end;
  volatile uint64_t limit;
  uint64_t hard_limit;
  volatile uint64_t requests;
  uint64_t native_frames;
  void *actor;
  uint64_t tail_count;
  struct { uint64_t args[256], ret[256]; } *blocks;
  TailRecord *tail_ring;
} Context;

typedef struct {
  uint64_t abi_version;
  int64_t (*main)(Context *);
  Text name;
  uint64_t release;
} Program;

typedef struct { const void *header; uint64_t len; char bytes[]; } String;
extern const char mesh_rt_string_desc;
#define STRING(name, text) \
  static struct { const void *header; uint64_t len; char bytes[sizeof(text)]; } name = \
    { &mesh_rt_string_desc, sizeof(text) - 1, text }

enum { PANIC, ARITHMETIC_OVERFLOW, DIVISION_BY_ZERO, INDEX_OUT_OF_RANGE, NO_MATCH, STACK_OVERFLOW,
       HEAP_LIMIT, BAD_SHIFT };

int mesh_rt_start(const Program *, int, char **);
void mesh_rt_crash(Context *, uint64_t kind, uint64_t a, uint64_t b) __attribute__((noreturn));
int64_t mesh_rt_stack_slow(Context *, int64_t need);
void mesh_rt_on_segment(Context *, void (*thunk)(Context *, void *), void *function);
void *mesh_rt_alloc_slow(Context *, int64_t bytes);
void mesh_write_out(Context *, const void *);
void mesh_write_err(Context *, const void *);
void *mesh_int_to_text(Context *, int64_t);
void *mesh_rt_concat(Context *, int64_t);

/* A Mesh function of one integer checks its stack like this on entry. */
static inline int needs_segment(Context *c) {
  char here;
  return (uint64_t)&here < c->limit && mesh_rt_stack_slow(c, 0);
}
typedef int64_t Function(Context *, int64_t);
static void thunk(Context *c, void *function) {
  c->blocks->ret[0] = (uint64_t)((Function *)function)(c, (int64_t)c->blocks->args[0]);
}
static inline __attribute__((always_inline)) int64_t on_segment(Context *c, Function *function, int64_t n) {
  c->blocks->args[0] = (uint64_t)n;
  mesh_rt_on_segment(c, thunk, (void *)function);
  return (int64_t)c->blocks->ret[0];
}

static inline void record_tail_call(Context *c, const TailSite *site, void *address) {
  c->tail_ring[c->tail_count % 16] = (TailRecord){ site, address };
  c->tail_count++;
}

static inline void print(Context *c, int64_t n) {
  STRING(newline, "\n");
  c->blocks->args[0] = (uint64_t)mesh_int_to_text(c, n);
  c->blocks->args[1] = (uint64_t)&newline;
  mesh_write_out(c, mesh_rt_concat(c, 2));
}

static int64_t program_main(Context *);
const Program mesh_program = { ABI, program_main, TEXT("main"), 0 };
int main(int argc, char **argv) { return mesh_rt_start(&mesh_program, argc, argv); }
#define NOINLINE __attribute__((noinline))
