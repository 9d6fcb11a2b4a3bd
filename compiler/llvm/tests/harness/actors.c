/* Several actors, each running on whatever stack is free: a scheduler for tests, which states the
   protocol of `receive` a second time. An actor that parks gives its stack back, which is then filled
   with rubbish; a message that is taken moves, and the place where it lay is filled too. */
#include <ucontext.h>

enum { ACTORS = 64, STACKS = 24, STACK = 64 * 1024 };
typedef struct Message { struct Message *next; u64 *box, caller, number; } Message;
typedef struct Actor {
  Ctx ctx;
  u64 pid;
  Message *first, **end, **at;
  i64 timeout;
  void *closure;          /* entered when it runs next without a stack */
  char *stack;            /* none while it is parked */
  ucontext_t where;
  u64 *answer, asked;
  Record ring[16];
  int done, idle, late;
} Actor;

static Actor actors[ACTORS];
static u64 count, parked, waited, most_stacks;
static Blocks both[2];
static u64 next_blocks;
static char *stacks[STACKS];
static u64 taken[STACKS], next_stack;
static const Program *running_program;
static Actor *running;
static ucontext_t scheduler;

static Actor *own(Ctx *c) { return (Actor *)c; }

static char *take_stack(void) {
  u64 used = 0;
  for (int i = 0; i < STACKS; i++) used += taken[i];
  if (used + 1 > most_stacks) most_stacks = used + 1;
  /* The next one round, so that an actor comes back on another. */
  for (int i = 0; i < STACKS; i++) {
    u64 n = next_stack++ % STACKS;
    if (taken[n]) continue;
    taken[n] = 1;
    if (!stacks[n]) stacks[n] = malloc(STACK);
    return stacks[n];
  }
  fail("no stack is free");
  return 0;
}

static void give_stack(char *stack) {
  memset(stack + STACK - 8192, 0xdb, 8192);
  for (int i = 0; i < STACKS; i++) if (stacks[i] == stack) taken[i] = 0;
}

static void body(void) {
  Actor *a = running;
  void *closure = a->closure;
  a->closure = 0;
  a->ctx.limit = a->ctx.hard_limit = (u64)a->stack + 16384;
  if (a->pid == 0) running_program->main(&a->ctx);
  else running_program->enter(&a->ctx, closure);
  a->done = !a->closure;
  /* Back to the scheduler for good: this stack is nobody's. */
  give_stack(a->stack);
  a->stack = 0;
  setcontext(&scheduler);
}

static void run(Actor *a) {
  running = a;
  a->idle = 0;
  /* The other blocks: nothing may stand in them over a suspension. */
  a->ctx.blocks = &both[next_blocks++ % 2];
  memset(a->ctx.blocks, 0xdb, sizeof *a->ctx.blocks);
  if (!a->stack) {
    a->stack = take_stack();
    getcontext(&a->where);
    a->where.uc_stack.ss_sp = a->stack;
    a->where.uc_stack.ss_size = STACK;
    a->where.uc_link = 0;
    makecontext(&a->where, body, 0);
  }
  swapcontext(&scheduler, &a->where);
}

static Actor *spawn(void *closure) {
  if (count == ACTORS) fail("too many actors");
  Actor *a = &actors[count];
  a->pid = count++;
  a->end = a->at = &a->first;
  a->closure = closure;
  a->ctx.actor = a;
  a->ctx.ring = a->ring;
  return a;
}

static int run_actors(const Program *program) {
  running_program = program;
  spawn(0);
  while (!actors[0].done) {
    int any = 0;
    for (u64 i = 0; i < count; i++) {
      if (actors[i].done || actors[i].idle) continue;
      any = 1;
      run(&actors[i]);
      if (actors[0].done) break;
    }
    if (!any) fail("nobody can run");
  }
  u64 kept = 0;
  for (u64 i = 0; i < count; i++) kept += actors[i].stack != 0;
  if (getenv("STATS")) printf("\nparked %d waited %d stacks %d kept %d\n", (int)parked, (int)waited, (int)most_stacks, (int)kept);
  fflush(stdout);
  return 0;
}

u64 mesh_rt_spawn(Ctx *c, void *closure, u64 link) { return spawn(closure)->pid; }
u64 mesh_rt_self_pid(Ctx *c) { return own(c)->pid; }

static void post(u64 pid, u64 *box, u64 caller, u64 number) {
  Actor *to = &actors[pid];
  Message *m = malloc(sizeof *m);
  *m = (Message){0, box, caller, number};
  *to->end = m;
  to->end = &m->next;
  to->idle = 0;
}
/* What is sent must be a record that describes itself. */
static u64 *box(u64 *b) {
  const Object *desc = (const Object *)(b[0] & ((1ull << 48) - 1));
  if (desc->kind != 2 || desc->ty->kind != 11 || desc->ty->variants != 1 || desc->ty->variant[0].count != 1) fail("not a box");
  return b;
}
void mesh_send(Ctx *c, u64 pid, u64 *b) { post(pid, box(b), 0, 0); }

void mesh_rt_receive_begin(Ctx *c, i64 timeout) {
  Actor *a = own(c);
  a->at = &a->first;
  a->timeout = timeout;
}
void mesh_rt_receive_next(Ctx *c) {
  Message *m = *own(c)->at;
  c->blocks->ret[0] = m ? 1 : own(c)->timeout == 0 ? 0 : 3;
  c->blocks->ret[1] = m ? (u64)m->box : 0;
}
void mesh_rt_receive_wait(Ctx *c) {
  waited++;
  own(c)->idle = 1;
  swapcontext(&own(c)->where, &scheduler);
}
void mesh_rt_park(Ctx *c, void *closure) {
  parked++;
  own(c)->idle = 1;
  own(c)->closure = closure;
}
void mesh_rt_receive_skip(Ctx *c) { own(c)->at = &(*own(c)->at)->next; }
void mesh_rt_receive_take(Ctx *c) {
  Actor *a = own(c);
  Message *m = *a->at;
  *a->at = m->next;
  if (a->end == &m->next) a->end = a->at;
  const Object *desc = (const Object *)(m->box[0] & ((1ull << 48) - 1));
  u64 *moved = malloc(8 + 8 * desc->words);
  memcpy(moved, m->box, 8 + 8 * desc->words);
  if (desc->words) memset(m->box, 0xdb, 8 + 8 * desc->words);
  c->blocks->ret[0] = (u64)moved;
  c->blocks->ret[1] = m->caller;
  c->blocks->ret[2] = m->number;
  c->current_call[0] = m->caller;
  c->current_call[1] = m->number;
}
u64 mesh_call(Ctx *c, u64 pid, u64 *b, i64 timeout) {
  Actor *a = own(c);
  static u64 numbers;
  a->answer = 0;
  a->asked = ++numbers;
  post(pid, box(b), a->pid, a->asked);
  while (!a->answer) {
    a->idle = 1;
    swapcontext(&a->where, &scheduler);
  }
  return 0;
}
u64 *mesh_call_answer(Ctx *c) { return own(c)->answer; }
void mesh_rt_reply(Ctx *c, u64 caller, u64 number, u64 *b) {
  Actor *a = &actors[caller];
  if (!number || a->asked != number) return;
  a->asked = 0;
  a->answer = box(b);
  a->idle = 0;
}
