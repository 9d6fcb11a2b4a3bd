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
fn tools_that_watch_learn_where_a_round_ends() {
    use std::io::{BufRead, BufReader};
    let place = Place::with("fn main() = println(missing)\n");
    let binary = Path::new(env!("CARGO_BIN_EXE_mesh"));
    let mut command = place.command(binary, &["check", "--watch", "--json", "a.mesh"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert!(next().contains("\"severity\":\"error\""));
    assert_eq!(next(), "{\"errors\":1,\"warnings\":0}");
    place.write("a.mesh", HELLO);
    assert_eq!(next(), "{\"errors\":0,\"warnings\":0}");
    child.kill().expect("killed");
    child.wait().expect("waited");
}

#[test]
fn commands_within_a_package_are_about_it() {
    let place = Place::new();
    place.mesh(&["new", "greeter"]).expect(0, "");
    let binary = Path::new(env!("CARGO_BIN_EXE_mesh"));
    for folder in ["greeter", "greeter/src"] {
        let mut command = place.command(binary, &["run"]);
        let said = said(command.current_dir(place.path(folder)));
        assert_eq!((said.code, said.out.as_str()), (0, "Hello, world!\n"));
    }
    place.write("greeter/src/main.mesh", "fn main() = println(missing)\n");
    let mut command = place.command(binary, &["check"]);
    let wrong = said(command.current_dir(place.path("greeter/src")));
    wrong.expect(1, "../src/main.mesh");
}

#[test]
fn a_program_whose_reader_has_enough_ends_like_others_in_a_pipe() {
    let place =
        Place::with("fn main() do\n  for n in 0..1_000_000 do\n    println(n)\n  end\nend\n");
    let mut command = place.command(Path::new("sh"), &["-c", "\"$MESH\" run a.mesh | head -1"]);
    let said = said(command.env("MESH", env!("CARGO_BIN_EXE_mesh")));
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "0\n", "")
    );
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

const SUPERVISED: &str = r#"
actor worker(name: String) do
  receive do
    () -> ()
  end
terminate do
  println("${name} is over")
end
end

supervisor Inner do
  strategy: one_for_one
  child a do
    start: fn -> spawn(worker, "a") end
  end
  child b do
    start: fn -> spawn(worker, "b") end
  end
end

supervisor App do
  strategy: one_for_one
  child first do
    start: fn -> spawn(worker, "first") end
  end
  child inner do
    start: fn -> Inner.start() end
  end
  child last do
    start: fn -> spawn(worker, "last") end
  end
end

fn main() do
  let _ = App.start()
  eprintln("up")
  Process.wait_forever()
end
"#;

/// The first signal stops the supervision tree in order.
#[test]
fn a_signal_stops_the_supervisors_and_then_the_program() {
    use std::io::{BufRead, BufReader, Read};
    let place = Place::with(SUPERVISED);
    place.mesh(&["build", "-o", "app", "a.mesh"]).expect(0, "");
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        // Whoever runs the tests may ignore a signal, as shells do for what they start in the background.
        let mut app = std::process::Command::new("env")
            .arg("--default-signal=INT,TERM")
            .arg(place.path("app"))
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stderr = app.stderr.as_mut().unwrap();
        BufReader::new(stderr).read_line(&mut line).unwrap();
        assert_eq!(line, "up\n");
        let sent = std::process::Command::new("kill")
            .args(["-s", signal, &app.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let mut out = String::new();
        app.stdout
            .as_mut()
            .unwrap()
            .read_to_string(&mut out)
            .unwrap();
        assert_eq!(out, "last is over\nb is over\na is over\nfirst is over\n");
        assert_eq!(app.wait().unwrap().code(), Some(code));
    }
}
