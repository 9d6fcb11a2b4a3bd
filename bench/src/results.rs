//! `bench/RESULTS.md`: the latest table of each group, with the machine, the versions and the date.

use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

const OPENING: &str = "# Results\n\nThe latest run of each group of `./x bench`, written by it. Ratios are Mesh's time to \
                       the other's: below 1, Mesh is faster.\n";

/// Puts the table of a group in the place of the one before.
pub fn save(group: &str, table: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::from(OPENING),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let mut section = format!("\n## {group}\n\n{}\n\n", circumstances());
    section.push_str(table);
    let text = replaced(&text, group, &section);
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("\nsaved in {}", path.display());
    Ok(())
}

/// The text with another section for a group.
fn replaced(text: &str, group: &str, section: &str) -> String {
    let heading = format!("\n## {group}\n");
    let Some(start) = text.find(&heading) else {
        return format!("{text}{section}");
    };
    let behind = &text[start + heading.len()..];
    let rest = behind.find("\n## ").map_or("", |end| &behind[end..]);
    format!("{}{section}{rest}", &text[..start])
}

/// Machine, versions, date, and what else ran.
fn circumstances() -> String {
    let cores = std::thread::available_parallelism().map_or(1, |count| count.get());
    let mut line = format!("{}, {cores} cores", crate::processor());
    let versions: [(&str, &[&str]); 4] = [
        ("rustc", &["--version"]),
        ("go", &["version"]),
        (
            "erl",
            &[
                "-noshell",
                "-eval",
                "io:format(\"Erlang ~s\", [erlang:system_info(otp_release)]), halt().",
            ],
        ),
        ("date", &["-u", "+%Y-%m-%d"]),
    ];
    for (program, arguments) in versions {
        if let Ok(output) = Command::new(program).args(arguments).output() {
            let text = String::from_utf8_lossy(&output.stdout);
            let _ = write!(line, "; {}", text.trim());
        }
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    if let Some(load) = load.split(' ').next() {
        let _ = write!(line, "; load {load}");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_takes_the_place_of_the_one_before() {
        let text = replaced("# R\n", "a", "\n## a\n\n1\n");
        let text = replaced(&text, "b", "\n## b\n\n2\n");
        let text = replaced(&text, "a", "\n## a\n\n3\n");
        assert_eq!(text, "# R\n\n## a\n\n3\n\n## b\n\n2\n");
    }
}
