//! What std offers is explained: a comment on every public item, with an example, which the tests run.

use super::{File, Problem};

/// Ends the comment of an item that is public only for the rest of std.
const INTERNAL: &str = "For std alone.";
const KINDS: [&str; 6] = ["fn", "const", "type", "struct", "interface", "service"];

pub fn check(files: &[File]) -> Vec<Problem> {
    let of_std = files
        .iter()
        .filter(|file| file.path.starts_with("std/") && file.extension() == "mesh");
    of_std.flat_map(file).collect()
}

fn file(file: &File) -> Vec<Problem> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut problems = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = public(line) else {
            continue;
        };
        let before = lines[..at]
            .iter()
            .rev()
            .skip_while(|line| line.starts_with('@'));
        let docs: Vec<&str> = before
            .map_while(|line| line.strip_prefix("##").filter(|doc| !doc.starts_with('!')))
            .collect();
        let has_example = docs.iter().any(|doc| doc.starts_with("     "));
        let is_internal = docs.iter().any(|doc| doc.ends_with(INTERNAL));
        if docs.is_empty() {
            problems.push(Problem::new(
                file,
                at + 1,
                format!("`{name}` is public and has no comment"),
            ));
        } else if !has_example && !is_internal {
            let message = format!("the comment of `{name}` has no example");
            problems.push(Problem::new(file, at + 1, message));
        }
    }
    problems
}

/// The name of a public item at the start of a line.
fn public(line: &str) -> Option<&str> {
    let mut words = line.strip_prefix("pub ")?.split_whitespace();
    let kind = words.find(|word| !matches!(*word, "opaque" | "extern"))?;
    let rest = words.next()?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    KINDS
        .contains(&kind)
        .then_some(&rest[..end.unwrap_or(rest.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let file = File {
            path: "std/core/a.mesh".to_string(),
            text: text.to_string(),
        };
        let problems = check(&[file]).into_iter();
        problems.map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn public_items_want_a_comment_with_an_example() {
        let text =
            "## One.\n##\n##     one() == 1\n@lang(\"one\")\npub fn one() = 1\n\nfn two() = 2\n";
        assert!(found(text).is_empty());
        assert_eq!(
            found("pub opaque struct Box<T> do\n"),
            ["std/core/a.mesh:1: `Box` is public and has no comment"]
        );
        assert_eq!(
            found("## Two.\npub extern fn two() -> Int\n"),
            ["std/core/a.mesh:2: the comment of `two` has no example"]
        );
        assert!(found("## Two. For std alone.\npub fn two() = 2\n").is_empty());
    }
}
