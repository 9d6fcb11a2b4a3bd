//! Maps and lists against Rust's: `collections/collections.mesh` and its rival run by turns, group by group, and must
//! give the same answers. Of each measure the medians and their ratio are shown.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

#[path = "../collections/rival.rs"]
mod rival;

pub use rival::run as run_rival;

const ROUNDS: usize = 5;
const GROUPS: [&str; 3] = ["int", "string", "list"];

/// Nanoseconds of each round, and what was computed.
#[derive(Default)]
struct Measure {
    times: Vec<u64>,
    answer: String,
}

impl Measure {
    fn median(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        times
            .get(times.len() / 2)
            .map_or(f64::NAN, |time| *time as f64)
    }
}

type Measures = BTreeMap<String, Measure>;

/// Runs one program on a group; its lines are a name, nanoseconds, and an answer.
fn measure(program: &Path, arguments: &[&str], into: &mut Measures) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let wrong = || format!("{} wrote `{line}`", program.display());
        let (rest, answer) = line.rsplit_once(' ').ok_or_else(wrong)?;
        let (name, time) = rest.rsplit_once(' ').ok_or_else(wrong)?;
        let measure = into.entry(name.to_string()).or_default();
        measure.times.push(time.parse().map_err(|_| wrong())?);
        measure.answer = answer.to_string();
    }
    Ok(())
}

/// Builds the program, and gives the table, whose lines are printed as they come.
pub fn compare(mesh: &Path) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let program = folder.path().join("collections");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("collections/collections.mesh");
    let mut build = Command::new(mesh);
    build
        .args(["build", "--release", "-o"])
        .arg(&program)
        .arg(source);
    let built = build
        .status()
        .map_err(|error| format!("{}: {error}", mesh.display()))?;
    if !built.success() {
        return Err("the program does not compile".to_string());
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut table = String::new();
    let mut show = |line: &str| {
        println!("{line}");
        table.push_str(line);
        table.push('\n');
    };
    show(&format!(
        "| medians of {ROUNDS} | Mesh | Rust | Mesh to Rust |"
    ));
    show("| --- | ---: | ---: | ---: |");
    for group in GROUPS {
        let (mut ours, mut theirs) = (Measures::new(), Measures::new());
        for _ in 0..ROUNDS {
            measure(&program, &[group], &mut ours)?;
            measure(&own, &["rival", group], &mut theirs)?;
        }
        for (name, our) in &ours {
            let their = theirs
                .get(name)
                .ok_or_else(|| format!("the rival has no `{name}`"))?;
            if our.answer != their.answer {
                return Err(format!(
                    "{name}: {} instead of {}",
                    our.answer, their.answer
                ));
            }
            let (our, their) = (our.median(), their.median());
            show(&format!(
                "| {name} | {:.1} ms | {:.1} ms | {:.2} |",
                our / 1e6,
                their / 1e6,
                our / their
            ));
        }
    }
    Ok(table)
}
