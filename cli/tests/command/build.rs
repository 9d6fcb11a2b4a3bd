//! `mesh build`: where executables go, what they need, and what happens where they cannot be made.

use crate::{HELLO, Place, Said, said};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mesh"))
}

#[test]
fn an_executable_has_the_programs_name_or_the_one_asked_for() {
    let place = Place::with(HELLO);
    place.mesh(&["build", "a.mesh"]).expect(0, "");
    place
        .mesh(&["build", "--release", "a.mesh", "-o", "b"])
        .expect(0, "");
    for name in ["a", "b"] {
        let said = said(&mut Command::new(place.path(name)));
        assert_eq!(
            (said.code, said.out.as_str()),
            (0, "hello\n"),
            "{}",
            said.err
        );
    }
}

/// What the runtime does not need of Rust's standard library would make it larger.
#[test]
fn a_small_release_is_small() {
    let place = Place::with(HELLO);
    place.mesh(&["build", "--release", "a.mesh"]).expect(0, "");
    let size = fs::metadata(place.path("a")).expect("an executable").len();
    assert!(size < 580 << 10, "{size} bytes");
}

#[test]
fn a_release_needs_the_c_library_at_most() {
    let place = Place::with(HELLO);
    place.mesh(&["build", "--release", "a.mesh"]).expect(0, "");
    let listing = said(Command::new("ldd").arg(place.path("a")));
    let allowed = [
        "linux-vdso.so",
        "libc.so",
        "libm.so",
        "libpthread.so",
        "libdl.so",
        "ld-linux",
    ];
    for line in listing.out.lines() {
        assert!(
            allowed.iter().any(|name| line.contains(name)),
            "needs {line}"
        );
    }
}

#[test]
fn stages_are_printed() {
    let place = Place::with(HELLO);
    for (stage, words) in [
        ("tokens", "\"hello\""),
        ("tree", "SOURCE_FILE"),
        ("core", "entry @"),
        ("llvm", "define"),
        ("asm", ".text"),
    ] {
        let said = place.mesh(&["build", "--emit", stage, "a.mesh"]);
        assert!(
            said.code == 0 && said.out.contains(words),
            "{stage}: {}{}",
            said.out,
            said.err
        );
    }
}

/// The instructions depend on LLVM's version, and what they do does not.
#[test]
fn machine_code_is_what_the_program_says() {
    let place = Place::with(
        "fn fact(n: Int) -> Int = if n < 2 { 1 } else { n * fact(n - 1) }\n\n\
         fn main() = println(fact(Env.args().length()))\n",
    );
    for (target, words) in [
        ("x86_64-linux-gnu", ["call", "\timul", "\tjo\t"]),
        ("aarch64-linux-gnu", ["\tbl\t", "\tmul\t", "\tsmulh\t"]),
    ] {
        for kind in [&[][..], &["--release"]] {
            let arguments = ["build", "--emit", "asm", "--target", target, "a.mesh"];
            let said = place.mesh(&[&arguments[..], kind].concat());
            let text = said.out.split_once("\nMain.fact:\n").map(|(_, rest)| rest);
            let text = text.and_then(|rest| rest.split_once(".size\tMain.fact"));
            let (body, _) = text.unwrap_or_else(|| panic!("no `fact`: {}", said.err));
            for words in words.iter().chain(&["\t.loc\t"]) {
                assert!(body.contains(words), "no {words:?} in\n{body}");
            }
        }
    }
}

#[test]
fn an_object_file_for_another_machine() {
    let place = Place::with(HELLO);
    place
        .mesh(&["build", "--target", "aarch64-linux-gnu", "a.mesh"])
        .expect(0, "");
    let object = fs::read(place.path("a.o")).expect("an object file");
    assert_eq!(object[18..20], [183, 0]);
    place
        .mesh(&["build", "--target", "vax", "a.mesh"])
        .expect(1, "[E0812]");
}

#[test]
fn output_that_cannot_be_written() {
    let place = Place::with(HELLO);
    fs::create_dir(place.path("folder")).expect("made");
    place
        .mesh(&["build", "a.mesh", "-o", "folder"])
        .expect(1, "[E0810] Error: `folder` cannot be written");
    place
        .mesh(&["build", "a.mesh", "-o", "nowhere/a"])
        .expect(1, "[E0810] Error: `nowhere/a` cannot be written");
    // A device that is always full.
    let full = place.mesh(&["build", "a.mesh", "-o", "/dev/full"]);
    full.expect(1, "[E0810]");
    assert!(full.err.contains("make room on that disk"), "{}", full.err);
}

