//! Text to tokens to a lossless tree to typed views.
//!
//! In: the text of one file. Out: a [`Parse`] with a tree whose text is exactly the input, whatever the input is, and
//! the diagnostics on its syntax. The tree is read through the views of [`ast`], whose shape is stated in
//! `mesh.ungram`. It never reads files, never looks at another file and decides nothing about names or types.

pub mod ast;
mod diagnostics;
mod green;
mod kind;
mod lexer;
mod parse;
mod parser;
mod print;
mod sink;
pub mod strings;

pub use kind::{
    CONTEXTUAL, Mesh, NODES, PUNCTUATION, RESERVED, SyntaxElement, SyntaxKind, SyntaxNode,
    SyntaxToken,
};
pub use lexer::is_in_word;
pub use parse::{Parse, parse, parse_statements};
pub use print::{print_tokens, print_tree};
