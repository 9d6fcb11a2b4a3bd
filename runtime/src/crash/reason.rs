//! Why an actor ended, in Mesh's words.

use crate::natives::int::decimal;

/// The reasons of Mesh's `ExitReason` that a crash can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    Panic(String),
    ArithmeticOverflow,
    DivisionByZero,
    /// Index and length.
    IndexOutOfRange(i64, i64),
    /// The value's text, or nothing where the compiler gave none.
    NoMatch(String),
    StackOverflow,
    HeapLimit,
    /// A shift by fewer than 0 or more than 63 bits: to Mesh an arithmetic overflow.
    BadShift(i64),
    Other(String),
    /// The `Debug` text of the `ExitReason` that the actor gave itself.
    Exit(String),
}

impl Reason {
    /// Whether the actor ended as it meant to.
    pub fn is_normal(&self) -> bool {
        matches!(self, Reason::Exit(text) if text == "Normal")
    }

    /// The constructor as Mesh's `Debug` shows it.
    pub fn constructor(&self) -> String {
        match self {
            Reason::Panic(text) => with_text("Panic", text),
            Reason::ArithmeticOverflow | Reason::BadShift(_) => String::from("ArithmeticOverflow"),
            Reason::DivisionByZero => String::from("DivisionByZero"),
            Reason::IndexOutOfRange(index, len) => [
                "IndexOutOfRange(",
                &number(*index),
                ", ",
                &number(*len),
                ")",
            ]
            .concat(),
            Reason::NoMatch(text) => with_text("NoMatch", text),
            Reason::StackOverflow => String::from("StackOverflow"),
            Reason::HeapLimit => String::from("HeapLimit"),
            Reason::Other(text) => with_text("Other", text),
            Reason::Exit(text) => text.clone(),
        }
    }
}

/// An integer in decimal.
pub fn number(value: i64) -> String {
    let (digits, start) = decimal(value);
    String::from_utf8_lossy(&digits[start..]).into_owned()
}

fn with_text(name: &str, text: &str) -> String {
    let mut out = [name, "(\""].concat();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push_str("\")");
    out
}
