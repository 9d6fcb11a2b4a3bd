//! `mesh fmt`: files, folders, standard input, `--check`, and what it leaves alone.

use crate::{Place, said};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const UNTIDY: &str = "fn main()   do\nprintln( \"a\" )   # c\nend\n";
const TIDY: &str = "fn main() do\n  println(\"a\")  # c\nend\n";

#[test]
fn files_and_folders_are_formatted() {
    let place = Place::with(UNTIDY);
    place.write("inner/b.mesh", UNTIDY);
    place.write(".hidden/c.mesh", UNTIDY);
    place
        .mesh(&["fmt", "--check"])
        .expect(1, "2 files would be formatted");
    let read = |path: &str| fs::read_to_string(place.path(path)).expect("readable");
    assert_eq!(read("a.mesh"), UNTIDY);
    place.mesh(&["fmt"]).expect(0, "formatted 2 files");
    assert_eq!([read("a.mesh"), read("inner/b.mesh")], [TIDY, TIDY]);
    assert_eq!(read(".hidden/c.mesh"), UNTIDY);
    place.mesh(&["fmt", "--check"]).expect(0, "");
}

#[test]
fn a_check_shows_what_would_change() {
    let place = Place::with(UNTIDY);
    let said = place.mesh(&["fmt", "--check", "a.mesh"]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("--- a.mesh") && said.out.contains("+fn main() do"),
        "{}",
        said.out
    );
}

#[test]
fn what_has_errors_or_is_not_there_is_said_and_left() {
    let place = Place::with("fn main( do\n");
    place.write("b.mesh", UNTIDY);
    place.mesh(&["fmt"]).expect(1, "a.mesh");
    assert_eq!(
        fs::read_to_string(place.path("a.mesh")).expect("readable"),
        "fn main( do\n"
    );
    assert_eq!(
        fs::read_to_string(place.path("b.mesh")).expect("readable"),
        TIDY
    );
    place.mesh(&["fmt", "none.mesh"]).expect(1, "none.mesh");
    place
        .mesh(&["fmt", "-", "a.mesh"])
        .expect(2, "standard input");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let place = Place::new();
    place.write("in", UNTIDY);
    let binary = Path::new(env!("CARGO_BIN_EXE_mesh"));
    let input = fs::File::open(place.path("in")).expect("opened");
    let said = said(
        place
            .command(binary, &["fmt", "-"])
            .stdin(Stdio::from(input)),
    );
    assert_eq!((said.code, said.out.as_str()), (0, TIDY));
}

#[test]
fn pages_are_looked_through_and_paths_left_out() {
    let place = Place::with(TIDY);
    let page = |code: &str| format!("# Page\n\n```mesh\n{code}```\n");
    place.write("page.md", page(UNTIDY));
    place.write("inner/b.mesh", UNTIDY);
    place
        .mesh(&["fmt", "--except", "inner"])
        .expect(0, "formatted 1 file\n");
    let read = |path: &str| fs::read_to_string(place.path(path)).expect("readable");
    assert_eq!(
        [read("page.md"), read("inner/b.mesh")],
        [page(TIDY), UNTIDY.to_string()]
    );
    place
        .mesh(&["fmt", "--except", "none"])
        .expect(1, "`none` cannot be left out");
}

/// Whoever runs the tests may read every folder, but nobody one whose path is too long.
#[test]
fn a_folder_that_cannot_be_read_is_named() {
    let place = Place::with(TIDY);
    let name = "x".repeat(200);
    let script =
        format!("i=0; while [ $i -lt 25 ]; do mkdir {name}; cd {name}; i=$((i + 1)); done");
    let made = said(
        Command::new("sh")
            .args(["-c", &script])
            .current_dir(place.dir.path()),
    );
    assert_eq!(made.code, 0, "{}", made.err);
    place.mesh(&["fmt"]).expect(1, &format!("`{name}/{name}"));
}
