//! Programs against the built runtime, as the compiler would link them: written in C, so that only
//! `cc` is needed, linked with the shared library and with the archive, and run.

use mesh_abi::ABI_VERSION;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SHARED: &str = "shared";
const ARCHIVE: &str = "archive";

/// Where cargo put the libraries: beside the test, or one up if `cargo build` did it.
fn library(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let deps = test.parent().unwrap();
    [deps, deps.parent().unwrap()]
        .iter()
        .map(|folder| folder.join(name))
        .filter(|path| path.exists())
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .unwrap_or_else(|| panic!("{name} was not built"))
}

/// Compiles `tests/programs/<source>.c` and gives the executable.
fn build(source: &str, link: &str, flags: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let name = [&[source, link], flags]
        .concat()
        .join(" ")
        .replace(['-', '=', ' ', '"', '/', '&', '(', ')'], "_");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new("cc");
    command
        .current_dir(folder)
        .args([
            "-g",
            "-fno-omit-frame-pointer",
            "-fexceptions",
            "-funwind-tables",
            "-fPIE",
        ])
        .args(["-Wno-int-to-pointer-cast", "-o"])
        .arg(&out)
        .arg(format!("-DABI={ABI_VERSION}"))
        .args(flags)
        .arg([source, ".c"].concat());
    match link {
        SHARED => {
            let library = library("libmesh_runtime.so");
            command
                .arg(&library)
                .arg("-Wl,-rpath")
                .arg("-Xlinker")
                .arg(library.parent().unwrap());
        }
        _ => {
            command.arg(library("libmesh_runtime.a")).args([
                "-static-libgcc",
                "-Wl,--gc-sections",
                "-lm",
                "-lpthread",
                "-ldl",
            ]);
        }
    }
    let result = command.output().expect("cc runs");
    assert!(
        result.status.success(),
        "{}",
        String::from_utf8_lossy(&result.stderr)
    );
    out
}

fn run(program: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program);
    command
        .env_remove("MESH_MAX_STACK")
        .env_remove("MESH_MAX_HEAP")
        .env_remove("MESH_GC");
    command.envs(variables.iter().copied()).output().unwrap()
}

/// Runs the program, linked both ways, and compares all it did.
fn check(
    source: &str,
    flags: &[&str],
    variables: &[(&str, &str)],
    code: i32,
    out: &str,
    err: &str,
) {
    for link in [SHARED, ARCHIVE] {
        let result = run(&build(source, link, flags), variables);
        assert_eq!(
            String::from_utf8_lossy(&result.stderr),
            err,
            "stderr of {source}, {link}"
        );
        assert_eq!(
            String::from_utf8_lossy(&result.stdout),
            out,
            "stdout of {source}, {link}"
        );
        assert_eq!(
            result.status.code(),
            Some(code),
            "exit code of {source}, {link}"
        );
    }
}

#[test]
fn hello() {
    check("hello", &["-O1"], &[], 3, "hello\n-42\n", "oops\n");
}

