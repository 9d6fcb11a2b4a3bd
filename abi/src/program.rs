//! What a compiled program tells the runtime about itself, and how the runtime enters it.

use crate::context::Context;
use crate::descriptor::Text;

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
}

// SAFETY: immutable static data.
unsafe impl Sync for Program {}
