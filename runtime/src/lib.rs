//! What every compiled Mesh program carries: actors and their stacks, heaps, crash reports, I/O
//! and the natives of std.
//!
//! A compiled program's object file defines C `main`, which calls [`mesh_rt_start`](start) with
//! the program's record. Everything a running actor needs is reached from its context, the first
//! argument of every compiled function; nothing about an actor is kept in thread-locals, for an
//! actor moves between threads.
//!
//! # Linking
//!
//! Development builds link the shared runtime: `cc -fuse-ld=lld prog.o -L DIR -lmesh_runtime
//! -Wl,-rpath,DIR`. Release builds link the archive, built by `cargo rustc -p mesh-runtime
//! --profile runtime --crate-type staticlib`: `cc -fuse-ld=lld -static-libgcc -Wl,--gc-sections
//! -Wl,--icf=safe prog.o libmesh_runtime.a -lm`. On glibc older than 2.34 add `-lpthread -ldl`;
//! `-static-libgcc` brings `-lgcc_eh`, without which libgcc_s is a run-time dependency.
//! Backtraces come from the executable's own DWARF, which must not be compressed; a stripped
//! executable runs, and its reports have no backtrace.

#![warn(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

pub mod actor;
pub mod blocks;
pub mod config;
pub mod crash;
pub mod heap;
pub mod http;
pub mod io;
pub mod mailbox;
pub mod message;
pub mod names;
pub mod natives;
pub mod pool;
pub mod sched;
pub mod start;
pub mod sync;
pub mod table;
pub mod thread;
pub mod timer;
pub mod wait;
