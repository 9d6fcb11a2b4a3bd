//! The result of parsing one file.

use crate::ast::{AstNode, SourceFile};
use crate::kind::{SyntaxKind, SyntaxNode};
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
    pub(crate) fn new(file: FileId, green: GreenNode, diagnostics: Vec<Diagnostic>) -> Parse {
        Parse {
            file,
            diagnostics,
            green,
        }
    }

    /// The root of the tree.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
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
    let mut builder = rowan::GreenNodeBuilder::new();
    builder.start_node(rowan::SyntaxKind(SyntaxKind::SOURCE_FILE as u16));
    builder.token(rowan::SyntaxKind(SyntaxKind::ERROR_TOKEN as u16), text);
    builder.finish_node();
    Parse::new(file, builder.finish(), Vec::new())
}
