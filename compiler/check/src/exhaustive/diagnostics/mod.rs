//! What pattern checking has to say, one file each.

mod missing_cases;
mod needless_else;
mod refutable_pattern;
mod unreachable_arm;
mod unused_result;

pub use missing_cases::MissingCases;
pub use needless_else::NeedlessElse;
pub use refutable_pattern::RefutablePattern;
pub use unreachable_arm::UnreachableArm;
pub use unused_result::UnusedResult;

/// Where patterns stand: decides the wording and whether they must cover everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    Match,
    Clauses,
    Receive,
    Let,
    Parameter,
    For,
}
