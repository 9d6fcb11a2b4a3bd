//! Files, imports and types.

use crate::blocks;
use crate::code::{children, element, on_new_line, row};
use crate::doc::Doc;
use crate::trivia::at_end;
use mesh_syntax::SyntaxKind::*;
use mesh_syntax::{SyntaxElement, SyntaxNode};

/// A whole file.
pub fn file(root: &SyntaxNode) -> Doc {
    let items = blocks::sequence(&children(root), true);
    Doc::Concat(vec![items, at_end(root)])
}

/// `from Module import a, b`: names on as few lines as they need.
pub fn from_import(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let first = all.iter().position(|it| it.kind() == IMPORT_NAME);
    let first = first.unwrap_or(all.len());
    let mut names: Vec<Doc> = Vec::new();
    for it in &all[first..] {
        match (it.kind(), names.last_mut()) {
            (COMMA, Some(last)) => {
                let name = std::mem::replace(last, Doc::Nil);
                *last = Doc::Concat(vec![name, element(it)]);
            }
            _ => names.push(element(it)),
        }
    }
    Doc::Concat(vec![
        row(node.kind(), &all[..first]),
        Doc::Space,
        Doc::indent(Doc::Fill(names)),
    ])
}

/// `type T = …`: variants on lines of their own where the first one was.
pub fn type_def(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let list = all.iter().position(|it| it.kind() == VARIANT_LIST);
    let equals = all.iter().any(|it| it.kind() == EQ);
    let Some(list) = list.filter(|_| equals) else {
        return row(node.kind(), &all);
    };
    let apart = on_new_line(&all[list]);
    let line = if apart { Doc::Hard } else { Doc::Line };
    let body = Doc::indent(Doc::Concat(vec![line, element(&all[list])]));
    let mut docs = vec![row(node.kind(), &all[..list]), Doc::group(body)];
    for it in &all[list + 1..] {
        docs.push(if on_new_line(it) {
            Doc::Hard
        } else {
            Doc::Space
        });
        docs.push(element(it));
    }
    Doc::Concat(docs)
}

/// Variants, each on the line it was on; between `do` and `end` as members.
pub fn variants(node: &SyntaxNode) -> Doc {
    if blocks::is_region(node) {
        return blocks::region(node);
    }
    let all: Vec<SyntaxElement> = children(node);
    let several = all.iter().any(on_new_line);
    blocks::sequence(&all, several)
}
