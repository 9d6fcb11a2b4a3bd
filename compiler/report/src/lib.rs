//! Diagnostics, spans, the source map, and their renderings.
//!
//! In: facts about a program, from every stage. Out: a [`Diagnostic`] as text for people ([`text`]) or JSON for tools
//! ([`json`]). It never reads files and never decides what is wrong.
//!
//! # One file per diagnostic
//!
//! Each stage keeps its diagnostics under `src/diagnostics/<name>.rs`, one file each: a struct with the facts, its
//! [`Explain`] implementation (code, wording, labels, fix), and a test of the rendering. The page that
//! `mesh explain` prints is `docs/errors/<CODE>.md`: what it means, an example that gives it, how to mend it.
//!
//! ```
//! use mesh_report::{Diagnostic, Explain, Span};
//!
//! pub struct UnknownName<'a> {
//!     pub name: &'a str,
//!     pub span: Span,
//!     pub similar: Option<&'a str>,
//! }
//!
//! impl Explain for UnknownName<'_> {
//!     const CODE: &'static str = "E0201";
//!
//!     fn explain(self) -> Diagnostic {
//!         Diagnostic::error(Self::CODE, format!("there is no `{}` here", self.name))
//!             .primary(self.span, "not found")
//!             .when(self.similar, |d, name| d.fix(format!("write `{name}`"), self.span, name))
//!     }
//! }
//!
//! let mut all: Vec<Diagnostic> = Vec::new();
//! all.push(UnknownName { name: "pritn", span: Span::DUMMY, similar: Some("print") }.into());
//!
//! // In the test of the file:
//! let source = mesh_report::testing::marked("«pritn»(1)");
//! let text = source.render(UnknownName { name: "pritn", span: source.spans[0], similar: None });
//! assert!(text.contains("there is no `pritn` here"));
//! ```
//!
//! The message is one sentence without a full stop, in the user's own names. The primary label stands where the
//! mistake is, a secondary one where the reason for it is. A fix is an edit that makes the program right.
//!
//! # Codes
//!
//! | range | stage |
//! | --- | --- |
//! | E00xx E01xx | syntax |
//! | E02xx | resolve |
//! | E03xx E04xx E05xx | check |
//! | E06xx | core |
//! | E07xx | llvm |
//! | E08xx | driver: packages, files, linking |
//!
//! Warnings are `W` with the same ranges. A code is never reused.
//!
//! # Bugs
//!
//! What must be impossible is [`bug!`], never `panic!` or `unwrap`: the driver runs stages inside [`bug::catch`] and
//! shows the user what happened and that it is not their fault.

pub mod bug;
mod diagnostic;
pub mod json;
pub mod parallel;
mod source_map;
mod span;
pub mod testing;
pub mod text;

pub use bug::Bug;
pub use diagnostic::{Diagnostic, Edit, Explain, Fix, Label, Severity, sort};
pub use source_map::{LineCol, SourceFile, SourceMap};
pub use span::{FileId, Span};
pub use text::Colour;
