//! The crash report of a test's process, in parts.

/// What a report says.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Crash {
    /// The reason; of a panic its message.
    pub message: String,
    /// The innermost call outside std.
    pub place: Option<(String, u32)>,
    /// All calls, innermost first.
    pub calls: Vec<String>,
}

/// Takes the last report, or the last error that a test gave back, out of what was written to standard error.
pub fn split(err: &str) -> (Option<Crash>, String) {
    let lines: Vec<&str> = err.lines().collect();
    let lines = without_attempts(&lines);
    let is_head = |line: &&str| !line.starts_with(' ') && line.contains(" crashed: ");
    if let Some(at) = lines.iter().rposition(is_head) {
        let end = lines[at + 1..]
            .iter()
            .position(|line| !line.starts_with("  "))
            .map_or(lines.len(), |count| at + 1 + count);
        let rest = [&lines[..at], &lines[end..]].concat();
        return (Some(report(&lines[at..end])), joined(&rest));
    }
    match lines.split_last() {
        Some((last, rest)) if last.starts_with("error: ") => {
            let crash = Crash {
                message: format!("the test gave an `Err`: {}", &last["error: ".len()..]),
                ..Crash::default()
            };
            (Some(crash), joined(rest))
        }
        _ => (None, joined(&lines)),
    }
}

/// Without the reports of what std tries on purpose: a property's values, and what must raise.
fn without_attempts<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut inside = false;
    let mut out = Vec::new();
    for &line in lines {
        let is_attempt = line.starts_with("fn in Test.") && line.contains(" crashed: ");
        inside = is_attempt || (inside && line.starts_with("  "));
        if !inside {
            out.push(line);
        }
    }
    out
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn report(lines: &[&str]) -> Crash {
    let reason = lines[0]
        .split_once(" crashed: ")
        .map_or("", |(_, reason)| reason);
    let mut message: Vec<String> = Vec::new();
    let (mut place, mut calls) = (None, Vec::new());
    for line in &lines[1..] {
        if let Some(text) = line.strip_prefix("  | ").or(line.strip_prefix("  |")) {
            message.push(text.to_string());
        } else if let Some(call) = line.strip_prefix("    ") {
            place = place.or_else(|| place_of(call));
            calls.push(call.to_string());
        } else if line.starts_with("  process ")
            && let Some((_, note)) = line.split_once(">: ")
        {
            message.push(format!("{reason}: {note}"));
        }
    }
    if message.is_empty() {
        message.push(panic_text(reason).unwrap_or_else(|| reason.to_string()));
    }
    Crash {
        message: message.join("\n"),
        place,
        calls,
    }
}

/// The message of `Panic("…")`.
fn panic_text(reason: &str) -> Option<String> {
    let quoted = reason.strip_prefix("Panic(\"")?.strip_suffix("\")")?;
    let mut out = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            },
            c => c,
        });
    }
    Some(out)
}

/// Where a call of the user's own stands.
fn place_of(call: &str) -> Option<(String, u32)> {
    let (_, place) = call.rsplit_once(" at ")?;
    let (file, line) = place.rsplit_once(':')?;
    let own = !file.starts_with("std/") || file.starts_with("std/tests/");
    Some((file.to_string(), line.parse().ok()?)).filter(|_| own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_taken_apart() {
        let err = "noise\nmain crashed: Panic\n  | assertion failed: a == b\n  |   a  1\n  process <0.0.0>\n    \
                   Test.failed at std/core/test.mesh:3\n    Main.sum at src/main.mesh:12\n";
        let (crash, rest) = split(err);
        let crash = crash.expect("a crash");
        assert_eq!(crash.message, "assertion failed: a == b\n  a  1");
        assert_eq!(crash.place, Some(("src/main.mesh".to_string(), 12)));
        assert_eq!(crash.calls.len(), 2);
        assert_eq!(rest, "noise\n");
    }

    #[test]
    fn reasons_come_without_their_quotes() {
        let message = |err: &str| split(err).0.map(|crash| crash.message);
        assert_eq!(
            message("main crashed: Panic(\"a \\\"b\\\"\")\n  process <0.0.0>\n"),
            Some("a \"b\"".to_string())
        );
        let index =
            "main crashed: IndexOutOfRange(5, 3)\n  process <0.0.0>: there is no element 5 in 3\n";
        assert_eq!(
            message(index),
            Some("IndexOutOfRange(5, 3): there is no element 5 in 3".to_string())
        );
        assert_eq!(
            message("error: no luck\n"),
            Some("the test gave an `Err`: no luck".to_string())
        );
        assert_eq!(message("something\n"), None);
    }
}
