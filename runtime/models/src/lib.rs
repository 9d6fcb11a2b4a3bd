//! The runtime's lock-free parts, compiled against loom: the tests beside explore how their threads
//! may interleave and what the memory model lets them see.
//!
//! The files are the runtime's own; only [`sync`] differs.

#![warn(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

pub mod sync;

#[path = "../../src/sched/idle.rs"]
pub mod idle;
#[path = "../../src/mailbox/mod.rs"]
pub mod mailbox;
#[path = "../../src/names.rs"]
pub mod names;
#[path = "../../src/sched/slot.rs"]
pub mod slot;
#[path = "../../src/sched/state.rs"]
pub mod state;
#[path = "../../src/table/mod.rs"]
pub mod table;
#[path = "../../src/timer/mod.rs"]
pub mod timer;
#[path = "../../src/wait.rs"]
pub mod wait;
#[path = "../../src/actor/watch.rs"]
pub mod watch;

/// Explores a model with at most so many preemptions. Most faults show with two (Musuvathi and
/// Qadeer, "Iterative context bounding", 2007); each further one multiplies the time.
pub fn explore(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}
