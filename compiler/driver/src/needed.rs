//! Which modules of std a program needs, and which of their functions: what the language itself needs, what the program names, and
//! what these name.
//!
//! Names are looked for in the text, without knowing what they mean, so some are taken for nothing. The functions that are left
//! out are blanks in the text that is parsed, so that what is left stands where it stood. What is missing nevertheless shows as an
//! error, on which the program is compiled again with all of std ([`crate::pipeline::guarded`]): so this decides how fast a program
//! compiles, and nothing else.

mod items;

use crate::input::Source;
use crate::pipeline::Program;
use items::{Item, When};
use mesh_syntax::is_in_word;
use std::collections::{HashMap, HashSet};

/// What is written without a word, and the word it stands for.
const LITERALS: &[(&str, &str)] = &[("~r", "regex"), ("~h", "html")];

/// The program with what it needs of std; `None` where that is all.
pub fn part(program: &Program) -> Option<Program> {
    // An example in a comment may name anything.
    if program.modules.iter().any(|module| module.is_tested) {
        return None;
    }
    let text = |module: &Source| program.sources.text(module.file);
    let texts: Vec<&str> = program.modules.iter().map(text).collect();
    let mut search = Search::new(&program.modules, &texts);
    search.run();
    let modules = program.modules.iter().zip(&texts).zip(search.parts);
    let needed = modules.filter_map(|((module, text), part)| {
        let part = part?;
        let mut module = module.clone();
        if module.is_std {
            module.needed = Some(items::without(text, &part.items, &part.taken).into());
        }
        Some(module)
    });
    Some(Program {
        sources: program.sources.clone(),
        modules: needed.collect(),
    })
}

/// What a word may mean.
#[derive(Clone, Copy)]
enum Meaning {
    /// The module of this number.
    Module(usize),
    /// An item of a module of std.
    Item(usize, usize),
}

/// A module that is taken, and which of its items are.
struct Part<'t> {
    items: Vec<Item<'t>>,
    taken: Vec<bool>,
}

/// The state of looking for what is needed.
struct Search<'t> {
    modules: &'t [Source],
    texts: &'t [&'t str],
    meanings: HashMap<&'t str, Vec<Meaning>, Hash>,
    sieve: Sieve,
    /// By module: its items, once it is taken.
    parts: Vec<Option<Part<'t>>>,
    /// By module and item: functions that something names, whether or not their modules are taken.
    named: Vec<Vec<bool>>,
    /// Texts to look through, and whether they are the program's own.
    open: Vec<(&'t str, bool)>,
    /// What a module that is not taken yet has.
    items: Vec<Vec<Item<'t>>>,
    /// By module: impls of others that come with it.
    waiting: Vec<Vec<(usize, usize)>>,
}

type Hash = std::hash::BuildHasherDefault<rustc_hash::FxHasher>;

