//! One file per command.

pub mod build;
pub mod check;
pub mod explain;
pub mod fmt;
pub mod new;
pub mod run;
pub mod test;
