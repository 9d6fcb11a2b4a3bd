//! What gdb shows of a program: lines, frames and variables in the user's names.

use crate::{Place, said};
use std::path::Path;
use std::process::Command;

const PROGRAM: &str = r#"type Colour =
  | Red
  | Green

struct Point do
  x: Int
  y: Int
end

fn fact(n: Int) -> Int do
  if n <= 1 do
    1
  else
    let rest = fact(n - 1)
    n * rest
  end
end

fn scaled(point: Point, factor: Float, colour: Colour, text: String) do
  let width = Float.from(point.x) * factor
  let wide = width > 2.0
  let unit = "metres"
  println("${text} ${width} ${named(unit)} ${wide} ${colour} ${point}")
  width
end

fn named(unit: String) -> String = if String.length(unit) > 9 { named(unit) } else { unit }

fn main() do
  let size = fact(3)
  println(scaled(Point { x: size, y: 5 }, 0.5, Green, "size ${size}"))
end
"#;

#[test]
fn frames_lines_and_variables() {
    let place = Place::with(PROGRAM);
    place.mesh(&["build", "a.mesh", "-o", "a"]).expect(0, "");
    let said = said_by_gdb(
        place.dir.path(),
        &[
            "-q",
            "-nx",
            "-batch",
            "-ex",
            "set confirm off",
            "-ex",
            "break fact if n == 2",
            "-ex",
            "break a.mesh:23",
            "-ex",
            "run",
            "-ex",
            "bt 3",
            "-ex",
            "c",
            "-ex",
            "info args",
            "-ex",
            "info locals",
            "-ex",
            "print text->length",
            "-ex",
            "x/s text->bytes",
            "-ex",
            "print unit->length",
            "-ex",
            "x/s unit->bytes",
            "-ex",
            "list 23,23",
            "./a",
        ],
    );
    for words in [
        "fact (n=2) at a.mesh:10",
        "in fact (n=3) at a.mesh:14",
        "in main () at a.mesh:30",
        "point = {x = 6, y = 5}",
        "factor = 0.5",
        "colour = Green",
        "width = 3",
        "wide = true",
        "$1 = 6",
        "\"size 6\"",
        "$2 = 6",
        "\"metres\"",
        "23\t  println(\"${text}",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
}

/// Profilers name functions by their symbols, which a release build has too.
#[test]
fn functions_have_symbols() {
    let place = Place::with(PROGRAM);
    for release in [&[][..], &["--release"]] {
        let arguments = [&["build", "a.mesh", "-o", "a"], release].concat();
        place.mesh(&arguments).expect(0, "");
        let program = std::fs::read(place.path("a")).expect("a program");
        let name = b"Main.fact\0";
        assert!(program.windows(name.len()).any(|bytes| bytes == name));
    }
}

/// What gdb prints, which `./x test` installs.
fn said_by_gdb(folder: &Path, arguments: &[&str]) -> String {
    let mut gdb = Command::new("gdb");
    gdb.args(arguments).current_dir(folder);
    gdb.env("MESH_WORKERS", "1");
    let said = said(&mut gdb);
    said.out + &said.err
}