impl<'t> Search<'t> {
    fn new(modules: &'t [Source], texts: &'t [&'t str]) -> Search<'t> {
        let mut meanings: HashMap<&str, Vec<Meaning>, Hash> = HashMap::default();
        let mut all = Vec::new();
        for (at, module) in modules.iter().enumerate() {
            if !module.is_std {
                all.push(Vec::new());
                continue;
            }
            let items = items::items(texts[at]);
            if !module.is_core {
                let mut name = |word| {
                    let meanings = meanings.entry(word).or_default();
                    meanings.push(Meaning::Module(at));
                };
                name(module.module.as_str());
                lang_words(texts[at]).into_iter().for_each(name);
            }
            for (number, item) in items.iter().enumerate() {
                if let When::Named(name) = item.when {
                    let meanings = meanings.entry(name).or_default();
                    meanings.push(Meaning::Item(at, number));
                }
            }
            all.push(items);
        }
        Search {
            modules,
            texts,
            sieve: Sieve::of(meanings.keys().copied()),
            meanings,
            parts: modules.iter().map(|_| None).collect(),
            named: all.iter().map(|items| vec![false; items.len()]).collect(),
            open: Vec::new(),
            items: all,
            waiting: vec![Vec::new(); modules.len()],
        }
    }

    fn run(&mut self) {
        for at in 0..self.modules.len() {
            if !self.modules[at].is_std || self.modules[at].is_core {
                self.take(at);
            }
        }
        while let Some((text, is_own)) = self.open.pop() {
            for (literal, word) in LITERALS {
                if text.contains(literal) {
                    self.name(word, true);
                }
            }
            for word in words(text) {
                if self.sieve.may_have(word) {
                    self.name(word, is_own);
                }
            }
        }
    }

    fn name(&mut self, word: &str, is_own: bool) {
        let Some(meanings) = self.meanings.get(word) else {
            return;
        };
        for meaning in meanings.clone() {
            match meaning {
                // std does without what syntax needs of its other modules, or names them.
                Meaning::Module(at) => {
                    if is_own || word.starts_with(|c: char| c.is_ascii_uppercase()) {
                        self.take(at);
                    }
                }
                Meaning::Item(at, number) => {
                    if !std::mem::replace(&mut self.named[at][number], true) {
                        self.take_item(at, number);
                    }
                }
            }
        }
    }

    fn take(&mut self, at: usize) {
        if self.parts[at].is_some() {
            return;
        }
        let items = std::mem::take(&mut self.items[at]);
        if !self.modules[at].is_std {
            self.open.push((self.texts[at], true));
        }
        let count = items.len();
        self.parts[at] = Some(Part {
            items,
            taken: vec![false; count],
        });
        for number in 0..count {
            self.take_item(at, number);
        }
        for (at, number) in std::mem::take(&mut self.waiting[at]) {
            self.take_item(at, number);
        }
    }

    /// Takes an item, if its module is taken and it is needed then.
    fn take_item(&mut self, at: usize, number: usize) {
        let Some(part) = &self.parts[at] else {
            return;
        };
        let item = &part.items[number];
        let text = &item.text[item.names_from..];
        let missing = match item.when {
            When::Always => None,
            When::Named(_) if self.named[at][number] => None,
            When::Named(_) => return,
            When::With(head) => self.missing(head),
        };
        if let Some(missing) = missing {
            self.waiting[missing].push((at, number));
            return;
        }
        if let Some(part) = &mut self.parts[at] {
            part.taken[number] = true;
        }
        self.open.push((text, false));
    }

    /// A module of std that words name and that is not taken.
    fn missing(&self, text: &str) -> Option<usize> {
        let meanings = words(text).filter_map(|word| {
            let meanings = self.meanings.get(word)?.iter();
            let mut modules = meanings.filter_map(|meaning| match meaning {
                Meaning::Module(at) if self.modules[*at].module == *word => Some(*at),
                _ => None,
            });
            modules.next()
        });
        meanings.into_iter().find(|at| self.parts[*at].is_none())
    }
}

/// A set of words that may take others for its own: a bit for each pair of a length and a first and last letter.
struct Sieve(Vec<u64>);

impl Sieve {
    fn of<'a>(words: impl Iterator<Item = &'a str>) -> Sieve {
        let mut bits = vec![0; 1 << 10];
        for word in words {
            let place = Sieve::place(word.as_bytes());
            bits[place / 64] |= 1 << (place % 64);
        }
        Sieve(bits)
    }

    fn place(word: &[u8]) -> usize {
        let (first, last) = (word[0] as usize, word[word.len() - 1] as usize);
        ((first % 64) << 10) | ((last % 64) << 4) | (word.len() % 16)
    }

    fn may_have(&self, word: &str) -> bool {
        let place = Sieve::place(word.as_bytes());
        self.0[place / 64] & 1 << (place % 64) != 0
    }
}

/// The words of the names that syntax knows a module's items by.
fn lang_words(text: &str) -> HashSet<&str> {
    let names = text.split("@lang(\"").skip(1);
    let names = names.filter_map(|rest| rest.split('"').next());
    names.flat_map(|name| name.split('_')).collect()
}

/// The words of a file, those in comments left out.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let (mut at, mut line_begins) = (0, true);
    std::iter::from_fn(move || {
        loop {
            let byte = *bytes.get(at)?;
            if is_in_word(byte) {
                let rest = &bytes[at..];
                let length = rest.iter().position(|&byte| !is_in_word(byte));
                let from = at;
                at += length.unwrap_or(rest.len());
                line_begins = false;
                return Some(&text[from..at]);
            }
            if byte == b'#' && line_begins {
                let rest = &bytes[at..];
                let length = rest.iter().position(|&byte| byte == b'\n');
                at += length.unwrap_or(rest.len());
                continue;
            }
            line_begins = byte == b'\n' || (line_begins && byte.is_ascii_whitespace());
            at += 1;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::SourceMap;

    /// The modules of std that are needed, with what is left of them, for a program that is this text.
    fn needed(main: &str) -> Vec<(String, String)> {
        let mut sources = SourceMap::new();
        let mut modules = Vec::new();
        for (module, is_core, text) in [
            ("Main", false, main),
            ("Int", true, "fn f() = Url.f()\nconst now = Time.now()"),
            (
                "Time",
                false,
                "# Of a Url.\nfn now() = inner()\nfn inner() = 1\nfn other() = Url.f()",
            ),
            (
                "Router",
                false,
                "type Router = | R\nimpl Show for Url do\nend\nfn route() = Url.f()",
            ),
            ("Url", false, "fn f() = 1\nfn inner() = 2"),
            (
                "Supervisor",
                false,
                "@lang(\"supervisor_start\")\nfn f() = 1",
            ),
            ("Regex", false, "@lang(\"regex\")\nextern type Regex"),
        ] {
            modules.push(Source {
                file: sources.add(module, text),
                module: module.to_string(),
                is_std: module != "Main",
                is_core,
                is_tested: false,
                needed: None,
            });
        }
        let part = part(&Program { sources, modules }).expect("a part");
        let std = part.modules.into_iter().skip(1);
        let lines = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        std.map(|it| (it.module, lines(it.needed.as_deref().unwrap_or("all"))))
            .collect()
    }

    fn names(main: &str) -> Vec<String> {
        let mut names: Vec<String> = needed(main).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[..2], ["Int", "Time"]);
        names.split_off(2)
    }

    #[test]
    fn what_is_named_is_taken_with_what_it_names() {
        assert!(names("fn main() = println(1)").is_empty());
        assert!(names("# A Router\nfn main() = println(1)").is_empty());
        assert_eq!(names("fn main() = Router.route()"), ["Router", "Url"]);
        assert_eq!(names("import Url as U"), ["Url"]);
    }

    #[test]
    fn of_a_module_that_is_taken_only_the_functions_that_are_named_are_left() {
        let texts = |main| {
            needed(main)
                .into_iter()
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        let int = "const now = Time.now()";
        let time = "fn now() = inner() fn inner() = 1";
        assert_eq!(texts("fn main() = println(1)"), [int, time]);
        assert_eq!(texts("fn main() = R"), [int, time]);
        assert_eq!(texts("import Router"), [int, time, "type Router = | R"]);
        let with_other = [time, "fn other() = Url.f()"].join(" ");
        assert_eq!(
            texts("fn main() = Time.other()"),
            [
                "fn f() = Url.f() const now = Time.now()",
                with_other.as_str(),
                "fn f() = 1 fn inner() = 2"
            ]
        );
    }

    #[test]
    fn an_impl_comes_with_what_it_is_for() {
        let router = |main| needed(main).into_iter().find(|(name, _)| name == "Router");
        let without = router("import Router").expect("taken");
        assert_eq!(without.1, "type Router = | R");
        for main in ["import Router\nimport Url", "import Url\nimport Router"] {
            let with = router(main).expect("taken");
            assert_eq!(with.1, "type Router = | R impl Show for Url do end");
        }
    }

    #[test]
    fn syntax_needs_modules_too() {
        assert_eq!(names("supervisor App do\nend"), ["Supervisor"]);
        assert_eq!(names("fn main() = ~r/a/"), ["Regex"]);
    }
}
