//! Natives of `Logger`: what `MESH_LOG` asks for, which the whole process shares.
//!
//! The variable is a list, separated by commas: a level (`debug info warning error off`) for all
//! names, `name=level` for one name and those below it (`db` covers `db.pool`), and `json` for
//! lines of JSON. The most exact name counts.

use crate::heap::string::Str;
use crate::io::complain;
use crate::native;
use std::sync::LazyLock;

/// What is written if nothing is asked for.
const INFO: i64 = 1;

struct Filter {
    /// Names and their least levels; the empty name is for all.
    levels: Vec<(String, i64)>,
    json: bool,
    /// Parts that mean nothing.
    wrong: Vec<String>,
}

fn level(word: &str) -> Option<i64> {
    match word.to_ascii_lowercase().as_str() {
        "debug" | "trace" | "all" => Some(0),
        "info" => Some(INFO),
        "warning" | "warn" => Some(2),
        "error" => Some(3),
        "off" | "none" => Some(4),
        _ => None,
    }
}

impl Filter {
    fn parse(text: &str) -> Filter {
        let mut filter = Filter {
            levels: Vec::new(),
            json: false,
            wrong: Vec::new(),
        };
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (name, word) = part.split_once('=').unwrap_or(("", part));
            match level(word.trim()) {
                Some(level) => filter.levels.push((name.trim().to_owned(), level)),
                None if part.eq_ignore_ascii_case("json") => filter.json = true,
                None => filter.wrong.push(part.to_owned()),
            }
        }
        filter
    }

    fn of_environment() -> Filter {
        let text = std::env::var_os("MESH_LOG").unwrap_or_default();
        let filter = Filter::parse(&text.to_string_lossy());
        for part in &filter.wrong {
            let words = [
                "mesh: MESH_LOG has `",
                part,
                "`, which is no level; it takes debug, info, \
                 warning, error, off, NAME=LEVEL and json, separated by commas\n",
            ];
            complain(words.concat().as_bytes());
        }
        filter
    }

    /// The least level that is written for a name.
    fn threshold(&self, name: &str) -> i64 {
        let covers = |prefix: &str| {
            prefix.is_empty()
                || name
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let fitting = self.levels.iter().filter(|(prefix, _)| covers(prefix));
        fitting
            .max_by_key(|(prefix, _)| prefix.len())
            .map_or(INFO, |(_, level)| *level)
    }
}

static FILTER: LazyLock<Filter> = LazyLock::new(Filter::of_environment);

native! {
    /// The least level that is written for a name.
    fn mesh_log_threshold as "Logger.raw_threshold"(cx, name: Str) -> i64 {
        FILTER.threshold(name.as_str())
    }

    /// Whether lines are JSON.
    fn mesh_log_is_json as "Logger.raw_is_json"(cx) -> bool {
        FILTER.json
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn the_most_exact_name_counts() {
        let filter = Filter::parse("warn, db=debug,db.pool=off,json,loud");
        assert!(filter.json);
        assert_eq!(filter.wrong, ["loud"]);
        for (name, level) in [
            ("", 2),
            ("http", 2),
            ("db", 0),
            ("db.x", 0),
            ("dbx", 2),
            ("db.pool.a", 4),
        ] {
            assert_eq!(filter.threshold(name), level, "{name}");
        }
        assert_eq!(Filter::parse("").threshold("db"), 1);
    }
}
