//! What can be said on the command line.

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use mesh_driver::{MANIFEST, Stage};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Compile and run programs written in Mesh.
#[derive(Parser, Debug)]
#[command(
    name = "mesh",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = false
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Compile a program and run it
    Run(RunOptions),
    /// Compile a program to an executable
    Build(BuildOptions),
    /// Look for errors without making an executable
    Check(CheckOptions),
    /// Format files
    Fmt(FmtOptions),
    /// Run the tests of a program
    Test(TestOptions),
    /// Make the folder of a new package
    New {
        /// The package's name, which is also the folder's
        name: String,
    },
    /// Explain a diagnostic
    Explain {
        /// Its code, as in `E0301`
        code: String,
    },
}

/// A path to a program. The current folder stands for the package around it, so that commands work within its folders too.
fn program() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| {
        if path != Path::new(".") {
            return path;
        }
        let here = std::env::current_dir().unwrap_or_default();
        let up = here
            .ancestors()
            .position(|folder| folder.join(MANIFEST).is_file());
        match up {
            Some(up @ 1..) => PathBuf::from_iter(vec![".."; up]),
            _ => path,
        }
    })
}

#[derive(Args, Debug)]
pub struct RunOptions {
    /// A `.mesh` file, or the folder of a package
    #[arg(default_value = ".", value_name = "FILE|PACKAGE", value_parser = program())]
    pub path: PathBuf,
    /// Optimise, as `mesh build --release` does
    #[arg(long)]
    pub release: bool,
    /// Arguments for the program
    #[arg(last = true)]
    pub arguments: Vec<OsString>,
}

#[derive(Args, Debug)]
pub struct BuildOptions {
    /// A `.mesh` file, or the folder of a package
    #[arg(default_value = ".", value_name = "FILE|PACKAGE", value_parser = program())]
    pub path: PathBuf,
    /// Optimise, and make an executable that needs nothing of Mesh to run
    #[arg(long)]
    pub release: bool,
    /// Where the result goes
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print what a stage of the compiler makes of the program instead
    #[arg(long, value_name = "STAGE", value_enum)]
    pub emit: Option<Emit>,
    /// The machine to make an object file for, as in `aarch64-linux-gnu`
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
}

#[derive(Args, Debug)]
pub struct CheckOptions {
    /// A `.mesh` file, or the folder of a package
    #[arg(default_value = ".", value_name = "FILE|PACKAGE", value_parser = program())]
    pub path: PathBuf,
    /// Check again after every change
    #[arg(long)]
    pub watch: bool,
    /// Print one JSON object per diagnostic, on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct FmtOptions {
    /// `.mesh` files, pages in Markdown, folders, or `-` for standard input; the current folder if none is named
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Leave out a file or a folder; may be given more than once
    #[arg(long, value_name = "PATH")]
    pub except: Vec<PathBuf>,
    /// Change nothing: show what would be changed, and exit with 1 if there is something
    #[arg(long)]
    pub check: bool,
}

#[derive(Args, Debug)]
pub struct TestOptions {
    /// A `.mesh` file, or the folder of a package
    #[arg(default_value = ".", value_name = "FILE|PACKAGE", value_parser = program())]
    pub path: PathBuf,
    /// Run only tests with this text in their name, as `--list` shows it; may be given more than once
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// End a test that runs longer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
    /// How many tests run at once, if not one on each core
    #[arg(long, value_name = "COUNT")]
    pub jobs: Option<usize>,
    /// Run each test so many times, its actors interleaved in another way each time
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: Option<u64>,
    /// What decides how actors interleave and which values properties try: the number that a failure
    /// shows; with `--seeds` the first one
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub seed: Option<i64>,
    /// Optimise, as `mesh build --release` does
    #[arg(long)]
    pub release: bool,
    /// Show every test with its time
    #[arg(short, long)]
    pub verbose: bool,
    /// Print one JSON object per test, and a summary, on standard output
    #[arg(long, conflicts_with = "verbose")]
    pub json: bool,
    /// Print the names of the tests and run none
    #[arg(long, conflicts_with_all = ["json", "verbose"])]
    pub list: bool,
}

/// The stages that can be looked at.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// The tokens of the program's own files
    Tokens,
    /// Their syntax trees
    Tree,
    /// The modules after names are resolved
    Resolved,
    /// The type of everything the program defines
    Types,
    /// The monomorphic program
    Core,
    /// LLVM's representation
    Llvm,
    /// Machine code, as text
    Asm,
    /// An object file
    Obj,
}

impl Emit {
    /// The driver's name for it.
    pub fn stage(self) -> Stage {
        match self {
            Emit::Tokens => Stage::Tokens,
            Emit::Tree => Stage::Tree,
            Emit::Resolved => Stage::Resolved,
            Emit::Types => Stage::Types,
            Emit::Core => Stage::Core,
            Emit::Llvm => Stage::Llvm,
            Emit::Asm => Stage::Asm,
            Emit::Obj => Stage::Object,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_follows_the_dashes_is_the_programs() {
        let parsed =
            Arguments::try_parse_from(["mesh", "run", "a.mesh", "--", "--release", "-x"]).unwrap();
        let Command::Run(options) = parsed.command else {
            panic!("not `run`");
        };
        assert_eq!(options.arguments, ["--release", "-x"]);
        assert!(!options.release);
    }
}
