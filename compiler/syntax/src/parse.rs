//! The result of parsing one file.

use crate::ast::{AstNode, BlockExpr, SourceFile};
use crate::diagnostics;
use crate::kind::SyntaxNode;
use crate::lexer::{self, LexError, LexErrorKind};
use crate::parser::{self, Input, Whole};
use crate::sink;
use mesh_report::{Diagnostic, FileId, Span, bug};
use rowan::GreenNode;

/// The tree of a file and what is wrong with its syntax. It may go from thread to thread; the nodes may not.
#[derive(Clone, Debug)]
pub struct Parse {
    /// The file it came from.
    pub file: FileId,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    green: GreenNode,
}

impl Parse {
    /// The root of the tree.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// The block of [`parse_statements`].
    pub fn statements(&self) -> Option<BlockExpr> {
        self.syntax().children().find_map(BlockExpr::cast)
    }

    /// The typed view of the root.
    pub fn tree(&self) -> SourceFile {
        match SourceFile::cast(self.syntax()) {
            Some(file) => file,
            None => bug!(
                Span::new(self.file, 0, 0),
                "the root of a tree is not a file"
            ),
        }
    }
}

/// Parses the text of a file. Never fails: what is wrong is among the diagnostics, and the tree holds all of the text.
pub fn parse(file: FileId, text: &str) -> Parse {
    parse_as(Whole::File, file, text)
}

/// As [`parse`], for a text that is what stands in a block: the root has one child, the block.
pub fn parse_statements(file: FileId, text: &str) -> Parse {
    parse_as(Whole::Statements, file, text)
}

fn parse_as(whole: Whole, file: FileId, text: &str) -> Parse {
    let lexed = lexer::lex(text);
    let input = Input::new(file, text, &lexed);
    let mut output = parser::run(&input, whole, false);
    if output.unclosed_at_end && !output.too_deep {
        // Something lacks its end: only the columns can tell what.
        let again = parser::run(&input, whole, true);
        if !again.diagnostics.is_empty() {
            output = again;
        }
    }
    let (green, too_deep) = sink::build(text, &lexed, output.events);
    drop_inside_out(text, &lexed.errors, &mut output.diagnostics);
    let mut all: Vec<Diagnostic> = lexed
        .errors
        .iter()
        .map(|error| lex_diagnostic(file, text, error))
        .collect();
    all.append(&mut output.diagnostics);
    if let (Some(at), false) = (too_deep, output.too_deep) {
        all.push(
            diagnostics::TooDeep {
                span: Span::new(file, at, at),
            }
            .into(),
        );
    }
    mesh_report::sort(&mut all);
    Parse {
        file,
        diagnostics: all,
        green,
    }
}

/// If a heredoc's opening quotes are missing, its closing ones open another, and the text before them was read as code:
/// what was said about that is dropped, back to the last line that is not indented.
fn drop_inside_out(text: &str, errors: &[LexError], diagnostics: &mut Vec<Diagnostic>) {
    let open = errors
        .iter()
        .find(|error| error.kind == LexErrorKind::UnclosedHeredoc);
    let Some(open) = open else { return };
    let before = &text[..open.range.start];
    let item = before
        .rmatch_indices('\n')
        .map(|(at, _)| at + 1)
        .find(|&at| {
            before[at..].starts_with(|c: char| c.is_alphabetic())
                && !before[at..].starts_with("end")
        });
    let item = item.unwrap_or(0) as u32;
    diagnostics.retain(|diagnostic| diagnostic.span().start < item);
}

fn lex_diagnostic(file: FileId, text: &str, error: &LexError) -> Diagnostic {
    let span = Span::new(file, error.range.start as u32, error.range.end as u32);
    let text = text[error.range.clone()].to_string();
    match error.kind {
        LexErrorKind::UnclosedString => diagnostics::UnclosedString { span }.into(),
        LexErrorKind::UnclosedHeredoc => diagnostics::UnclosedHeredoc { span }.into(),
        LexErrorKind::UnclosedInterpolation => diagnostics::UnclosedInterpolation { span }.into(),
        LexErrorKind::UnclosedRegex => diagnostics::UnclosedRegex { span }.into(),
        LexErrorKind::UnknownCharacter => diagnostics::UnknownCharacter { text, span }.into(),
        LexErrorKind::BadNumber => diagnostics::BadNumber { text, span }.into(),
        LexErrorKind::SlashComment => diagnostics::SlashComment { span }.into(),
    }
}
