//! Which modules of std a program needs: what the language itself needs, what the program names, and what these name.
//!
//! Names are looked for in the text, without knowing what they mean, so some modules are taken for nothing. What is
//! missing nevertheless shows as an error, on which the program is compiled again with all of std
//! ([`crate::pipeline::guarded`]): so this decides how fast a program compiles, and nothing else.

use crate::input::Source;
use crate::pipeline::Program;
use std::collections::{HashMap, HashSet};

/// What is written without a word, and the word it stands for.
const LITERALS: &[(&str, &str)] = &[("~r", "regex"), ("~h", "html")];

/// The program with the modules of std that it needs; `None` where those are all.
pub fn part(program: &Program) -> Option<Program> {
    // An example in a comment may name anything.
    if program.modules.iter().any(|module| module.is_tested) {
        return None;
    }
    let texts: Vec<&str> = program
        .modules
        .iter()
        .map(|module| program.sources.text(module.file))
        .collect();
    let taken = taken(&program.modules, &texts);
    if taken.iter().all(|taken| *taken) {
        return None;
    }
    let modules = program.modules.iter().zip(taken);
    Some(Program {
        sources: program.sources.clone(),
        modules: modules
            .filter(|(_, taken)| *taken)
            .map(|(module, _)| module.clone())
            .collect(),
    })
}

fn taken(modules: &[Source], texts: &[&str]) -> Vec<bool> {
    let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, module) in modules.iter().enumerate() {
        if module.is_std && !module.is_core {
            by_word.entry(module.module.as_str()).or_default().push(at);
            for word in lang_words(texts[at]) {
                by_word.entry(word).or_default().push(at);
            }
        }
    }
    let mut taken: Vec<bool> = modules
        .iter()
        .map(|module| !module.is_std || module.is_core)
        .collect();
    let mut open: Vec<usize> = (0..modules.len()).filter(|&at| taken[at]).collect();
    while let Some(at) = open.pop() {
        let mut name = |word: &str| {
            for &at in by_word.get(word).into_iter().flatten() {
                if !taken[at] {
                    taken[at] = true;
                    open.push(at);
                }
            }
        };
        let is_own = !modules[at].is_std;
        for (literal, word) in LITERALS {
            if is_own && texts[at].contains(literal) {
                name(word);
            }
        }
        // std does without what syntax needs of its other modules, or names them.
        let counts = |word: &&str| is_own || word.starts_with(|c: char| c.is_ascii_uppercase());
        words(texts[at]).filter(counts).for_each(&mut name);
    }
    taken
}

/// The words of the names that syntax knows a module's items by.
fn lang_words(text: &str) -> HashSet<&str> {
    let names = text.split("@lang(\"").skip(1);
    let names = names.filter_map(|rest| rest.split('"').next());
    names.flat_map(|name| name.split('_')).collect()
}

/// The words of a file, those in comments left out.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    lines.flat_map(move |line| {
        line.split(move |c| !letter(c))
            .filter(|word| !word.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::SourceMap;

    fn names(main: &str) -> Vec<String> {
        let mut sources = SourceMap::new();
        let mut modules = Vec::new();
        for (module, is_std, is_core, text) in [
            ("Main", false, false, main),
            ("Int", true, true, "fn f() = Time.now()"),
            ("Time", true, false, "# Of a Url.\nfn now() = 1"),
            ("Router", true, false, "fn f() = Url.f()"),
            ("Url", true, false, "fn f() = 1"),
            (
                "Supervisor",
                true,
                false,
                "@lang(\"supervisor_start\")\nfn f() = 1",
            ),
            ("Regex", true, false, "@lang(\"regex\")\nextern type Regex"),
        ] {
            modules.push(Source {
                file: sources.add(module, text),
                module: module.to_string(),
                is_std,
                is_core,
                is_tested: false,
            });
        }
        let program = Program { sources, modules };
        let part = part(&program).unwrap_or(program);
        part.modules.into_iter().skip(3).map(|m| m.module).collect()
    }

    #[test]
    fn what_is_named_is_taken_with_what_it_names() {
        assert!(names("fn main() = println(1)").is_empty());
        assert!(names("# A Router\nfn main() = println(1)").is_empty());
        assert_eq!(names("fn main() = Router.f()"), ["Router", "Url"]);
        assert_eq!(names("import Url as U"), ["Url"]);
    }

    #[test]
    fn syntax_needs_modules_too() {
        assert_eq!(names("supervisor App do\nend"), ["Supervisor"]);
        assert_eq!(names("fn main() = ~r/a/"), ["Regex"]);
    }
}
