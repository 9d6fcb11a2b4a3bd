/* A runtime just large enough to run compiled code in tests, on x86-64 and on AArch64 under qemu:
   one context, one bump heap, lists, strings, the switch to a second stack, and crashes that
   unwind. It states the protocols of `mesh-abi` a second time, in C, and checks them. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <unwind.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <signal.h>

typedef uint64_t u64;
typedef int64_t i64;
typedef uint32_t u32;

typedef struct { const char *bytes; u64 len; } Text;
typedef struct { const char *function; u64 function_len; const char *file; u64 file_len; u64 line; } Site;
typedef struct { const Site *site; u64 sp; } Record;
typedef struct Type Type;
typedef struct { Text name; u64 offset; const Type *ty; } Field;
typedef struct { Text name; u64 count; const Field *fields; } Variant;
struct Type { u32 kind, words; Text name; u64 variants; const Variant *variant; };
typedef struct { u32 kind, words; const Type *ty; u64 pointers, lists; } Object;

typedef struct { u64 args[256], ret[256]; } Blocks;
typedef struct {
  char *alloc, *alloc_end;
  u64 limit, hard_limit, requests, native_frames;
  void *actor;
  u64 tail_count;
  Blocks *blocks;
  Record *ring;
  u64 segment_top, segment_limit;
  u64 entry_frame, current_call[2];
} Ctx;

typedef struct { u64 header; u64 len; char bytes[]; } Str;
typedef struct { u64 header; u32 capacity, flags, lo, hi, tlo, thi; u64 cells[]; } Buffer;
typedef struct { u64 abi; i64 (*main)(Ctx *); Text name; u64 release; void (*enter)(Ctx *, void *); } Program;

static Blocks blocks;
static Record ring[16];
static Ctx ctx = {.blocks = &blocks, .ring = ring};
static jmp_buf entry;
static u64 entry_frame;
static u64 slow_calls, segment_calls, frames;
static const Object string_desc = {0, 0, 0};

static void fail(const char *what) { printf("HARNESS: %s\n", what); fflush(stdout); _exit(99); }
#include <unistd.h>

void *mesh_rt_alloc_slow(Ctx *c, u64 bytes) {
  bytes = (bytes + 7) & ~7ull;
  u64 chunk = 4096 > bytes ? 4096 : bytes;
  char *at = malloc(chunk);
  memset(at, 0xdb, chunk);
  c->alloc = at + bytes;
  c->alloc_end = at + chunk;
  return at;
}

static void *allocate(u64 bytes) {
  bytes = (bytes + 7) & ~7ull;
  if (ctx.alloc + bytes <= ctx.alloc_end) { char *at = ctx.alloc; ctx.alloc += bytes; return at; }
  return mesh_rt_alloc_slow(&ctx, bytes);
}

static Str *text(const char *bytes, u64 len) {
  Str *s = allocate(sizeof(Str) + len + 1);
  s->header = (u64)&string_desc;
  s->len = len;
  memcpy(s->bytes, bytes, len);
  s->bytes[len] = 0;
  return s;
}

/* Every string that compiled code hands over must look like one. */
static Str *string(Str *s) {
  const Object *desc = (const Object *)(s->header & ((1ull << 48) - 1));
  if (desc->kind != 0 || s->header >> 48 || s->bytes[s->len] != 0) fail("not a string");
  return s;
}