#[test]
fn output_that_cannot_be_written() {
    let program = build("hello", SHARED, &["-O1"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let result = Command::new(&program).stdout(full).output().unwrap();
    assert_eq!(result.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&result.stderr),
        "oops\nmesh: cannot write to standard output: No space left on device\n"
    );
    let mut child = Command::new(&program)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("MESH_MAX_STACK", "1M")
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let result = child.wait_with_output().unwrap();
    // The reader may go away before or after the text was taken by the pipe.
    let ended = (result.status.code(), result.status.signal());
    assert!(
        ended == (None, Some(libc::SIGPIPE)) || ended == (Some(3), None),
        "{ended:?}"
    );
    assert_eq!(String::from_utf8_lossy(&result.stderr), "oops\n");
}

#[test]
fn another_abi_version_is_refused() {
    check(
        "hello",
        &["-UABI", "-DABI=0"],
        &[],
        1,
        "",
        "mesh: this program was compiled for another version of the Mesh runtime; build it again\n",
    );
}

#[test]
fn sizes_are_checked() {
    check(
        "hello",
        &["-O1"],
        &[("MESH_MAX_STACK", "lots")],
        1,
        "",
        "mesh: MESH_MAX_STACK=lots is not a size: write a number of bytes, or a number followed by \
         K, M or G\n",
    );
}

/// A crash at line 3 of `main`, whose first two lines are `head`.
fn check_reason(kind: &str, a: &str, b: &str, head: &str) {
    let flags = [
        ["-DCRASH=", kind].concat(),
        ["-DA=", a].concat(),
        ["-DB=", b].concat(),
    ];
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let report = [head, "\n    program_main at src/main.mesh:3\n"].concat();
    check("reasons", &flags, &[], 1, "before\n", &report);
}

#[test]
fn reasons() {
    let process = "\n  process <0.0.0>";
    let plain = |reason: &str| ["main crashed: ", reason, process].concat();
    let noted = |reason: &str, note: &str| [&plain(reason), ": ", note].concat();
    let of_lines = "Panic\n  | it is \"so\"";
    check_reason("PANIC", "&text", "0", &plain(of_lines));
    check_reason(
        "ARITHMETIC_OVERFLOW",
        "0",
        "0",
        &plain("ArithmeticOverflow"),
    );
    check_reason("DIVISION_BY_ZERO", "0", "0", &plain("DivisionByZero"));
    check_reason("NO_MATCH", "0", "0", &plain(r#"NoMatch("")"#));
    let note = "there is no element 5 in 3";
    check_reason(
        "INDEX_OUT_OF_RANGE",
        "5",
        "3",
        &noted("IndexOutOfRange(5, 3)", note),
    );
    let note = "a shift by -1 bits; it must be 0 to 63";
    check_reason("BAD_SHIFT", "-1", "0", &noted("ArithmeticOverflow", note));
}

#[test]
fn inlined_frames_are_shown_and_foreign_ones_are_not() {
    check(
        "inlined",
        &["-O2"],
        &[],
        1,
        "",
        "main crashed: DivisionByZero
  process <0.0.0>
    divide at src/main.mesh:11
    half at src/main.mesh:14
    program_main at src/main.mesh:21
",
    );
}

#[test]
fn the_stack_grows_once_and_is_reused() {
    check(
        "deep",
        &["-O1", "-DDEPTH=1000000"],
        &[],
        0,
        "1000000\n1000000\n",
        "",
    );
}

#[test]
fn a_crash_deep_down() {
    let end = "-DAT_END=(mesh_rt_crash(c,DIVISION_BY_ZERO,0,0),0)";
    check(
        "deep",
        &["-O0", "-DDEPTH=1000000", end],
        &[],
        1,
        "",
        "main crashed: DivisionByZero
  process <0.0.0>
    down at deep.mesh:3
    down at deep.mesh:4
    … the same 59 more times
    … 999926 frames not shown
    down at deep.mesh:4
    … the same 13 more times
    program_main at deep.mesh:22
",
    );
}

#[test]
fn endless_recursion_is_a_stack_overflow() {
    let program = build("deep", SHARED, &["-O1", "-DDEPTH=-1"]);
    for (limit, words) in [("1M", "1 MiB"), ("64M", "64 MiB"), ("1", "256 KiB")] {
        let result = run(&program, &[("MESH_MAX_STACK", limit)]);
        let report = String::from_utf8_lossy(&result.stderr).into_owned();
        let head = format!(
            "main crashed: StackOverflow\n  process <0.0.0>: the stack grew past {words}; \
             MESH_MAX_STACK sets the limit\n    down at deep.mesh:2\n    down at deep.mesh:4\n"
        );
        assert!(report.starts_with(&head), "{report}");
        assert!(
            report.ends_with("    program_main at deep.mesh:22\n"),
            "{report}"
        );
        assert!(report.lines().count() < 12, "{report}");
        assert_eq!(result.status.code(), Some(1));
    }
}

#[test]
fn unwinding_crosses_the_boundary_and_restores_the_limit() {
    for link in [SHARED, ARCHIVE] {
        let result = run(&build("unwind", link, &["-O1"]), &[]);
        assert_eq!(String::from_utf8_lossy(&result.stdout), "cleaned\n");
        let report = String::from_utf8_lossy(&result.stderr).into_owned();
        assert!(
            report.starts_with("main crashed: DivisionByZero\n"),
            "{report}"
        );
        assert!(
            report.ends_with("    guarded at deep.mesh:23\n    program_main at deep.mesh:27\n"),
            "{report}"
        );
        assert_eq!(result.status.code(), Some(1));
    }
}

const TAIL_HEAD: &str = "main crashed: IndexOutOfRange(-1, 3)
  process <0.0.0>: there is no element -1 in 3
    third at src/main.mesh:10
";

#[test]
fn recorded_tail_calls_are_shown() {
    let calls = "    … tail call from second at src/main.mesh:6
    … tail call from first at src/main.mesh:3
";
    let restored = [TAIL_HEAD, calls, "    program_main at src/main.mesh:28\n"].concat();
    check(
        "tail_recorded",
        &["-O2", "-DRESTORE"],
        &[],
        1,
        "",
        &restored,
    );
    let plain = [TAIL_HEAD, "    program_main at src/main.mesh:26\n"].concat();
    check(
        "tail_recorded",
        &["-O2", "-DRESTORE", "-DPLAIN"],
        &[],
        1,
        "",
        &plain,
    );
}

#[test]
fn records_of_calls_that_are_over_are_left_out() {
    // `main` called `first`, so what `once` recorded at the same address is not of this call.
    let calls = "    … tail call from second at src/main.mesh:6
    … tail call from first at src/main.mesh:3
";
    let report = [TAIL_HEAD, calls, "    program_main at src/main.mesh:28\n"].concat();
    check("tail_recorded", &["-O2"], &[], 1, "", &report);
    let plain = [TAIL_HEAD, "    program_main at src/main.mesh:26\n"].concat();
    check("tail_recorded", &["-O2", "-DPLAIN"], &[], 1, "", &plain);
}

#[test]
fn unrecorded_tail_calls_leave_a_mark() {
    check(
        "tail_unrecorded",
        &["-O2"],
        &[],
        1,
        "",
        "main crashed: IndexOutOfRange(5, 3)
  process <0.0.0>: there is no element 5 in 3
    third at src/main.mesh:10
    … tail calls not recorded
    program_main at src/main.mesh:21
",
    );
}

#[test]
fn a_stripped_program_reports_without_a_trace() {
    check(
        "reasons",
        &["-s", "-DCRASH=2", "-DA=0", "-DB=0"],
        &[],
        1,
        "before\n",
        "main crashed: DivisionByZero\n  process <0.0.0>\n",
    );
}

#[test]
fn the_heap_has_a_limit() {
    for bytes in ["-DBYTES=24", "-DBYTES=70000", "-DBYTES=900000"] {
        check(
            "heap",
            &[bytes, "-O1", "-DROUNDS=100000000", "-DKEPT=1"],
            &[("MESH_MAX_HEAP", "3M")],
            1,
            "",
            "main crashed: HeapLimit
  process <0.0.0>: the heap grew past 3 MiB; MESH_MAX_HEAP sets the limit
    allocate at heap.mesh:4
    program_main at heap.mesh:6
",
        );
    }
    for rounds in ["-DROUNDS=50000", "-DROUNDS=100"] {
        let flags = ["-DBYTES=24", "-O1", rounds, "-DKEPT=1"];
        check("heap", &flags, &[("MESH_MAX_HEAP", "3M")], 0, "", "");
    }
}

#[test]
fn garbage_does_not_count_towards_the_limit() {
    let limit = ("MESH_MAX_HEAP", "3M");
    for [bytes, rounds] in [
        ["-DBYTES=24", "-DROUNDS=3000000"],
        ["-DBYTES=70000", "-DROUNDS=3000"],
        ["-DBYTES=900000", "-DROUNDS=300"],
    ] {
        let flags = [bytes, rounds, "-O1", "-DKEPT=0"];
        check("heap", &flags, &[limit], 0, "", "");
    }
    for kept in ["-DKEPT=0", "-DKEPT=1"] {
        let flags = ["-DBYTES=24", "-DROUNDS=3000", "-O1", kept];
        check("heap", &flags, &[limit, ("MESH_GC", "stress")], 0, "", "");
    }
}

#[test]
fn native_code_that_overruns_the_stack_ends_the_program_with_a_report() {
    check(
        "guard",
        &["-O1"],
        &[],
        1,
        "",
        "main crashed: StackOverflow
  process <0.0.0>: native code ran over the end of the stack, so the program ends
    greedy at src/main.mesh:3
    program_main at src/main.mesh:6
",
    );
}

#[test]
fn a_loop_of_calls_across_the_boundary_is_at_most_twice_as_slow() {
    let program = build("boundary", ARCHIVE, &["-O2", "-DWORK=12"]);
    let ratio = || -> f64 {
        let result = run(&program, &[]);
        let out = String::from_utf8_lossy(&result.stdout).into_owned();
        let figures: Vec<f64> = out
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        figures[1] / figures[0]
    };
    // Other work on the machine may disturb one measurement.
    let ratios = [ratio(), ratio(), ratio()];
    assert!(ratios.iter().any(|ratio| *ratio < 2.0), "{ratios:?}");
}

/// A program that refers to all that compiled code may: the linker finds it in both libraries.
#[test]
fn both_libraries_have_every_symbol() {
    use mesh_abi::native::{RUNTIME, STD};
    use mesh_abi::program::{BYTES_DESC, ON_SEGMENT, START, STRING_DESC};
    let natives = RUNTIME.iter().chain(STD).map(|native| native.symbol);
    let symbols = natives.chain([START, ON_SEGMENT, STRING_DESC, BYTES_DESC]);
    let (mut externs, mut table) = (String::new(), String::new());
    for symbol in symbols {
        externs += &format!("extern char {symbol};\n");
        table += &format!("&{symbol}, ");
    }
    let text = format!(
        "{externs}void *volatile all[] = {{ {table} }};\nint main() {{ return all[0] == 0; }}\n"
    );
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("symbols");
    fs::write(source.with_extension("c"), text).unwrap();
    for link in [SHARED, ARCHIVE] {
        let result = run(
            &build(source.to_str().unwrap(), link, &["-fno-builtin"]),
            &[],
        );
        assert_eq!(result.status.code(), Some(0));
    }
}
