//! Programs made wrong. One mistake put into a program that has none must give one error, however much hangs on the
//! place; tokens deleted, doubled, exchanged and put elsewhere may give any, but the compiler says so and ends.

use crate::Setup;
use crate::kinds::fresh;
use crate::process;
use mesh_report::FileId;
use mesh_syntax::SyntaxKind;

/// Puts the mistake that `seed` chooses into `text` and counts the errors.
pub fn one_error(setup: &Setup, text: &str, seed: u64) -> Result<(), String> {
    let tokens = tokens(text);
    let mistakes = mistakes(&tokens);
    if mistakes.is_empty() {
        return Ok(());
    }
    let chosen = &mistakes[(scramble(seed) % mistakes.len() as u64) as usize];
    let mut changed = text.to_string();
    changed.replace_range(chosen.start..chosen.end, &chosen.replacement);
    let file = fresh(setup, "mesh");
    std::fs::write(&file, &changed).map_err(|error| error.to_string())?;
    let ended = process::run(
        process::mesh(setup, &setup.scratch)
            .args(["check", "--json"])
            .arg(&file),
        b"",
    )?;
    let _ = std::fs::remove_file(&file);
    let out = ended.out();
    let errors: Vec<&str> = out
        .lines()
        .filter(|line| line.contains("\"severity\":\"error\""))
        .collect();
    if errors.len() == 1 && ended.code == 1 {
        return Ok(());
    }
    let line = text[..chosen.start].matches('\n').count();
    let shown = changed.lines().nth(line).unwrap_or("");
    Err(format!(
        "{} gives {} errors, in line {}:\n{shown}\n{}\n{}",
        chosen.what,
        errors.len(),
        line + 1,
        errors.join("\n"),
        ended.err()
    ))
}

/// Scrambles the tokens of `text` as `seed` chooses and has every stage up to Core look at the result.
pub fn survives(setup: &Setup, text: &str, seed: u64) -> Result<(), String> {
    let changed = scrambled(text, seed);
    let file = fresh(setup, "mesh");
    std::fs::write(&file, &changed).map_err(|error| error.to_string())?;
    let ended = process::run(
        process::mesh(setup, &setup.scratch)
            .args(["build", "--emit", "core"])
            .arg(&file),
        b"",
    );
    let _ = std::fs::remove_file(&file);
    let ended = ended.map_err(|error| format!("{error}\n{changed}"))?;
    let err = ended.err();
    if matches!(ended.code, 0 | 1) && !err.contains("this is a bug in the compiler") {
        return Ok(());
    }
    let err: Vec<&str> = err.lines().take(20).collect();
    Err(format!(
        "exit code {}\n{}\nof this program:\n{changed}",
        ended.code,
        err.join("\n")
    ))
}

/// `text` with one to four tokens deleted, doubled, exchanged with another or replaced by one.
fn scrambled(text: &str, seed: u64) -> String {
    let tokens = tokens(text);
    if tokens.is_empty() {
        return text.to_string();
    }
    let mut state = seed;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (scramble(state) >> 8) as usize % below
    };
    let mut words: Vec<String> = tokens.iter().map(|token| token.text.clone()).collect();
    for _ in 0..=next(4) {
        let (at, other) = (next(words.len()), next(words.len()));
        let word = tokens[other].text.clone();
        match next(6) {
            0 => words[at].clear(),
            1 => words[at] = format!("{word} {word}"),
            2 => words.swap(at, other),
            3 => words.swap(at, (at + 1) % tokens.len()),
            4 => words[at] = word,
            _ => words[at] = format!("{} {word}", words[at]),
        }
    }
    let mut out = String::new();
    let mut end = 0;
    for (token, word) in tokens.iter().zip(&words) {
        out.push_str(&text[end..token.start]);
        out.push_str(word);
        end = token.start + token.text.len();
    }
    out.push_str(&text[end..]);
    out
}

/// Spreads neighbouring seeds.
fn scramble(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

struct Token {
    kind: SyntaxKind,
    start: usize,
    text: String,
}

/// A change of the text, and what it is called.
struct Mistake {
    what: &'static str,
    start: usize,
    end: usize,
    replacement: String,
}

/// Without blanks and comments.
fn tokens(text: &str) -> Vec<Token> {
    let tree = mesh_syntax::parse(FileId(0), text);
    let tokens = tree
        .syntax()
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    tokens
        .filter(|token| !token.text().trim().is_empty() && !token.text().starts_with('#'))
        .map(|token| Token {
            kind: token.kind(),
            start: token.text_range().start().into(),
            text: token.text().to_string(),
        })
        .collect()
}

fn mistakes(tokens: &[Token]) -> Vec<Mistake> {
    let mut found = Vec::new();
    for at in 1..tokens.len().saturating_sub(1) {
        let (before, here, after) = (&tokens[at - 1], &tokens[at], &tokens[at + 1]);
        let replace = |what, replacement: &str| Mistake {
            what,
            start: here.start,
            end: here.start + here.text.len(),
            replacement: replacement.to_string(),
        };
        let calls = after.text == "(" && after.start == here.start + here.text.len();
        match here.kind {
            SyntaxKind::IDENT
                if calls
                    && !["fn", ".", "actor", "call", "cast"].contains(&before.text.as_str()) =>
            {
                found.push(replace(
                    "a function that does not exist",
                    "no_such_function",
                ));
            }
            SyntaxKind::IDENT if calls && before.text == "." => {
                found.push(replace("a member that does not exist", "no_such_member"));
            }
            SyntaxKind::TYPE_IDENT
                if [":", "->"].contains(&before.text.as_str()) && after.text != "." =>
            {
                found.push(replace("a type that does not exist", "NoSuchType"));
            }
            _ if here.text == "let" => found.push(replace("a misspelt keyword", "lte")),
            _ => {}
        }
    }
    found
}