void mesh_write_out(Ctx *c, Str *s) { string(s); fwrite(s->bytes, 1, s->len, stdout); }
static void show_object(u64 *object);
/* Tests use it to look at any object. */
void mesh_write_err(Ctx *c, u64 *object) { show_object(object); }
Str *mesh_int_to_text(Ctx *c, i64 n) { char b[32]; return text(b, sprintf(b, "%lld", (long long)n)); }
Str *mesh_float_to_text(Ctx *c, double f) { char b[64]; return text(b, sprintf(b, "%.17g", f)); }
/* A native with a result of more words than stand flat. */
void mesh_test_wide(Ctx *c, i64 n) {
  double half = n / 2.0;
  c->blocks->ret[0] = n;
  memcpy(&c->blocks->ret[1], &half, sizeof half);
  c->blocks->ret[2] = (u64)text("wide", 4);
  c->blocks->ret[3] = n + 1;
}
i64 mesh_rt_string_eq(Ctx *c, Str *a, Str *b) {
  return string(a)->len == string(b)->len && !memcmp(a->bytes, b->bytes, a->len);
}
i64 mesh_rt_string_compare(Ctx *c, Str *a, Str *b) {
  u64 n = a->len < b->len ? a->len : b->len;
  int d = memcmp(a->bytes, b->bytes, n);
  if (d) return d < 0 ? -1 : 1;
  return a->len < b->len ? -1 : a->len > b->len;
}
Str *mesh_rt_concat(Ctx *c, u64 count) {
  u64 len = 0;
  for (u64 i = 0; i < count; i++) len += string((Str *)c->blocks->args[i])->len;
  Str *s = allocate(sizeof(Str) + len + 1);
  s->header = (u64)&string_desc;
  s->len = 0;
  for (u64 i = 0; i < count; i++) {
    Str *p = (Str *)c->blocks->args[i];
    memcpy(s->bytes + s->len, p->bytes, p->len);
    s->len += p->len;
  }
  s->bytes[len] = 0;
  return s;
}

/* Lists. */
static u64 length(u64 range) { return range & 0xffffffff; }
static u64 offset(u64 range) { return range >> 32; }
static Buffer *buffer(const Object *desc, u64 capacity, u64 front) {
  if (desc->kind != 3) fail("not a buffer's descriptor");
  Buffer *b = allocate(sizeof(Buffer) + capacity * desc->words * 8 + 8);
  b->header = (u64)desc;
  b->capacity = capacity;
  b->flags = 0;
  b->lo = b->hi = front;
  b->tlo = b->thi = 0;
  return b;
}
static void give(Ctx *c, Buffer *b, u64 offset, u64 length) {
  c->blocks->ret[0] = (u64)b;
  c->blocks->ret[1] = offset << 32 | length;
}
static void copy(Buffer *to, u64 at, Buffer *from, u64 first, u64 count, u64 words) {
  if (count) memcpy(to->cells + at * words, from->cells + first * words, count * words * 8);
}
void mesh_rt_list_reserve_back(Ctx *c, Buffer *b, u64 range, u64 extra, const Object *desc) {
  if (b && b->header != (u64)desc) fail("another buffer's descriptor");
  if (b && offset(range) + length(range) == b->hi && b->hi + extra <= b->capacity && !b->flags) {
    give(c, b, offset(range), length(range));
    return;
  }
  Buffer *n = buffer(desc, length(range) * 2 + extra, 0);
  if (b) copy(n, 0, b, offset(range), length(range), desc->words);
  n->hi = length(range);
  give(c, n, 0, length(range));
}
void mesh_rt_list_reserve_front(Ctx *c, Buffer *b, u64 range, u64 extra, const Object *desc) {
  u64 front = length(range) + extra;
  Buffer *n = buffer(desc, front + length(range), front);
  if (b) copy(n, front, b, offset(range), length(range), desc->words);
  n->hi = front + length(range);
  give(c, n, front, length(range));
}
void mesh_rt_list_concat(Ctx *c, Buffer *a, u64 ra, Buffer *b, u64 rb, const Object *desc) {
  u64 len = length(ra) + length(rb);
  Buffer *n = buffer(desc, len, 0);
  if (a) copy(n, 0, a, offset(ra), length(ra), desc->words);
  if (b) copy(n, length(ra), b, offset(rb), length(rb), desc->words);
  n->hi = len;
  give(c, n, 0, len);
}
void mesh_rt_list_splice(Ctx *c, Buffer *b, u64 range, u64 at, u64 removed, u64 inserted, const Object *desc) {
  u64 len = length(range) - removed + inserted, rest = length(range) - at - removed;
  Buffer *n = buffer(desc, len, 0);
  if (b) copy(n, 0, b, offset(range), at, desc->words);
  if (b) copy(n, at + inserted, b, offset(range) + at + removed, rest, desc->words);
  n->hi = len;
  give(c, n, 0, len);
}

