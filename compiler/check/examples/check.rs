//! Checks files with the standard library of this repository and prints what is found, with `SHOW=1`
//! the types too: for work on the checker without building the whole compiler.

#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    let show = std::env::var("SHOW").unwrap_or_default();
    for file in std::env::args().skip(1) {
        let source = std::fs::read_to_string(&file).unwrap_or_default();
        let outcome = support::check_text(&file, &source);
        let verdict = if outcome.checked.is_some() {
            "ok"
        } else {
            "errors"
        };
        println!("{file}: {verdict}");
        print!("{}", outcome.rendered());
        if !show.is_empty() {
            println!("{}", outcome.types().unwrap_or_default());
        }
        if let (2, Some(checked)) = (show.len(), &outcome.checked) {
            println!("{:#?}", checked.modules.last());
        }
    }
}
