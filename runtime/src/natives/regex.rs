//! Natives of `Regex`: searches with the `regex` crate.
//!
//! To Mesh a regex is its pattern and its flags, a value like any other: it can be copied to another
//! actor, compared and kept, and owns nothing here. What it compiles to is found by these in a table of
//! each worker, where it may take the place of another, and behind it in a cache that all share, which
//! starts afresh when it is full. A search holds the worker's table borrowed, and no native calls Mesh.

use crate::crash::Reason;
use crate::heap::list::List;
use crate::heap::string::Str;
use crate::native;
use crate::natives::{Cx, hash};
use mesh_abi::native::REGEX_BYTES;
use regex::{Regex, RegexBuilder};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Regexes that the shared cache holds.
const CACHED: usize = 256;

/// Places of a worker's table.
const PLACES: usize = 128;

/// Compiled regexes by pattern, then flags.
#[derive(Default)]
struct Cache {
    by_pattern: HashMap<Box<str>, Vec<(Box<str>, Regex)>>,
    count: usize,
}

impl Cache {
    fn get(&self, pattern: &str, flags: &str) -> Option<&Regex> {
        let with_flags = self.by_pattern.get(pattern)?;
        let found = with_flags.iter().find(|(known, _)| **known == *flags)?;
        Some(&found.1)
    }

    fn put(&mut self, pattern: &str, flags: &str, regex: Regex) {
        if self.get(pattern, flags).is_some() {
            return;
        }
        if self.count == CACHED {
            *self = Cache::default();
        }
        let with_flags = self.by_pattern.entry(pattern.into()).or_default();
        with_flags.push((flags.into(), regex));
        self.count += 1;
    }
}

static SHARED: Mutex<Option<Cache>> = Mutex::new(None);

/// A regex with what it was compiled from.
struct Known {
    pattern: Box<str>,
    flags: Box<str>,
    regex: Regex,
}

thread_local! {
    /// A worker's table: the place of a regex comes from its hash.
    static OWN: RefCell<Vec<Option<Known>>> = const { RefCell::new(Vec::new()) };
}

fn compile(pattern: &str, flags: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(REGEX_BYTES);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'x' => builder.ignore_whitespace(true),
            'U' => builder.swap_greed(true),
            'u' => &mut builder,
            other => return Err(format!("a regex has no flag `{other}`")),
        };
    }
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => String::from("it is too large"),
        // The crate shows the pattern with a mark under the place; the last line says what it is.
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or("");
            String::from(last.strip_prefix("error: ").unwrap_or(last))
        }
    })
}

/// The regex out of the cache of all workers, or compiled.
fn shared(pattern: &str, flags: &str) -> Result<Regex, String> {
    let lock = || SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = lock().get_or_insert_default().get(pattern, flags) {
        return Ok(regex.clone());
    }
    // Compiling may take a while, in which others need not wait.
    let regex = compile(pattern, flags)?;
    lock()
        .get_or_insert_default()
        .put(pattern, flags, regex.clone());
    Ok(regex)
}

/// Calls `then` with the regex; says why it is none.
fn with_regex<R>(pattern: &str, flags: &str, then: impl FnOnce(&Regex) -> R) -> Result<R, String> {
    OWN.with_borrow_mut(|own| {
        if own.is_empty() {
            own.resize_with(PLACES, || None);
        }
        let hash = hash::hash_bytes(flags.len() as u64, pattern.as_bytes());
        let place = &mut own[hash as usize % PLACES];
        match place {
            Some(known) if *known.pattern == *pattern && *known.flags == *flags => {
                Ok(then(&known.regex))
            }
            _ => {
                let known = place.insert(Known {
                    pattern: pattern.into(),
                    flags: flags.into(),
                    regex: shared(pattern, flags)?,
                });
                Ok(then(&known.regex))
            }
        }
    })
}

/// As `with_regex`, for a regex that must be one.
fn search<R>(cx: &mut Cx, pattern: Str, flags: Str, then: impl FnOnce(&Regex) -> R) -> R {
    match with_regex(pattern.as_str(), flags.as_str(), then) {
        Ok(result) => result,
        Err(reason) => {
            let text = format!(
                "the regex ~r/{}/ cannot be used: {reason}",
                pattern.as_str()
            );
            cx.crash(Reason::Panic(text))
        }
    }
}

/// A position in a text where a search may start.
fn place(text: &str, at: i64) -> Option<usize> {
    let at = usize::try_from(at).ok()?;
    text.is_char_boundary(at).then_some(at)
}

