//! Resolved modules to typed modules: inference, interfaces, processes, exhaustiveness.
//!
//! In: a [`World`] without names to look up. Out: a [`Checked`] program in which every expression
//! carries its type, or diagnostics. Promises that no inference variable survives. Never reads files.

mod diagnostics;
pub mod env;
pub mod exhaustive;
pub mod groups;
mod growth;
pub mod impls;
mod infer;
mod modules;
mod print;
pub mod program;
pub mod scheme;
pub mod show;
pub mod thir;
pub mod ty;
pub mod unify;
pub mod zonk;

pub use program::{CheckResult, Checked, MethodInstance, Obligation, Selected};
pub use ty::substitute;

use ty::Ty;

pub use modules::check_program;
pub use print::print_types;

/// The impl that types without variables and parameters have; `None` if there is none, which the
/// checker has ruled out for what it let through. Memoised.
pub fn select_impl(checked: &Checked, obligation: &Obligation) -> Option<Selected> {
    checked.env.table.select(obligation).ok()
}

/// The function that method number `method` of an interface is for `selected`, which answers
/// `obligation`. `method_args`: types for the method's own generics.
pub fn method_instance(
    checked: &Checked,
    selected: &Selected,
    obligation: &Obligation,
    method: u32,
    method_args: &[Ty],
) -> MethodInstance {
    checked
        .env
        .table
        .method_instance(selected, obligation, method, method_args)
}

/// `ty` with every projection replaced by what it stands for; call it after [`substitute`].
pub fn normalize(checked: &Checked, ty: Ty) -> Ty {
    checked.env.table.normalize(ty)
}
