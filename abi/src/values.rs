//! Codes shared by compiled code and the runtime that are not layouts: crash kinds.

/// Why compiled code asks the runtime to end the actor: argument of `rt_crash(ctx, kind, a, b)`.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CrashKind {
    /// `a`: the message, a string.
    Panic = 0,
    ArithmeticOverflow = 1,
    DivisionByZero = 2,
    /// `a`: the index, `b`: the length.
    IndexOutOfRange = 3,
    /// `a`: the value's `Debug` text, a string, or 0.
    NoMatch = 4,
    StackOverflow = 5,
    HeapLimit = 6,
    /// `a`: the shift count.
    BadShift = 7,
}
