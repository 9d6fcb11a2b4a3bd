//! `mesh new`: a package that runs.

use crate::print;
use std::io;
use std::path::Path;
use std::process::ExitCode;

const MAIN: &str = "\
fn main() do
  println(greeting(\"world\"))
end

fn greeting(name) = \"Hello, ${name}!\"

test \"greets by name\" do
  assert_eq(greeting(\"you\"), \"Hello, you!\")
end
";

pub fn run(name: &str) -> ExitCode {
    let folder = Path::new(name);
    let base = folder
        .file_name()
        .map_or(String::new(), |base| base.to_string_lossy().into_owned());
    if !mesh_driver::is_package_name(&base) {
        print::error(&format!(
            "`{base}` cannot be a package's name: it is of lower-case letters, digits and `_`, and begins with a letter"
        ));
        return ExitCode::from(2);
    }
    if folder.exists() {
        print::error(&format!("`{name}` exists already"));
        return ExitCode::FAILURE;
    }
    match create(folder, &base) {
        Ok(()) => {
            print::to_stdout(
                format!("made {name}; `mesh run {name}` runs it, `mesh test {name}` tests it\n")
                    .as_bytes(),
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            // Half a package would be in the way of the next attempt.
            let _ = std::fs::remove_dir_all(folder);
            print::error(&format!("`{name}` could not be made: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn create(folder: &Path, name: &str) -> io::Result<()> {
    std::fs::create_dir_all(folder.join("src"))?;
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n\n[dependencies]\n");
    std::fs::write(folder.join("mesh.toml"), manifest)?;
    std::fs::write(folder.join("src/main.mesh"), MAIN)
}
