//! What compiled code and the runtime must agree on: object headers, type descriptors, the actor
//! context, and the table of natives. No dependencies; every offset the code generator bakes in
//! is asserted here at compile time.

pub mod context;
pub mod descriptor;
pub mod native;
pub mod object;
pub mod program;
pub mod values;

/// Changes whenever a layout or a protocol in this crate changes. A program carries the version it
/// was compiled for, and the runtime refuses another one.
pub const ABI_VERSION: u64 = 4;
