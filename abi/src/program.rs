//! What a compiled program tells the runtime about itself, and how the runtime enters it.

//!
//! The object file of a program also defines C `main(argc, argv)`, which returns what
//! [`START`]`(&mesh_program, argc, argv) -> i32` gives.
//!
//! Crash reports read the executable's DWARF (uncompressed). A function's `DW_AT_name` is the name
//! a user sees (`Main.fib`), and it has no linkage name; the file is the path as the user wrote it,
//! ending in `.mesh`. Frames of other files (shims, thunks, the runtime) are not shown: what the
//! compiler makes up has no line table entries, or line 0.

use crate::context::Context;
use crate::descriptor::Text;

/// The program's record.
pub const PROGRAM: &str = "mesh_program";
/// `extern "C" fn(&Program, argc: i32, argv) -> i32`: runs the program, gives the exit code.
pub const START: &str = "mesh_rt_start";
/// `extern "C-unwind" fn(ctx, thunk, function)`: see [`context`](crate::context).
pub const ON_SEGMENT: &str = "mesh_rt_on_segment";
/// The `ObjectDesc` of strings the runtime makes; static strings may use it too.
pub const STRING_DESC: &str = "mesh_rt_string_desc";
/// The `ObjectDesc` of bytes the runtime makes.
pub const BYTES_DESC: &str = "mesh_rt_bytes_desc";

/// The one symbol a compiled program exports besides its functions: `mesh_program`.
#[repr(C)]
pub struct Program {
    /// [`ABI_VERSION`](crate::ABI_VERSION) the program was compiled for.
    pub abi_version: u64,
    /// C-convention shim that runs `main` and gives the exit code. An `Err` from `main` has then
    /// been printed.
    pub main: unsafe extern "C-unwind" fn(ctx: *mut Context) -> i64,
    /// Name for reports.
    pub name: Text,
    /// 1 for a release build.
    pub release: u64,
    /// The trampoline: calls a closure without parameters, in whose frame the actor may park, and
    /// drops what it gives. It notes its own frame in the context.
    pub enter: unsafe extern "C-unwind" fn(ctx: *mut Context, closure: *mut u8),
}

// SAFETY: immutable static data.
unsafe impl Sync for Program {}