/* The stack. */
u64 mesh_rt_stack_slow(Ctx *c, u64 need) {
  char here;
  slow_calls++;
  c->requests = 0;
  c->limit = c->hard_limit;
  if ((u64)&here >= c->hard_limit + need) return 0;
  if (c->hard_limit == c->segment_limit) {
    extern void mesh_rt_crash(Ctx *, u64, u64, u64);
    mesh_rt_crash(c, 5, 0, 0);
  }
  segment_calls++;
  return 1;
}
u64 test_segment_limit(Ctx *c) { u64 old = c->hard_limit; c->limit = c->hard_limit = c->segment_limit; return old; }
void test_slot_limit(Ctx *c, u64 old) { c->limit = c->hard_limit = old; }

#if defined(__x86_64__)
__asm__(".text\n.globl mesh_rt_on_segment\n.type mesh_rt_on_segment,@function\nmesh_rt_on_segment:\n"
  ".cfi_startproc\npush %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp,-16\nmov %rsp,%rbp\n"
  ".cfi_def_cfa_register %rbp\npush %rbx\n.cfi_offset %rbx,-24\npush %r12\n.cfi_offset %r12,-32\n"
  "push %r13\n.cfi_offset %r13,-40\npush %r14\n.cfi_offset %r14,-48\n"
  "mov %rdi,%rbx\nmov %rsi,%r12\nmov %rdx,%r13\ncall test_segment_limit\nmov %rax,%r14\n"
  "mov 80(%rbx),%rsp\nand $-16,%rsp\nmov %rbx,%rdi\nmov %r13,%rsi\ncall *%r12\n"
  "lea -32(%rbp),%rsp\nmov %rbx,%rdi\nmov %r14,%rsi\ncall test_slot_limit\n"
  "mov -32(%rbp),%r14\nmov -24(%rbp),%r13\nmov -16(%rbp),%r12\nmov -8(%rbp),%rbx\n"
  "mov %rbp,%rsp\npop %rbp\n.cfi_def_cfa %rsp,8\nret\n.cfi_endproc\n.size mesh_rt_on_segment,.-mesh_rt_on_segment\n");
#elif defined(__aarch64__)
__asm__(".text\n.globl mesh_rt_on_segment\n.type mesh_rt_on_segment,%function\nmesh_rt_on_segment:\n"
  ".cfi_startproc\nstp x29,x30,[sp,#-64]!\n.cfi_def_cfa_offset 64\n.cfi_offset 29,-64\n.cfi_offset 30,-56\n"
  "mov x29,sp\n.cfi_def_cfa_register 29\nstp x19,x20,[sp,#16]\n.cfi_offset 19,-48\n.cfi_offset 20,-40\n"
  "stp x21,x22,[sp,#32]\n.cfi_offset 21,-32\n.cfi_offset 22,-24\n"
  "mov x19,x0\nmov x20,x1\nmov x21,x2\nbl test_segment_limit\nmov x22,x0\n"
  "ldr x9,[x19,#80]\nand x9,x9,#-16\nmov sp,x9\nmov x0,x19\nmov x1,x21\nblr x20\n"
  "mov sp,x29\nmov x0,x19\nmov x1,x22\nbl test_slot_limit\n"
  "ldp x21,x22,[sp,#32]\nldp x19,x20,[sp,#16]\nldp x29,x30,[sp],#64\n.cfi_def_cfa sp,0\n"
  ".cfi_restore 29\n.cfi_restore 30\nret\n.cfi_endproc\n.size mesh_rt_on_segment,.-mesh_rt_on_segment\n");
#endif

