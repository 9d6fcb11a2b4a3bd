//! What is no program: each a diagnostic and exit code 1, and misuse exit code 2.

use crate::{HELLO, Place};

#[test]
fn a_missing_file() {
    let place = Place::new();
    place
        .mesh(&["run", "a.mesh"])
        .expect(1, "[E0801] Error: there is no file `a.mesh`");
    place.write("b.mesh", HELLO);
    place
        .mesh(&["check", "b"])
        .expect(1, "there is one named `b.mesh`");
}

#[test]
fn a_folder() {
    let place = Place::new();
    place
        .mesh(&["run", "."])
        .expect(1, "[E0802] Error: `.` is a folder without a `mesh.toml`");
    place.mesh(&["build"]).expect(1, "[E0802]");
}

#[test]
fn not_text() {
    let place = Place::new();
    place.write("a.mesh", b"# fine\nfn main() = \"\xe4\"\n");
    let said = place.mesh(&["check", "a.mesh"]);
    said.expect(1, "[E0803] Error: `a.mesh` is not UTF-8 text");
    assert!(
        said.err.contains("0xe4 at offset 20, in line 2"),
        "{}",
        said.err
    );
}

#[test]
fn nothing() {
    let place = Place::with("");
    place
        .mesh(&["run", "a.mesh"])
        .expect(1, "no function `main`");
    place.write("a.mesh", "# only a comment\n");
    place
        .mesh(&["check", "a.mesh"])
        .expect(1, "no function `main`");
}

#[test]
fn no_main() {
    Place::with("fn helper() = 1\n")
        .mesh(&["run", "a.mesh"])
        .expect(1, "no function `main`");
}

#[test]
fn a_package_without_a_program() {
    let place = Place::new();
    place.write(
        "mesh.toml",
        "[package]\nname = \"util\"\nversion = \"0.1.0\"\n",
    );
    place.write("src/util.mesh", "pub fn one() = 1\n");
    place.mesh(&["check"]).expect(0, "");
    place
        .mesh(&["run"])
        .expect(1, "[E0813] Error: `util` has nothing to run");
}

#[test]
fn unknown_import() {
    let said = Place::with("import Nowhere\nfn main() = println(\"a\")\n").mesh(&["run", "a.mesh"]);
    said.expect(1, "Nowhere");
    assert_eq!(said.err.matches("] Error: ").count(), 1, "{}", said.err);
}

#[test]
fn imports_in_a_circle() {
    let place = Place::new();
    place.write(
        "mesh.toml",
        "[package]\nname = \"circle\"\nversion = \"0.1.0\"\n",
    );
    place.write("src/main.mesh", "import A\nfn main() = println(A.one())\n");
    place.write("src/a.mesh", "import B\npub fn one() = B.two()\n");
    place.write("src/b.mesh", "import A\npub fn two() = A.one()\n");
    let said = place.mesh(&["check"]);
    said.expect(1, "A");
    assert_eq!(said.err.matches("] Error: ").count(), 1, "{}", said.err);
    assert!(
        said.err.contains("src/a.mesh") || said.err.contains("src/b.mesh"),
        "{}",
        said.err
    );
}

#[test]
fn a_bad_manifest() {
    let place = Place::new();
    place.write("mesh.toml", "[package]\nname = \"a\"\n");
    place.write("src/main.mesh", HELLO);
    place
        .mesh(&["check"])
        .expect(1, "[E0804] Error: `version` is missing in `mesh.toml`");
}

/// Functions that call each other, `bytes` of them.
fn generated(bytes: usize) -> String {
    let mut text = String::from("fn main() = println(\"${f0(1)}\")\n");
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&format!(
            "pub fn f{number}(x: Int) -> Int = x + {number} - f{}(x)\n",
            number + 1
        ));
        number += 1;
    }
    text.push_str(&format!("pub fn f{number}(x: Int) -> Int = x\n"));
    text
}

#[test]
fn ten_megabytes_of_generated_code() {
    let place = Place::with(&generated(10 << 20));
    place.mesh(&["check", "a.mesh"]).expect(0, "");
}

/// All the way to a result: many functions, and one that is large.
#[test]
fn generated_code_runs() {
    let place = Place::with(&generated(300 << 10));
    let said = place.mesh(&["run", "a.mesh"]);
    assert!(said.code == 0 && said.out.len() > 1, "{}", said.err);
    let mut text = String::from("fn main() do\n  let xs = [\n");
    (0..10_000).for_each(|n| text.push_str(&format!("    (\"n{n}\", {n}),\n")));
    text.push_str("  ]\n  let x0 = List.length(xs)\n");
    (1..10_000).for_each(|n| text.push_str(&format!("  let x{n} = x{} + 1\n", n - 1)));
    text.push_str("  println(x9999)\nend\n");
    place.write("a.mesh", text);
    let said = place.mesh(&["run", "a.mesh"]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "19999\n"),
        "{}",
        said.err
    );
}

#[test]
fn fifty_thousand_parentheses() {
    let deep = format!(
        "fn main() = {}1{}\n",
        "(".repeat(50_000),
        ")".repeat(50_000)
    );
    let said = Place::with(&deep).mesh(&["check", "a.mesh"]);
    said.expect(1, "] Error: ");
    assert_eq!(said.err.matches("] Error: ").count(), 1);
}

#[test]
fn misuse_of_the_command() {
    let place = Place::with(HELLO);
    for arguments in [
        &["fly"][..],
        &["run", "--fast", "a.mesh"],
        &["explain"],
        &["explain", "E9999"],
        &[],
    ] {
        let said = place.mesh(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
    }
    for arguments in [&["--version"][..], &["help"], &["--help"], &["help", "run"]] {
        let said = place.mesh(arguments);
        assert!(said.code == 0 && !said.out.is_empty(), "{arguments:?}");
    }
    assert_eq!(
        place.mesh(&["--version"]).out.trim(),
        concat!("mesh ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn explanations_are_built_in() {
    let place = Place::new();
    let said = place.mesh(&["explain", "e0801"]);
    assert!(
        said.code == 0 && said.out.starts_with("# E0801: "),
        "{}",
        said.out
    );
}

#[test]
fn a_file_of_a_package_alone() {
    let place = Place::new();
    place.write(
        "app/mesh.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\n",
    );
    place.write(
        "app/src/main.mesh",
        "import Shapes\n\nfn main() = println(\"${Shapes.one()}\")\n",
    );
    place.write("app/src/shapes.mesh", "pub fn one() = 1\n");
    let said = place.mesh(&["run", "app/src/main.mesh"]);
    said.expect(1, "[E0203] Error: there is no module `Shapes`");
    said.expect(1, "belongs to the package in `app`: `mesh run app` runs it");
    place.mesh(&["run", "app"]).expect(0, "");
    place.write("a.mesh", "import Shapes\n\nfn main() = Shapes.one()\n");
    let said = place.mesh(&["run", "a.mesh"]);
    said.expect(1, "[E0203]");
    assert!(!said.err.contains("belongs to"), "{}", said.err);
}

#[test]
fn a_package_without_src() {
    let place = Place::new();
    place.write(
        "mesh.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\n",
    );
    let said = place.mesh(&["run"]);
    said.expect(1, "[E0814] Error: the package in `.` has no folder `src`");
    said.expect(1, "needs `src/main.mesh`");
}
