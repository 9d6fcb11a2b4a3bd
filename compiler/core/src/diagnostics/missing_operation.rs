//! E0603: an `extern fn` that stands for nothing.

use mesh_report::{Diagnostic, Explain, Span};

/// An `extern fn` without a row in the table of natives or intrinsics.
pub struct MissingOperation {
    /// `Module.name`
    pub name: String,
    /// Rather than an intrinsic.
    pub native: bool,
    pub span: Span,
}

impl Explain for MissingOperation {
    const CODE: &'static str = "E0603";

    fn explain(self) -> Diagnostic {
        let table = if self.native {
            "the runtime has no native"
        } else {
            "the compiler has no intrinsic"
        };
        Diagnostic::error(Self::CODE, format!("{table} `{}`", self.name))
            .primary(self.span, "declared here")
            .help("`extern fn` is for the standard library; a program writes its functions in Mesh")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_table_lacks_it() {
        let source = mesh_report::testing::marked("extern fn «f»()");
        let text = source.render(MissingOperation {
            name: "Main.f".into(),
            native: true,
            span: source.spans[0],
        });
        assert!(text.contains("the runtime has no native `Main.f`"));
    }
}
