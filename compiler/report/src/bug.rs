//! Faults of the compiler itself: raised by `bug!`, caught at the edge, and shown as what they are.

use crate::{SourceMap, Span};
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// The payload of the panic that `bug!` raises: something the compiler holds to be impossible happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bug {
    /// The source being compiled there, or [`Span::DUMMY`].
    pub span: Span,
    /// What was found.
    pub message: String,
    /// Where in the compiler: `file.rs:line`.
    pub location: String,
}

impl Bug {
    /// Unwinds with this as the payload. Called by `bug!`.
    pub fn raise(self) -> ! {
        std::panic::panic_any(self)
    }

    /// What the user reads.
    pub fn render(&self, sources: &SourceMap) -> String {
        let mut out = format!("error: this is a bug in the compiler: {}\n", self.message);
        if let (Some(at), false) = (sources.start(self.span), self.span.is_dummy()) {
            let path = sources.path(self.span.file);
            out.push_str(&format!(
                "  while compiling {path}:{}:{}\n",
                at.line, at.column
            ));
            if let Some(line) = sources
                .file(self.span.file)
                .and_then(|file| file.line(at.line))
            {
                out.push_str(&format!("  | {}\n", line.trim()));
            }
        }
        out.push_str(&format!("  raised at {}\n", self.location));
        out.push_str(
            "Your program may be fine. Please report it, with the program that shows it.\n",
        );
        out
    }
}

/// Raises an internal compiler error: `bug!(span, "no type for {name}")`.
#[macro_export]
macro_rules! bug {
    ($span:expr, $($message:tt)+) => {
        $crate::Bug {
            span: $span,
            message: format!($($message)+),
            location: concat!(file!(), ":", line!()).to_string(),
        }
        .raise()
    };
}

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static LOCATION: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs a piece of the compiler; a `bug!` in it, and any other panic, comes back as a value and prints nothing.
pub fn catch<T>(run: impl FnOnce() -> T) -> Result<T, Bug> {
    quiet_hook();
    let outer = CATCHING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    CATCHING.set(outer);
    result.map_err(from_payload)
}

/// Replaces the hook once: panics on a thread inside [`catch`] are noted instead of printed.
fn quiet_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CATCHING.get() {
                LOCATION.set(
                    info.location()
                        .map(|at| format!("{}:{}", at.file(), at.line())),
                );
            } else {
                previous(info);
            }
        }));
    });
}

fn from_payload(payload: Box<dyn Any + Send>) -> Bug {
    let location = LOCATION
        .take()
        .unwrap_or_else(|| "an unknown place".to_string());
    let message = match payload.downcast::<Bug>() {
        Ok(bug) => return *bug,
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => match payload.downcast::<&'static str>() {
                Ok(text) => text.to_string(),
                Err(_) => "a panic without a message".to_string(),
            },
        },
    };
    Bug {
        span: Span::DUMMY,
        message,
        location,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_comes_back_with_its_span_and_renders() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.mesh", "let x\n  oops\n");
        let span = Span::new(file, 8, 12);
        let bug = catch(|| bug!(span, "no type for {}", "oops")).unwrap_err();
        assert_eq!(bug.span, span);
        let text = bug.render(&sources);
        assert!(text.starts_with("error: this is a bug in the compiler: no type for oops\n"));
        assert!(
            text.contains("while compiling a.mesh:2:3\n  | oops\n"),
            "{text}"
        );
    }

    #[test]
    fn any_other_panic_becomes_a_bug_too() {
        let bug = catch(|| Vec::<u8>::new()[1]).unwrap_err();
        assert!(
            bug.message.contains("index out of bounds"),
            "{}",
            bug.message
        );
        assert!(bug.location.contains("bug.rs"), "{}", bug.location);
        assert_eq!(catch(|| 7), Ok(7));
    }
}
