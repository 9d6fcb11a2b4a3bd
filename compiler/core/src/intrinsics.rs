//! The intrinsics: what std declares with `@intrinsic extern fn` and what Core makes of each.
//!
//! This table is the only statement of their names and types. `raw_` marks what std wraps before a
//! user sees it: behind an operator's impl, or behind a bounds check. `T` is any type.

use crate::ir::{ListOp, Prim};

/// What a call of an intrinsic becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intrinsic {
    Prim(Prim),
    List(ListOp),
    /// The arguments, strings all, joined.
    Concat,
    /// Ends the actor.
    Crash(CrashKind),
    /// The argument, as a value of a type that is represented alike.
    Same,
    /// The `Debug` text of the argument, which every type has.
    Inspect,
    /// What is known of the instance's type argument of this number.
    OfType(usize, TypeFact),
}

/// A fact about a type, as a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeFact {
    /// The same number for the same type in every program; 0 for `Never`.
    Fingerprint,
    /// As a user would write it.
    Name,
}

/// Crashes that std raises itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashKind {
    Panic,
    NoMatch,
    IndexOutOfRange,
}

/// One intrinsic.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// `Module.name` as std declares it.
    pub name: &'static str,
    /// Its type, as a reader of std would write it.
    pub signature: &'static str,
    pub op: Intrinsic,
}

const fn prim(name: &'static str, signature: &'static str, prim: Prim) -> Row {
    Row {
        name,
        signature,
        op: Intrinsic::Prim(prim),
    }
}

const fn list(name: &'static str, signature: &'static str, op: ListOp) -> Row {
    Row {
        name,
        signature,
        op: Intrinsic::List(op),
    }
}

const fn crash(name: &'static str, signature: &'static str, kind: CrashKind) -> Row {
    Row {
        name,
        signature,
        op: Intrinsic::Crash(kind),
    }
}

const fn of_type(
    name: &'static str,
    signature: &'static str,
    argument: usize,
    fact: TypeFact,
) -> Row {
    Row {
        name,
        signature,
        op: Intrinsic::OfType(argument, fact),
    }
}

const INT_INT: &str = "(Int, Int) -> Int";
const INT: &str = "(Int) -> Int";
const INT_TEST: &str = "(Int, Int) -> Bool";
const FLOAT_FLOAT: &str = "(Float, Float) -> Float";
const FLOAT: &str = "(Float) -> Float";
const FLOAT_TEST: &str = "(Float, Float) -> Bool";

