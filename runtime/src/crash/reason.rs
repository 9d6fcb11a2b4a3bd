//! Why an actor ended, in Mesh's words.

use crate::message::Owned;
use crate::natives::int::decimal;
use std::sync::Arc;

/// The reasons of Mesh's `ExitReason`.
#[derive(Clone, Debug)]
pub enum Reason {
    Normal,
    Shutdown,
    Killed,
    NoProcess,
    NodeLost(String),
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
    /// Any other `ExitReason` that the actor gave itself, with its `Debug` text.
    Exit {
        text: String,
        value: Arc<Owned>,
    },
    /// An actor that this one was linked to ended, for that reason.
    Linked {
        from: u64,
        reason: Arc<Reason>,
    },
}

impl PartialEq for Reason {
    /// Equal reasons are shown the same way.
    fn eq(&self, other: &Reason) -> bool {
        self.constructor() == other.constructor()
    }
}

impl Reason {
    /// A reason that the actor gave itself: its `Debug` text and the value.
    pub fn of_value(text: &str, value: Owned) -> Reason {
        match text {
            "Normal" => Reason::Normal,
            "Shutdown" => Reason::Shutdown,
            "Killed" => Reason::Killed,
            "NoProcess" => Reason::NoProcess,
            _ => Reason::Exit {
                text: text.to_owned(),
                value: Arc::new(value),
            },
        }
    }

    /// Whether the actor ended as it meant to.
    pub fn is_normal(&self) -> bool {
        matches!(self, Reason::Normal)
    }

    /// Whether the end is reported: not if somebody else wanted it, or the actor did; but the first
    /// actor's always, for it ends the program.
    pub fn is_reported(&self, first: bool) -> bool {
        match self {
            Reason::Normal => false,
            Reason::Shutdown | Reason::Killed | Reason::Linked { .. } => first,
            _ => true,
        }
    }

    /// What others are told.
    pub fn told(&self) -> Arc<Reason> {
        match self {
            Reason::Linked { reason, .. } => Arc::clone(reason),
            other => Arc::new(other.clone()),
        }
    }

    /// Which constructor it is, as `ExitReason.at_hand` counts them.
    pub fn kind(&self) -> i64 {
        match self {
            Reason::Normal => 0,
            Reason::Shutdown => 1,
            Reason::Killed => 2,
            Reason::NoProcess => 3,
            Reason::NodeLost(_) => 4,
            Reason::Panic(_) => 5,
            Reason::ArithmeticOverflow | Reason::BadShift(_) => 6,
            Reason::DivisionByZero => 7,
            Reason::IndexOutOfRange(..) => 8,
            Reason::NoMatch(_) => 9,
            Reason::StackOverflow => 10,
            Reason::HeapLimit => 11,
            Reason::Other(_) => 12,
            Reason::Exit { .. } => 13,
            Reason::Linked { reason, .. } => reason.kind(),
        }
    }

    /// The text of a constructor that has one.
    pub fn text(&self) -> &str {
        match self {
            Reason::NodeLost(text)
            | Reason::Panic(text)
            | Reason::NoMatch(text)
            | Reason::Other(text)
            | Reason::Exit { text, .. } => text,
            Reason::Linked { reason, .. } => reason.text(),
            _ => "",
        }
    }

    /// The constructor as Mesh's `Debug` shows it.
    pub fn constructor(&self) -> String {
        match self {
            Reason::Normal => String::from("Normal"),
            Reason::Shutdown => String::from("Shutdown"),
            Reason::Killed => String::from("Killed"),
            Reason::NoProcess => String::from("NoProcess"),
            Reason::NodeLost(text) => with_text("NodeLost", text),
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
            Reason::Exit { text, .. } => text.clone(),
            Reason::Linked { reason, .. } => reason.constructor(),
        }
    }
}

/// An integer in decimal.
pub fn number(value: i64) -> String {
    let (digits, start) = decimal(value);
    String::from_utf8_lossy(&digits[start..]).into_owned()
}

fn with_text(name: &str, text: &str) -> String {
    [name, "(\"", &escaped(text), "\")"].concat()
}

/// A text as it stands between quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
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
    out
}
