//! Crashes of actors one after another in one process: each ends alone, by both ways out. Prints
//! what a crash costs: `cargo test --release -p mesh-runtime --test crashes -- --nocapture`.

use mesh_abi::context::Context;
use mesh_abi::values::CrashKind;
use mesh_runtime::actor::{Actor, Ending};
use mesh_runtime::config::Config;
use mesh_runtime::crash::{Reason, mesh_rt_crash};
use std::hint::black_box;
use std::time::{Duration, Instant};

const FRAMES: u64 = 10;
const ROUNDS: u32 = 2000;

/// Counts the frames that an unwinding cleans up.
struct Cleanup(*mut Context);

impl Drop for Cleanup {
    fn drop(&mut self) {
        // SAFETY: the context is the running actor's.
        unsafe { (*(*self.0).blocks).ret[0] += 1 };
    }
}

#[inline(never)]
extern "C-unwind" fn down(context: *mut Context, depth: u64) -> u64 {
    if depth == 0 {
        // SAFETY: the context is the running actor's.
        unsafe { mesh_rt_crash(context, CrashKind::DivisionByZero as u64, 0, 0) }
    }
    black_box(down(context, depth - 1)) + 1
}

unsafe extern "C-unwind" fn plain(context: *mut Context) -> i64 {
    down(context, FRAMES) as i64
}

unsafe extern "C-unwind" fn cleaning(context: *mut Context) -> i64 {
    let _cleanup = Cleanup(context);
    // SAFETY: the context is the running actor's.
    unsafe { (*context).native_frames = 1 };
    down(context, FRAMES) as i64
}

unsafe extern "C-unwind" fn returning(_: *mut Context) -> i64 {
    7
}

type Body = unsafe extern "C-unwind" fn(*mut Context) -> i64;

fn run(body: Body, look: impl Fn(&Actor, Ending)) -> Duration {
    let config = Config {
        max_stack: 1 << 20,
        max_heap: 1 << 20,
        workers: 1,
        stress_heap: false,
        seed: None,
    };
    let mut spent = Duration::ZERO;
    for _ in 0..ROUNDS {
        let actor = Actor::alone(config);
        let start = Instant::now();
        let ending = actor.run(body);
        spent += start.elapsed();
        look(&actor, ending);
    }
    spent / ROUNDS
}

fn divided_by_zero(ending: &Ending) -> bool {
    matches!(ending, Ending::Crashed(crash) if crash.reason == Reason::DivisionByZero)
}

#[test]
fn crashes_end_one_actor_each() {
    let none = run(returning, |_, ending| {
        assert!(matches!(ending, Ending::Returned(7)))
    });
    let straight = run(plain, |_, ending| assert!(divided_by_zero(&ending)));
    let unwound = run(cleaning, |actor, ending| {
        assert!(divided_by_zero(&ending));
        // SAFETY: the actor has ended.
        assert_eq!(unsafe { (*(*actor.context()).blocks).ret[0] }, 1);
    });
    println!("run and return {none:?}, crash {straight:?}, crash by unwinding {unwound:?}");
}