/// Every intrinsic.
pub const TABLE: &[Row] = &[
    // These crash the actor on overflow, on division by zero, on a count outside 0..=63.
    prim("Int.raw_add", INT_INT, Prim::IntAdd),
    prim("Int.raw_sub", INT_INT, Prim::IntSub),
    prim("Int.raw_mul", INT_INT, Prim::IntMul),
    prim("Int.raw_div", INT_INT, Prim::IntDiv),
    prim("Int.raw_rem", INT_INT, Prim::IntRem),
    prim("Int.raw_neg", INT, Prim::IntNeg),
    prim("Int.wrapping_add", INT_INT, Prim::IntWrappingAdd),
    prim("Int.wrapping_sub", INT_INT, Prim::IntWrappingSub),
    prim("Int.wrapping_mul", INT_INT, Prim::IntWrappingMul),
    prim("Int.bit_and", INT_INT, Prim::IntAnd),
    prim("Int.bit_or", INT_INT, Prim::IntOr),
    prim("Int.bit_xor", INT_INT, Prim::IntXor),
    prim("Int.bit_not", INT, Prim::IntNot),
    prim("Int.shift_left", INT_INT, Prim::IntShl),
    prim("Int.shift_right", INT_INT, Prim::IntShr),
    prim("Int.shift_right_unsigned", INT_INT, Prim::IntUshr),
    prim("Int.count_ones", INT, Prim::IntPopCount),
    prim("Int.leading_zeros", INT, Prim::IntLeadingZeros),
    prim("Int.trailing_zeros", INT, Prim::IntTrailingZeros),
    prim("Int.raw_eq", INT_TEST, Prim::IntEq),
    prim("Int.raw_lt", INT_TEST, Prim::IntLt),
    prim("Int.raw_le", INT_TEST, Prim::IntLe),
    prim("Int.to_float", "(Int) -> Float", Prim::IntToFloat),
    prim("Int.raw_mul_high", INT_INT, Prim::IntMulHigh),
    prim("Float.from_bits", "(Int) -> Float", Prim::IntBitsToFloat),
    prim("Float.raw_add", FLOAT_FLOAT, Prim::FloatAdd),
    prim("Float.raw_sub", FLOAT_FLOAT, Prim::FloatSub),
    prim("Float.raw_mul", FLOAT_FLOAT, Prim::FloatMul),
    prim("Float.raw_div", FLOAT_FLOAT, Prim::FloatDiv),
    prim("Float.raw_rem", FLOAT_FLOAT, Prim::FloatRem),
    prim("Float.raw_neg", FLOAT, Prim::FloatNeg),
    // NaN equals itself and is greater than all numbers.
    prim("Float.raw_eq", FLOAT_TEST, Prim::FloatEq),
    prim("Float.raw_lt", FLOAT_TEST, Prim::FloatLt),
    prim("Float.raw_le", FLOAT_TEST, Prim::FloatLe),
    prim("Float.floor", FLOAT, Prim::FloatFloor),
    prim("Float.ceil", FLOAT, Prim::FloatCeil),
    prim("Float.round", FLOAT, Prim::FloatRound),
    prim("Float.trunc", FLOAT, Prim::FloatTrunc),
    prim("Float.sqrt", FLOAT, Prim::FloatSqrt),
    prim("Float.abs", FLOAT, Prim::FloatAbs),
    // Towards zero; crashes out of range and for NaN.
    prim("Float.to_int", "(Float) -> Int", Prim::FloatToInt),
    prim("Float.to_bits", "(Float) -> Int", Prim::FloatBits),
    prim("Bool.raw_eq", "(Bool, Bool) -> Bool", Prim::BoolEq),
    prim("Bool.raw_not", "(Bool) -> Bool", Prim::BoolNot),
    prim("String.raw_eq", "(String, String) -> Bool", Prim::StringEq),
    // -1, 0 or 1, by bytes.
    prim(
        "String.raw_compare",
        "(String, String) -> Int",
        Prim::StringCompare,
    ),
    prim("Atom.raw_eq", "(Atom, Atom) -> Bool", Prim::AtomEq),
    // Without the colon.
    prim("Atom.raw_name", "(Atom) -> String", Prim::AtomName),
    prim("Pid.raw_eq", "(Pid<M, R>, Pid<M, R>) -> Bool", Prim::PidEq),
    prim("Pid.raw_bits", "(Pid<M, R>) -> Int", Prim::PidBits),
    prim(
        "Supervision.raw_typed",
        "(Int) -> Pid<M, R>",
        Prim::PidOfBits,
    ),
    // The name of a function value of any type.
    prim("Debug.raw_fn_name", "(T) -> String", Prim::FnName),
    // No list operation checks bounds.
    list("List.length", "(List<T>) -> Int", ListOp::Length),
    list("List.raw_get", "(List<T>, Int) -> T", ListOp::Get),
    // (xs, from, length): shares the buffer.
    list(
        "List.raw_slice",
        "(List<T>, Int, Int) -> List<T>",
        ListOp::Slice,
    ),
    list("List.append", "(List<T>, T) -> List<T>", ListOp::Push),
    list("List.prepend", "(List<T>, T) -> List<T>", ListOp::Unshift),
    list(
        "List.concat",
        "(List<T>, List<T>) -> List<T>",
        ListOp::Concat,
    ),
    list(
        "List.raw_with_capacity",
        "(Int) -> List<T>",
        ListOp::WithCapacity,
    ),
    // (xs, index, x)
    list(
        "List.raw_replaced",
        "(List<T>, Int, T) -> List<T>",
        ListOp::Replaced,
    ),
    list(
        "List.raw_inserted",
        "(List<T>, Int, T) -> List<T>",
        ListOp::Inserted,
    ),
    list(
        "List.raw_removed",
        "(List<T>, Int) -> List<T>",
        ListOp::Removed,
    ),
    Row {
        name: "String.raw_concat",
        signature: "(String, String) -> String",
        op: Intrinsic::Concat,
    },
    Row {
        name: "Pid.sender",
        signature: "(Pid<M, R>) -> Pid<M, Never>",
        op: Intrinsic::Same,
    },
    of_type(
        "Prelude.raw_message_key",
        "(Pid<M, R>?) -> Int",
        0,
        TypeFact::Fingerprint,
    ),
    of_type(
        "Prelude.raw_reply_key",
        "(Pid<M, R>?) -> Int",
        1,
        TypeFact::Fingerprint,
    ),
    of_type(
        "Prelude.raw_message_name",
        "(Pid<M, R>?) -> String",
        0,
        TypeFact::Name,
    ),
    of_type(
        "Prelude.raw_reply_name",
        "(Pid<M, R>?) -> String",
        1,
        TypeFact::Name,
    ),
    Row {
        name: "Debug.of_any",
        signature: "(T) -> String",
        op: Intrinsic::Inspect,
    },
    crash("Prelude.panic", "(String) -> Never", CrashKind::Panic),
    // The value's `Debug` text.
    crash(
        "Prelude.raw_no_match",
        "(String) -> Never",
        CrashKind::NoMatch,
    ),
    // (index, length)
    crash(
        "List.raw_out_of_range",
        "(Int, Int) -> Never",
        CrashKind::IndexOutOfRange,
    ),
];

/// The row of an intrinsic by its Mesh name.
pub fn by_name(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (i, row) in TABLE.iter().enumerate() {
            assert!(
                TABLE[..i].iter().all(|other| other.name != row.name),
                "{} stands twice",
                row.name
            );
        }
    }
}
