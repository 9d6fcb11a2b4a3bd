//! Pages in Markdown: the code blocks in Mesh on them.

use crate::{Unformatted, format};
use mesh_report::FileId;

const FENCE: &str = "```";

/// A page with its fenced blocks that say `mesh` formatted. A block with errors of syntax stays as it is: pages also show what is
/// wrong. The place of the error is that in the page.
pub fn format_page(file: FileId, text: &str) -> Result<String, Unformatted> {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        out.push_str(line);
        let Some(info) = line.strip_prefix(FENCE).map(str::trim) else {
            continue;
        };
        let mut block = String::new();
        let mut closing = None;
        for line in lines.by_ref() {
            if line.trim_end() == FENCE {
                closing = Some(line);
                break;
            }
            block.push_str(line);
        }
        let is_mesh = info.split_whitespace().next() == Some("mesh");
        if is_mesh && closing.is_some() {
            let start = out.len();
            match format(file, &block) {
                Ok(formatted) => out.push_str(&formatted),
                Err(Unformatted::Errors(_)) => out.push_str(&block),
                Err(Unformatted::Unsafe(at)) => return Err(Unformatted::Unsafe(start + at)),
            }
        } else {
            out.push_str(&block);
        }
        out.push_str(closing.unwrap_or_default());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> String {
        format_page(FileId(0), text).unwrap_or_default()
    }

    #[test]
    fn blocks_in_mesh_are_formatted() {
        let before = "# Page\n\n```mesh check\nlet x  =1\n```\n\ntext  here\n";
        let before = before.replace("let x", "const x");
        let after = "# Page\n\n```mesh check\nconst x = 1\n```\n\ntext  here\n";
        assert_eq!(page(&before), after);
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "no end of line",
            "```text\nfn  f() = 1\n```\n",
            "```meshes\nfn  f() = 1\n```\n",
            "```mesh\nfn f( do\n```\n",
            "```mesh\nfn  f() = 1\n",
        ] {
            assert_eq!(page(text), text);
        }
    }
}