#[test]
fn a_source_is_not_overwritten() {
    let place = Place::with(HELLO);
    place.write("prog", HELLO);
    for (arguments, file) in [
        (&["build", "a.mesh", "-o", "a.mesh"][..], "a.mesh"),
        (&["build", "prog", "-o", "./prog"], "prog"),
        (
            &["build", "--emit", "core", "prog", "-o", "a.mesh"],
            "a.mesh",
        ),
    ] {
        place.mesh(arguments).expect(1, "[E0815]");
        assert_eq!(fs::read_to_string(place.path(file)).expect("there"), HELLO);
    }
    // A file without an ending has the name that its executable would have.
    place.mesh(&["build", "prog"]).expect(0, "");
    assert_eq!(
        fs::read_to_string(place.path("prog")).expect("there"),
        HELLO
    );
    assert!(place.path("prog.out").is_file());
}

#[test]
fn no_linker() {
    let place = Place::with(HELLO);
    let said = said(
        place
            .command(binary(), &["build", "a.mesh"])
            .env("PATH", place.path("")),
    );
    said.expect(1, "[E0808] Error: no linker was found");
    said.expect(1, "apt-get install lld");
}

/// Without lld the C compiler's own linker does, for releases too.
#[test]
fn a_c_compiler_links_where_there_is_no_lld() {
    let place = Place::with(HELLO);
    fs::create_dir(place.path("bin")).expect("made");
    let path = std::env::var_os("PATH").expect("a path");
    for name in ["cc", "gcc", "as", "ld"] {
        let mut found = std::env::split_paths(&path).map(|folder| folder.join(name));
        if let Some(found) = found.find(|path| path.is_file()) {
            symlink(found, place.path("bin").join(name)).expect("linked");
        }
    }
    for release in [&["--release"][..], &[]] {
        let arguments = [&["build", "a.mesh", "-o", "a"], release].concat();
        let mut command = place.command(binary(), &arguments);
        said(command.env("PATH", place.path("bin"))).expect(0, "");
        let said = said(&mut Command::new(place.path("a")));
        assert_eq!((said.code, said.out.as_str()), (0, "hello\n"));
    }
}

/// Ends with 77 where this machine does not let us mount anything.
const ON_A_FULL_DISK: &str = r#"
mount -t tmpfs -o size=16k none disk || exit 77
echo old > disk/a
"$MESH" build --release a.mesh -o disk/a; echo "output $?"
cat disk/a
head -c 100000 /dev/zero > disk/filled
"$MESH" build --release --emit obj a.mesh -o disk/a.o; echo "object $?"
MESH_CACHE_DIR=disk/cache "$MESH" run a.mesh; echo "cache $?"
"$MESH" new disk/package; echo "package $?"
find disk -type f
"#;

#[test]
fn a_full_disk() {
    let place = Place::with(HELLO);
    fs::create_dir(place.path("disk")).expect("made");
    let arguments = ["--map-root-user", "--mount", "sh", "-c", ON_A_FULL_DISK];
    let mut command = place.command(Path::new("unshare"), &arguments);
    let said = said(command.env("MESH", binary()));
    if said.code != 0 {
        assert!(!said.out.contains("output"), "{}{}", said.out, said.err);
        eprintln!("skipped: no disk of our own: {}", said.err);
        return;
    }
    // Nothing is lost, and nothing is left half done.
    assert_eq!(
        said.out, "output 1\nold\nobject 1\ncache 1\npackage 1\ndisk/filled\ndisk/a\n",
        "{}",
        said.err
    );
    assert_eq!(said.err.matches("[E0810]").count(), 3, "{}", said.err);
    said.expect(0, "`disk/a` cannot be written");
    said.expect(0, "another place with `-o FILE`");
    said.expect(0, "on another one in MESH_CACHE_DIR");
}

