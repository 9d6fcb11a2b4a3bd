//! One layout for every program.
//!
//! In: the text of a file without errors of syntax. Out: the same tokens and comments in the layout that every program has: the
//! spellings, the style of the blocks and the lines within them stay as they were written; blanks, indentation, and the lines of what
//! stands in brackets or goes on after an operator are the formatter's, 100 columns wide. Formatting again changes nothing. It never
//! reads files.
//!
//! The tree becomes a document ([`doc`]) that says where lines may break, in the manner of P. Wadler, *A prettier printer* (2003);
//! one file for each group of nodes says how. The printer then breaks the outermost groups that do not fit.

mod blocks;
mod brackets;
mod code;
mod doc;
mod exprs;
mod items;
mod page;
mod safe;
mod spacing;
mod trivia;

pub use page::format_page;

use mesh_report::{Diagnostic, FileId};

/// The columns that a line should not go past.
pub const WIDTH: usize = 100;

/// How often a result is looked at again.
const ROUNDS: usize = 4;

/// Why a text is not formatted.
#[derive(Debug)]
pub enum Unformatted {
    /// It has errors of syntax.
    Errors(Vec<Diagnostic>),
    /// The result would not have been the same program: a fault of the formatter, at this byte of the text.
    Unsafe(usize),
}

/// Formats the text of a file; `file` is for the places of diagnostics.
pub fn format(file: FileId, text: &str) -> Result<String, Unformatted> {
    let parse = mesh_syntax::parse(file, text);
    if parse.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Unformatted::Errors(parse.diagnostics));
    }
    let root = parse.syntax();
    let mut formatted = doc::print(&items::file(&root), WIDTH);
    // A line that breaks may leave room for another layout of what stands around it: until nothing changes.
    for _ in 0..ROUNDS {
        let again = mesh_syntax::parse(file, &formatted).syntax();
        let next = doc::print(&items::file(&again), WIDTH);
        if next == formatted {
            break;
        }
        formatted = next;
    }
    match safe::first_difference(&root, &mesh_syntax::parse(file, &formatted)) {
        None => Ok(formatted),
        Some(at) => Err(Unformatted::Unsafe(at)),
    }
}
