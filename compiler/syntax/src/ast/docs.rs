//! Documentation: `##` before what it documents, `##!` for the module.

use super::*;

/// What can be documented.
pub trait HasDocs: AstNode<Language = Mesh> {
    /// The lines of its `##` comments, without the marks.
    fn docs(&self) -> Option<String> {
        lines(self.syntax(), SyntaxKind::DOC_COMMENT, "##")
    }
}

impl HasDocs for FnDef {}
impl HasDocs for StructDef {}
impl HasDocs for FieldDef {}
impl HasDocs for TypeDef {}
impl HasDocs for Variant {}
impl HasDocs for ConstDef {}
impl HasDocs for InterfaceDef {}
impl HasDocs for ImplDef {}
impl HasDocs for AssocType {}
impl HasDocs for ActorDef {}
impl HasDocs for ServiceDef {}
impl HasDocs for CallDef {}
impl HasDocs for CastDef {}
impl HasDocs for SupervisorDef {}
impl HasDocs for ChildDef {}

impl SourceFile {
    /// The lines of the module's `##!` comments, without the marks.
    pub fn module_docs(&self) -> Option<String> {
        lines(self.syntax(), SyntaxKind::MODULE_DOC, "##!")
    }
}

fn lines(node: &SyntaxNode, kind: SyntaxKind, mark: &str) -> Option<String> {
    let comments = support::tokens(node, |it| it == kind);
    let lines: Vec<String> = comments
        .map(|token| {
            let line = token.text().strip_prefix(mark).unwrap_or("").trim_end();
            line.strip_prefix(' ').unwrap_or(line).to_string()
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
