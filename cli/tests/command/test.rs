//! `mesh test`: exit codes, choosing tests, output for tools, the cache.

use crate::{Place, said};
use std::path::Path;

const TWO: &str = "test \"adds\" do\n  assert(1 + 1 == 2)\nend\n\ntest \"fails\" do\n  println(\"seen\")\n  assert_eq(1, 2)\nend\n";

#[test]
fn exit_codes_say_what_came_of_it() {
    let place = Place::with(TWO);
    let failed = place.mesh(&["test", "a.mesh"]);
    failed.expect(1, "");
    assert!(
        failed.out.contains("1 passed, 1 failed") && failed.out.contains("a.mesh:7"),
        "{}",
        failed.out
    );
    place
        .mesh(&["test", "a.mesh", "--filter", "adds"])
        .expect(0, "");
    place
        .mesh(&["test", "a.mesh", "--filter", "nothing"])
        .expect(1, "--list");
    place
        .mesh(&["test", "a.mesh", "--timeout", "0"])
        .expect(2, "timeout");
    place.write("a.mesh", "test \"x\" do\n  assert(1)\nend\n");
    place.mesh(&["test", "a.mesh"]).expect(1, "E0301");
    place.write("a.mesh", "pub fn one() = 1\n");
    let none = place.mesh(&["test", "a.mesh"]);
    none.expect(0, "");
    assert!(none.out.contains("no tests"), "{}", none.out);
}

#[test]
fn tests_run_again_out_of_the_cache() {
    let place = Place::with(TWO);
    let arguments = ["test", "a.mesh", "--filter", "adds"];
    place.mesh(&arguments).expect(0, "");
    // Without a linker it can only have come out of the cache.
    let binary = Path::new(env!("CARGO_BIN_EXE_mesh"));
    let again = said(place.command(binary, &arguments).env("PATH", ""));
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
    place.mesh(&["run", "a.mesh"]).expect(1, "E0813");
}

#[test]
fn outcomes_for_tools_are_lines_of_json() {
    let place = Place::with(TWO);
    let said = place.mesh(&["test", "a.mesh", "--json"]);
    assert_eq!(said.code, 1);
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let [.., summary] = &lines[..] else {
        panic!("{}", said.out);
    };
    assert_eq!(
        (lines.len(), &summary["passed"], &summary["failed"]),
        (3, &1.into(), &1.into())
    );
    let failed = lines.iter().find(|line| line["status"] == "failed");
    let failed = failed.expect("one failed");
    assert_eq!(failed["name"], "fails");
    assert_eq!(failed["place"]["line"], 7);
    assert_eq!(failed["stdout"], "seen\n");
}

#[test]
fn a_new_package_passes_its_test() {
    let place = Place::new();
    place.mesh(&["new", "shop"]).expect(0, "");
    let said = place.mesh(&["test", "shop"]);
    said.expect(0, "");
    assert!(said.out.contains("1 passed, 0 failed"), "{}", said.out);
}

#[test]
fn an_error_in_an_example_is_shown_in_its_comment() {
    let place = Place::with("## One.\n##\n##     one() == \"1\"\npub fn one() = 1\n");
    let said = place.mesh(&["test", "a.mesh"]);
    said.expect(1, "a.mesh:3:");
}

/// Tests that leave a program behind, which says who it is and stays for longer than this test: one that takes too long, one that crashes
/// while an actor waits for a program, one that leaves it to the system and passes, and one with a program that ends.
const PROGRAMS: &str = r#"
fn stays(file: String) = System.run("sh", ["-c", "echo $$ > ${file}; exec sleep 600"])

fn until_written(file: String) do
  if File.read(file).unwrap_or("") == "" do
    Timer.sleep(1)
    until_written(file)
  end
end

test "takes too long" do
  stays("one")
end

test "crashes" do
  spawn(fn -> stays("two") end)
  until_written("two")
  panic("while it runs")
end

test "passes" do
  System.run("sh", ["-c", "(echo $$; exec sleep 600) > three 2>&1 < /dev/null &"])
  until_written("three")
end

test "runs a program" do
  assert_eq(System.run("echo", ["text"]).map(System.text), Ok("text\n"))
end
"#;

#[test]
fn programs_end_with_the_tests_that_started_them() {
    let place = Place::with(PROGRAMS);
    let said = place.mesh(&["test", "a.mesh", "--timeout", "1", "--jobs", "1"]);
    assert!(said.out.contains("2 passed, 2 failed"), "{}", said.out);
    for file in ["one", "two", "three"] {
        let pid = std::fs::read_to_string(place.path(file)).expect("a program's number");
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        // One that nobody has asked how it ended is still listed.
        let is_gone = stat.map_or(true, |stat| stat.contains(") Z "));
        assert!(is_gone, "{file} {pid} lives on");
    }
}
