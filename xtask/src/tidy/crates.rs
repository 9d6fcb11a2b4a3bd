//! A crate depends only on crates that stand above it in the workspace's list.

use super::{File, Problem};

pub fn check(files: &[File]) -> Vec<Problem> {
    let Some(workspace) = files.iter().find(|file| file.path == "Cargo.toml") else {
        return Vec::new();
    };
    let folders = members(&workspace.text);
    let manifest = |folder: &String| {
        let path = format!("{folder}/Cargo.toml");
        files.iter().find(|file| file.path == path)
    };
    let names: Vec<_> = folders
        .iter()
        .map(|folder| {
            manifest(folder)
                .and_then(|file| name(&file.text))
                .unwrap_or_default()
        })
        .collect();
    let mut problems = Vec::new();
    for (at, folder) in folders.iter().enumerate() {
        let Some(file) = manifest(folder) else {
            problems.push(Problem::new(
                workspace,
                0,
                format!("member `{folder}` has no manifest"),
            ));
            continue;
        };
        for (line, dependency) in dependencies(&file.text) {
            if names[at..].contains(&dependency) {
                let message = format!(
                    "depends on `{dependency}`, which stands below it in the workspace's list"
                );
                problems.push(Problem::new(file, line, message));
            }
        }
    }
    problems
}

/// The strings of `members = [ … ]`.
fn members(manifest: &str) -> Vec<String> {
    let list = manifest
        .split_once("members = [")
        .map_or("", |(_, rest)| rest);
    let list = list.split_once(']').map_or("", |(list, _)| list);
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_string)
        .collect()
}

fn name(manifest: &str) -> Option<String> {
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("name = "));
    line.map(|value| value.trim_matches('"').to_string())
}

/// Names under `[dependencies]` and `[build-dependencies]`, with their lines. What only tests use may come from below.
fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let mut section = "";
    let mut found = Vec::new();
    for (at, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            section = line.trim();
        } else if section.ends_with("dependencies]") && !section.contains("dev-") {
            let name: String = line
                .chars()
                .take_while(|c| c.is_alphanumeric() || "-_".contains(*c))
                .collect();
            if !name.is_empty() {
                found.push((at + 1, name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::testing::findings;

    #[test]
    fn a_dependency_on_a_later_crate_is_found() {
        let files = [
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\n  \"a\",\n  \"c/b\",\n]\n",
            ),
            (
                "a/Cargo.toml",
                "[package]\nname = \"mesh-a\"\n[dependencies]\nserde = \"1\"\nmesh-b.workspace = true\n[dev-dependencies]\nmesh-b = \"1\"\n",
            ),
            (
                "c/b/Cargo.toml",
                "[package]\nname = \"mesh-b\"\n[dependencies]\nmesh-a = { path = \"../../a\" }\n",
            ),
        ];
        assert_eq!(findings(check, &files), ["a/Cargo.toml:5"]);
    }
}
