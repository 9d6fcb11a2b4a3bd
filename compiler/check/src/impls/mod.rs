//! Interfaces and who has them: the table of impls, the search for one, the impls types have by
//! structure, and the rules an impl must keep.

mod coherence;
mod diagnostics;
pub mod lower;
mod matching;
mod select;
mod structural;
mod table;

pub use coherence::check as check_coherence;
pub use select::{Candidates, DEPTH, Failure};
pub use structural::{ByStructure, Shape};
pub use table::{Head, ImplTable, Requirement, requirements};
