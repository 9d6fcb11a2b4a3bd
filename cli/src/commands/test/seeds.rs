//! The seeds that each test runs with, and the command that uses one again.

use crate::arguments::TestOptions;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where nobody says which seed is the first, it is below this.
const FIRST: u128 = 1_000_000_000;

/// What each test runs with, one after the other: a single run without a seed if there is no word of any.
pub fn of(options: &TestOptions) -> Vec<Option<i64>> {
    let Some(count) = options.seeds else {
        return vec![options.seed];
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let any = || now.map_or(0, |now| (now.as_nanos() / 1000 % FIRST) as i64);
    let first = options.seed.unwrap_or_else(any);
    (0..count as i64)
        .map(|at| Some(first.wrapping_add(at)))
        .collect()
}

/// The command that runs one test with a seed.
pub fn command(options: &TestOptions, seed: i64, name: &str) -> String {
    let mut words = vec![String::from("mesh test")];
    let path = options.path.to_string_lossy();
    if path != "." {
        words.push(word(&path));
    }
    if options.release {
        words.push(String::from("--release"));
    }
    words.push(format!("--seed {seed} --filter {}", word(name)));
    words.join(" ")
}

/// As a shell reads it as one word.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if text.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn words_are_quoted_as_a_shell_wants_it() {
        assert_eq!(word("src/a.mesh"), "src/a.mesh");
        assert_eq!(word("Main > adds"), "\"Main > adds\"");
        assert_eq!(word("costs $1, isn't it"), "'costs $1, isn'\\''t it'");
    }
}
