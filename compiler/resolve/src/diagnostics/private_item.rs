//! Use of another module's item that is not `pub`.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct PrivateItem<'a> {
    /// The item.
    pub name: &'a str,
    /// Where it is used.
    pub span: Span,
    /// Its module.
    pub module: &'a str,
    /// Where it is declared.
    pub declared: Span,
    /// It is a constructor or field of an opaque type.
    pub opaque: bool,
}

impl Explain for PrivateItem<'_> {
    const CODE: &'static str = "E0205";

    fn explain(self) -> Diagnostic {
        let (what, label) = if self.opaque {
            ("belongs to an opaque type of", "the type is opaque")
        } else {
            ("is private to", "declared without `pub`")
        };
        let d = Diagnostic::error(
            Self::CODE,
            format!("`{}` {what} the module `{}`", self.name, self.module),
        )
        .primary(self.span, "not visible here")
        .secondary(self.declared, label);
        if self.opaque {
            d.help("use the functions its module offers to make and to read such values")
        } else {
            d.fix("make it public", self.declared.at_start(), "pub ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«fn secret() = 1» «secret»()");
        let text = source.render(PrivateItem {
            name: "secret",
            span: source.spans[1],
            module: "Keys",
            declared: source.spans[0],
            opaque: false,
        });
        assert!(
            text.contains("`secret` is private to the module `Keys`"),
            "{text}"
        );
        assert!(text.contains("declared without `pub`"), "{text}");
        assert!(text.contains("make it public"), "{text}");
    }
}