native! {
    /// Why the pattern is no regex; an empty text if it is one.
    fn mesh_regex_problem as "Regex.raw_problem"(cx, pattern: Str, flags: Str) -> Str {
        let problem = with_regex(pattern.as_str(), flags.as_str(), |_| ()).err();
        cx.string(problem.as_deref().unwrap_or(""))
    }

    /// Start and end of the first match from a position on, or -1 twice.
    fn mesh_regex_find as "Regex.raw_find"(cx, pattern: Str, flags: Str, text: Str, from: i64) -> (i64, i64) {
        let found = search(cx, pattern, flags, |regex| {
            let found = regex.find_at(text.as_str(), place(text.as_str(), from)?)?;
            Some((found.start() as i64, found.end() as i64))
        });
        found.unwrap_or((-1, -1))
    }

    /// Start and end of all groups of the first match from a position on, the whole match first; -1
    /// twice for a group that took no part, and nothing without a match.
    fn mesh_regex_groups as "Regex.raw_groups"(cx, pattern: Str, flags: Str, text: Str, from: i64) -> List {
        let groups = search(cx, pattern, flags, |regex| {
            let mut groups = regex.capture_locations();
            let from = place(text.as_str(), from)?;
            regex.captures_read_at(&mut groups, text.as_str(), from)?;
            let mut places = Vec::with_capacity(groups.len() * 2);
            for group in 0..groups.len() {
                match groups.get(group) {
                    Some((start, end)) => places.extend([start as u64, end as u64]),
                    None => places.extend([u64::MAX; 2]),
                }
            }
            Some(places)
        });
        List::of_ints(cx, &groups.unwrap_or_default())
    }

    /// The names of the groups, the whole match first; empty for those without.
    fn mesh_regex_names as "Regex.raw_names"(cx, pattern: Str, flags: Str) -> List {
        let names = search(cx, pattern, flags, |regex| {
            let names = regex.capture_names().map(|name| String::from(name.unwrap_or("")));
            names.collect::<Vec<_>>()
        });
        cx.list_of_strings(names.iter().map(String::as_str))
    }

    /// The text as a pattern that matches just it.
    fn mesh_regex_escape as "Regex.escape"(cx, text: Str) -> Str {
        cx.string(&regex::escape(text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::natives::testing::{crash_of, with_actor};

    #[test]
    fn problems_are_said_in_a_line() {
        assert!(compile("a+", "im").is_ok());
        let problem = |pattern, flags| compile(pattern, flags).err().unwrap_or_default();
        assert_eq!(problem("a(", ""), "unclosed group");
        assert_eq!(problem("a", "q"), "a regex has no flag `q`");
        assert_eq!(problem(r"\w{1000}{1000}", ""), "it is too large");
        assert_eq!(problem(r"(a)\1", ""), "backreferences are not supported");
    }

    #[test]
    fn a_full_cache_starts_afresh() {
        let mut cache = Cache::default();
        for number in 0..CACHED * 2 + 1 {
            let pattern = number.to_string();
            cache.put(&pattern, "", compile(&pattern, "").expect("a regex"));
            assert!(cache.get(&pattern, "").is_some());
            assert!(cache.count <= CACHED);
        }
        assert_eq!(cache.count, 1);
        assert!(cache.get(&(CACHED * 2).to_string(), "i").is_none());
    }

    #[test]
    fn flags_tell_regexes_apart() {
        let matches = |flags| with_regex("a", flags, |regex| regex.is_match("A"));
        for _ in 0..2 {
            assert_eq!(matches(""), Ok(false));
            assert_eq!(matches("i"), Ok(true));
        }
    }

    #[test]
    fn what_is_no_regex_is_a_crash() {
        let reason = crash_of(|cx| {
            let (pattern, flags) = (cx.string("a("), cx.string(""));
            search(cx, pattern, flags, |_| ());
        });
        let text = "the regex ~r/a(/ cannot be used: unclosed group";
        assert_eq!(reason, Some(Reason::Panic(text.into())));
    }

    #[test]
    fn a_search_starts_between_characters() {
        with_actor(|_| {
            assert_eq!(place("é", 0), Some(0));
            assert_eq!(place("é", 1), None);
            assert_eq!(place("é", 2), Some(2));
            assert_eq!(place("é", 3), None);
            assert_eq!(place("é", -1), None);
        });
    }
}
