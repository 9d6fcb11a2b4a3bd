//! A file has at most 800 lines, a function at most 100.

use super::{File, Problem, rust};

const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 100;

pub fn check(files: &[File]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        let functions = match file.extension() {
            "rs" => rust_functions(&file.text),
            "mesh" => mesh_functions(&file.text),
            _ if file.is_shell() => Vec::new(),
            _ => continue,
        };
        let lines = file.text.lines().count();
        if lines > FILE_LINES {
            let message =
                format!("{lines} lines; {FILE_LINES} are the most: find the two things it does");
            problems.push(Problem::new(file, 0, message));
        }
        for (first, last) in functions {
            let lines = last - first + 1;
            if lines > FUNCTION_LINES {
                let message = format!("a function of {lines} lines; {FUNCTION_LINES} are the most");
                problems.push(Problem::new(file, first, message));
            }
        }
    }
    problems
}

/// First and last line of every function with a body.
fn rust_functions(text: &str) -> Vec<(usize, usize)> {
    let code = rust::code_only(text);
    let (mut functions, mut open) = (Vec::new(), Vec::new());
    let (mut line, mut depth, mut pending, mut brackets) = (1, 0_usize, None, 0_usize);
    let mut word = String::new();
    for c in code.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if word == "fn" && c.is_whitespace() {
            (pending, brackets) = (Some(line), 0);
        }
        word.clear();
        match c {
            '\n' => line += 1,
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            // A declaration without a body, or an array type's length within one.
            ';' if brackets == 0 => pending = None,
            '{' => {
                depth += 1;
                if let Some(first) = pending.take() {
                    open.push((first, depth));
                }
            }
            '}' => {
                if open.last().is_some_and(|&(_, at)| at == depth) {
                    functions.extend(open.pop().map(|(first, _)| (first, line)));
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    functions
}

/// First and last line of every function, by indentation: it ends at the `end` or `}` below its `fn`.
fn mesh_functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut functions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let words = line.trim_start();
        let opens = words.ends_with("do") || words.ends_with('{');
        let is_function = ["fn ", "pub fn ", "actor ", "pub actor "];
        if !opens || !is_function.iter().any(|start| words.starts_with(start)) {
            continue;
        }
        let closes = |other: &&str| {
            indent(other) == indent(line)
                && (other.trim().starts_with("end") || other.trim().starts_with('}'))
        };
        if let Some(length) = lines[at + 1..].iter().position(closes) {
            functions.push((at + 1, at + 2 + length));
        }
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::testing::findings;

    #[test]
    fn functions_are_found_with_their_ends() {
        let text = "fn a(x: [u8; 2]) -> T {\n  if x { \"}\" }\n}\ntrait T { fn b(); }\nimpl X {\n  fn c() where A: B {\n    let f = || {};\n    fn d() {}\n  }\n}\n";
        assert_eq!(rust_functions(text), [(1, 3), (8, 8), (6, 9)]);
        let mesh = "fn a() do\n  if x do\n  end\nend\nfn b(x) = x\npub fn c() {\n}\n";
        assert_eq!(mesh_functions(mesh), [(1, 4), (6, 7)]);
    }

    #[test]
    fn long_functions_and_files_are_found() {
        let long = format!("fn f() {{\n{}}}\n", "  x();\n".repeat(99));
        let huge = "//\n".repeat(801);
        let fine = format!("fn f() {{\n{}}}\n", "  x();\n".repeat(98));
        let files = [
            ("a.rs", &long[..]),
            ("b.rs", &huge),
            ("c.rs", &fine),
            ("d.md", &huge),
        ];
        assert_eq!(findings(check, &files), ["a.rs:1", "b.rs:0"]);
    }
}