/* Crashes unwind to the entry, counting frames: every frame needs sound unwind tables. */
static _Unwind_Reason_Code step(int version, _Unwind_Action actions, u64 class,
                                struct _Unwind_Exception *e, struct _Unwind_Context *where, void *arg) {
  frames++;
  if (actions & _UA_END_OF_STACK) fail("unwound past the entry");
  u64 cfa = _Unwind_GetCFA(where);
  if (cfa >= entry_frame && (!ctx.segment_top || cfa > ctx.segment_top || cfa < ctx.segment_limit - 16384)) longjmp(entry, 1);
  return _URC_NO_REASON;
}
void mesh_rt_crash(Ctx *c, u64 kind, u64 a, u64 b) {
  static const char *names[] = {"Panic", "ArithmeticOverflow", "DivisionByZero", "IndexOutOfRange",
                                "NoMatch", "StackOverflow", "HeapLimit", "BadShift"};
  printf("crash %s", names[kind]);
  if (kind == 0 || kind == 4) printf(" %s", string((Str *)a)->bytes);
  else if (kind == 3) printf(" %lld %lld", (long long)a, (long long)b);
  else if (kind == 7) printf(" %lld", (long long)a);
  printf("\n");
  u64 seen = c->tail_count < 16 ? c->tail_count : 16;
  for (u64 i = 0; i < seen && i < 3; i++) {
    const Site *s = c->ring[(c->tail_count - 1 - i) % 16].site;
    printf("tail call from %.*s at %.*s:%d\n", (int)s->function_len, s->function, (int)s->file_len, s->file, (int)s->line);
  }
  static struct _Unwind_Exception e;
  _Unwind_ForcedUnwind(&e, (void *)step, 0);
  fail("could not unwind");
}

/* Descriptors, as text. */
static void show(const Type *t, int depth) {
  static const char *kinds[] = {"Unit", "Int", "Float", "Bool", "Atom", "Pid", "String", "Bytes", "Function", "List",
    "Flat", "Boxed", "Enum", "Nullable", "FlatSum", "BoxedSum", "Opaque"};
  printf("%.*s %s/%u", (int)t->name.len, t->name.bytes, kinds[t->kind], t->words);
  if (!depth || !t->variants) return;
  printf(" {");
  for (u64 v = 0; v < t->variants; v++) {
    printf("%s%.*s", v ? " | " : "", (int)t->variant[v].name.len, t->variant[v].name.bytes);
    for (u64 f = 0; f < t->variant[v].count; f++) {
      const Field *field = &t->variant[v].fields[f];
      printf(" %.*s@%d:", (int)field->name.len, field->name.bytes, (int)field->offset);
      show(field->ty, depth - 1);
    }
  }
  printf("}");
}

/* A request from outside, as the monitor makes it at the end of a time slice. */
static void request(int signal) { ctx.limit = ~0ull; }

#include "actors.c"

int mesh_rt_start(const Program *program, int argc, char **argv) {
  if (getenv("ACTORS")) return run_actors(program);
  char here;
  u64 slot = argc > 1 ? strtoull(argv[1], 0, 10) : 256 * 1024;
  u64 size = getenv("SEGMENT") ? strtoull(getenv("SEGMENT"), 0, 10) : 256u << 20;
  char *segment = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ctx.segment_top = (u64)segment + size;
  ctx.segment_limit = (u64)segment + 16384;
  ctx.limit = ctx.hard_limit = (u64)&here - slot;
  if (getenv("PREEMPT")) {
    struct itimerval tick = {{0, 1000}, {0, 1000}};
    signal(SIGALRM, request);
    setitimer(ITIMER_REAL, &tick, 0);
  }
  entry_frame = (u64)__builtin_frame_address(0);
  int status = 101;
  if (!setjmp(entry)) status = program->main(&ctx);
  else if (getenv("FRAMES")) printf("frames %llu\n", (unsigned long long)frames);
  if (getenv("STATS")) printf("slow %d segment %d\n", slow_calls > 0, segment_calls > 0);
  fflush(stdout);
  return status;
}

/* The type behind an object's header. */
static void show_object(u64 *object) {
  const Object *desc = (const Object *)(object[0] & ((1ull << 48) - 1));
  printf("object %u/%u tag %d ", desc->kind, desc->words, (int)(object[0] >> 48));
  if (desc->ty) show(desc->ty, 2);
  printf("\n");
}