#[test]
fn a_linker_that_finds_the_disk_full() {
    let place = Place::with(HELLO);
    place.write("ld.lld-19", "#!/bin/sh\necho 'ld.lld: error: failed to write output: No space left on device' >&2\nexit 1\n");
    fs::set_permissions(place.path("ld.lld-19"), fs::Permissions::from_mode(0o755)).expect("set");
    let path = format!("{}:/usr/bin:/bin", place.path("").display());
    let said = said(
        place
            .command(binary(), &["build", "a.mesh"])
            .env("PATH", path),
    );
    said.expect(1, "[E0810]");
    assert!(said.err.contains("make room on that disk"), "{}", said.err);
}

#[test]
fn a_cache_that_cannot_be_written() {
    let place = Place::with(HELLO);
    place.write("file", "");
    let said = said(
        place
            .command(binary(), &["run", "a.mesh"])
            .env("MESH_CACHE_DIR", place.path("file")),
    );
    said.expect(1, "[E0810]");
    assert!(said.err.contains("MESH_CACHE_DIR"), "{}", said.err);
}

/// An installation of its own: the binary, and links to the libraries that tests of `mesh` use.
fn installation(place: &Place) -> PathBuf {
    let lib = binary()
        .parent()
        .and_then(Path::parent)
        .expect("a target folder")
        .join("lib/mesh");
    fs::create_dir_all(place.path("home/bin")).expect("made");
    fs::create_dir_all(place.path("home/lib/mesh/std")).expect("made");
    let moved = place.path("home/bin/mesh");
    fs::hard_link(binary(), &moved)
        .or_else(|_| fs::copy(binary(), &moved).map(drop))
        .expect("copied");
    for library in ["libmesh_runtime.so", "libmesh_runtime.a"] {
        symlink(lib.join(library), place.path("home/lib/mesh").join(library)).expect("linked");
    }
    copy(&lib.join("std"), &place.path("home/lib/mesh/std"));
    moved
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("copied");
        }
    }
}

fn run_installed(place: &Place, mesh: &Path) -> Said {
    said(&mut place.command(mesh, &["run", "a.mesh"]))
}

#[test]
fn an_installation_can_be_moved_but_not_taken_apart() {
    let place = Place::with(HELLO);
    let mesh = installation(&place);
    run_installed(&place, &mesh).expect(0, "");
    fs::rename(place.path("home"), place.path("elsewhere")).expect("moved");
    let mesh = place.path("elsewhere/bin/mesh");
    let moved = run_installed(&place, &mesh);
    assert_eq!(
        (moved.code, moved.out.as_str()),
        (0, "hello\n"),
        "{}",
        moved.err
    );
    fs::remove_dir_all(place.path("elsewhere/lib")).expect("removed");
    run_installed(&place, &mesh).expect(
        1,
        "[E0806] Error: this installation of Mesh is not complete",
    );
}

#[test]
fn another_std_is_not_used() {
    let place = Place::with(HELLO);
    let mesh = installation(&place);
    place.write(
        "home/lib/mesh/std/extra.mesh",
        "##! Not of this compiler.\n",
    );
    run_installed(&place, &mesh).expect(
        1,
        "[E0807] Error: the standard library does not match this compiler",
    );
}

/// Supervisors cannot run yet; everything before that works.
#[test]
fn a_program_with_a_supervisor_is_compiled_at_every_stage() {
    let place = Place::with(
        "fn echo() do\n  receive do\n    n -> do\n      reply(n + 1)\n      echo()\n    end\n  end\nend\n\n\
         supervisor App do\n  strategy: one_for_one\n  max_restarts: 3\n  max_seconds: 5\n\n  \
         child echo do\n    start: fn -> spawn(echo) end\n    restart: permanent\n    shutdown: 50\n  end\nend\n\n\
         fn main() do\n  App.start()\n  println(call(spawn(echo), 1))\nend\n",
    );
    place.mesh(&["check", "a.mesh"]).expect(0, "");
    for stage in ["core", "llvm"] {
        for release in [&[][..], &["--release"]] {
            let said = place.mesh(&[&["build", "--emit", stage], release, &["a.mesh"]].concat());
            assert!(
                said.code == 0 && said.out.contains("receive_next"),
                "{}",
                said.err
            );
        }
    }
    let said = place.mesh(&["run", "a.mesh"]);
    assert_eq!((said.code, said.out.as_str()), (0, "2\n"), "{}", said.err);
}
