//! `mesh fmt`: files, and the code on pages, in the one layout, or what would change in them.

use crate::arguments::FmtOptions;
use crate::print;
use mesh_fmt::Unformatted;
use mesh_report::{FileId, SourceMap, text};
use similar::TextDiff;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 2;

/// What came of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    Unchanged,
    Changed,
    /// It has been said why.
    Failed,
}

pub fn run(options: &FmtOptions) -> ExitCode {
    if options.paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(options);
    }
    let (mut files, mut failed) = (Vec::new(), false);
    let here = [PathBuf::from(".")];
    let paths = match options.paths.is_empty() {
        true => &here[..],
        false => &options.paths[..],
    };
    for path in &options.except {
        if let Err(error) = std::fs::metadata(path) {
            print::error(&format!("`{}` cannot be left out: {error}", path.display()));
            failed = true;
        }
    }
    for path in paths {
        if let Err((path, error)) = collect(path, &options.except, &mut files) {
            print::error(&format!("`{}` cannot be read: {error}", path.display()));
            failed = true;
        }
    }
    let mut changed = 0;
    for path in &files {
        match file(path, options.check) {
            Came::Unchanged => {}
            Came::Changed => changed += 1,
            Came::Failed => failed = true,
        }
    }
    if changed > 0 {
        let files = if changed == 1 { "file" } else { "files" };
        let done = match options.check {
            true => format!("{changed} {files} would be formatted; `mesh fmt` does it\n"),
            false => format!("formatted {changed} {files}\n"),
        };
        print::to_stderr(&done);
    }
    ExitCode::from(u8::from(failed || (options.check && changed > 0)))
}

/// The text of standard input, formatted, to standard output.
fn standard_input(options: &FmtOptions) -> ExitCode {
    if options.paths.len() > 1 {
        print::error("`-` is standard input, and stands alone");
        return ExitCode::from(2);
    }
    let mut bytes = Vec::new();
    if let Err(error) = io::stdin().lock().read_to_end(&mut bytes) {
        print::error(&format!("standard input cannot be read: {error}"));
        return ExitCode::FAILURE;
    }
    let Some((before, after)) = formatted("<stdin>", bytes, mesh_fmt::format) else {
        return ExitCode::FAILURE;
    };
    if !options.check {
        print::to_stdout(after.as_bytes());
        return ExitCode::SUCCESS;
    }
    if before != after {
        show_diff("<stdin>", &before, &after);
    }
    ExitCode::from(u8::from(before != after))
}

/// The file, or all `.mesh` and `.md` files below a folder, in the order of their names; hidden folders are left out, and so are
/// those that `except` names and what links lead to. What cannot be read comes back with its path.
fn collect(
    path: &Path,
    except: &[PathBuf],
    files: &mut Vec<PathBuf>,
) -> Result<(), (PathBuf, io::Error)> {
    let failed = |error| (shown(path), error);
    if !path.is_dir() {
        std::fs::metadata(path).map_err(failed)?;
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(failed)?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let (inner, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        if except.iter().any(|other| is_same(other, &inner)) {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && !name.starts_with('.') {
            collect(&inner, except, files)?;
        } else if kind.is_file() && (name.ends_with(".mesh") || is_page(&inner)) {
            files.push(shown(&inner));
        }
    }
    Ok(())
}

/// A path below the working folder without `./` in front.
fn shown(path: &Path) -> PathBuf {
    let inner = path.strip_prefix(".").ok();
    let inner = inner.filter(|inner| !inner.as_os_str().is_empty());
    inner.unwrap_or(path).to_path_buf()
}

fn is_same(a: &Path, b: &Path) -> bool {
    a.file_name() == b.file_name() && a.canonicalize().ok() == b.canonicalize().ok()
}

/// Whether it is a page, whose code blocks are formatted.
fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "md")
}

fn file(path: &Path, check: bool) -> Came {
    let shown = path.display().to_string();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            print::error(&format!("`{shown}` cannot be read: {error}"));
            return Came::Failed;
        }
    };
    let format = match is_page(path) {
        true => mesh_fmt::format_page,
        false => mesh_fmt::format,
    };
    let Some((before, after)) = formatted(&shown, bytes, format) else {
        return Came::Failed;
    };
    if before == after {
        return Came::Unchanged;
    }
    if check {
        show_diff(&shown, &before, &after);
        return Came::Changed;
    }
    match replace(path, &after) {
        Ok(()) => Came::Changed,
        Err(error) => {
            print::error(&format!("`{shown}` cannot be written: {error}"));
            Came::Failed
        }
    }
}

type Format = fn(FileId, &str) -> Result<String, Unformatted>;

/// The text before and after; `None` if it cannot be formatted, which has been said.
fn formatted(shown: &str, bytes: Vec<u8>, format: Format) -> Option<(String, String)> {
    let Ok(before) = String::from_utf8(bytes) else {
        print::error(&format!("`{shown}` is not UTF-8 text"));
        return None;
    };
    let mut sources = SourceMap::new();
    let file = sources.add(shown.to_string(), before.clone());
    let result = mesh_report::bug::catch(|| format(file, &before));
    match result {
        Ok(Ok(after)) => Some((before, after)),
        Ok(Err(Unformatted::Errors(diagnostics))) => {
            print::to_stderr(&text::render_all(&diagnostics, &sources, print::colour()));
            None
        }
        Ok(Err(Unformatted::Unsafe(at))) => {
            let line = 1 + before.as_bytes()[..at.min(before.len())]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count();
            print::error(&format!(
                "this is a bug in the formatter: it would have changed `{shown}` near line {line}, which is left as it is. \
                 Please report it, with the file"
            ));
            None
        }
        Err(bug) => {
            print::to_stderr(&bug.render(&sources));
            None
        }
    }
}

/// Writes beside the file first, so that it is never half there, and keeps its permissions.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(format!(".{}.new", std::process::id()));
    let fresh = PathBuf::from(fresh);
    let write = || {
        std::fs::write(&fresh, text)?;
        std::fs::set_permissions(&fresh, std::fs::metadata(&path)?.permissions())?;
        std::fs::rename(&fresh, &path)
    };
    write().inspect_err(|_| {
        let _ = std::fs::remove_file(&fresh);
    })
}

fn show_diff(shown: &str, before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    let formatted = format!("{shown} (formatted)");
    let text = diff
        .unified_diff()
        .context_radius(CONTEXT)
        .header(shown, &formatted)
        .to_string();
    let colours = print::colour_of(&io::stdout());
    let painted = text.split_inclusive('\n').map(|line| {
        let colour = match line.as_bytes().first() {
            Some(b'-') => "31",
            Some(b'+') => "32",
            Some(b'@') => "36",
            _ => return line.to_string(),
        };
        match colours {
            true => format!("\u{1b}[{colour}m{}\u{1b}[0m\n", line.trim_end_matches('\n')),
            false => line.to_string(),
        }
    });
    print::to_stdout(painted.collect::<String>().as_bytes());
}
