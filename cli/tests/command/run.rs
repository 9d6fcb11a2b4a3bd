//! `mesh run` and `mesh check`: exit codes, arguments, the cache between runs.

use crate::{HELLO, Place, said};
use std::path::Path;

#[test]
fn a_program_runs_again_out_of_the_cache() {
    let place = Place::with(HELLO);
    for _ in 0..2 {
        let said = place.mesh(&["run", "a.mesh"]);
        assert_eq!(
            (said.code, said.out.as_str(), said.err.as_str()),
            (0, "hello\n", "")
        );
    }
    // Without a linker it can only have come out of the cache.
    let binary = Path::new(env!("CARGO_BIN_EXE_mesh"));
    let again = said(place.command(binary, &["run", "a.mesh"]).env("PATH", ""));
    assert_eq!((again.code, again.out.as_str()), (0, "hello\n"));
}

#[test]
fn warnings_are_said_again() {
    let place = Place::with("fn main() do\n  let x = 1\n  println(\"hello\")\nend\n");
    let first = place.mesh(&["run", "a.mesh"]);
    first.expect(0, "Warning");
    let second = place.mesh(&["run", "a.mesh"]);
    assert_eq!((first.err, first.out), (second.err, second.out));
}

#[test]
fn a_crash_and_an_error_of_main_exit_with_1() {
    let place = Place::with("fn main() = panic(\"over\")\n");
    place.mesh(&["run", "a.mesh"]).expect(1, "over");
    place.write("a.mesh", "fn main() -> ()!String = Err(\"no luck\")\n");
    place.mesh(&["run", "a.mesh"]).expect(1, "no luck");
}

#[test]
fn diagnostics_for_tools_are_lines_of_json() {
    let place = Place::with("fn main() = println(missing)\n");
    let said = place.mesh(&["check", "--json", "a.mesh"]);
    assert_eq!(said.code, 1);
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines.len(), 1, "{}", said.out);
    assert!(
        lines[0].contains("\"severity\":\"error\"") && lines[0].contains("\"file\":\"a.mesh\""),
        "{}",
        said.out
    );
}

#[test]
fn a_watched_program_is_checked_again_after_a_change() {
    use std::io::{BufRead, BufReader};
    let place = Place::with(HELLO);
    let binary = Path::new(env!("CARGO_BIN_EXE_mesh"));
    let mut command = place.command(binary, &["check", "--watch", "a.mesh"]);
    let mut child = command
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut wait_for = |words: &str| lines.by_ref().flatten().any(|line| line.contains(words));
    assert!(wait_for("0 errors, 0 warnings"));
    place.write("a.mesh", "fn main() = println(missing)\n");
    assert!(wait_for("1 error, 0 warnings"));
    child.kill().expect("killed");
    child.wait().expect("waited");
}

#[test]
fn a_new_package_runs() {
    let place = Place::new();
    let said = place.mesh(&["new", "greeter"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = place.mesh(&["run", "greeter"]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "Hello, world!\n"),
        "{}",
        said.err
    );
    place.mesh(&["new", "greeter"]).expect(1, "exists already");
    place
        .mesh(&["new", "Greeter"])
        .expect(2, "cannot be a package's name");
}

#[test]
fn many_at_once_share_the_cache() {
    let place = Place::with(HELLO);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| place.mesh(&["run", "a.mesh"])))
            .collect();
        for run in runs {
            let said = run.join().expect("ran");
            assert_eq!(
                (said.code, said.out.as_str()),
                (0, "hello\n"),
                "{}",
                said.err
            );
        }
    });
}
