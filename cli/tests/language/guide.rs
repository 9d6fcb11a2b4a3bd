//! The programs on the pages of the reference: each is compiled, and run where it is not marked `check`; what it prints
//! is the `text` block behind it, if there is one. Those marked `test` are run by `mesh test`.

use crate::Setup;
use crate::case::Case;
use crate::kinds::{context, fresh};
use crate::process;

/// A fenced block: the words behind the fence, and what is in it.
struct Block {
    marks: String,
    text: String,
}

/// Runs all programs of a page.
pub fn programs(setup: &Setup, case: &Case) -> Result<(), String> {
    let page = std::fs::read_to_string(case.full()).map_err(|error| error.to_string())?;
    let blocks = blocks(&page);
    for (at, block) in blocks.iter().enumerate() {
        let wanted = blocks.get(at + 1).filter(|next| next.marks == "text");
        match block.marks.as_str() {
            "mesh" => program(setup, &block.text, "run", wanted)?,
            "mesh check" => program(setup, &block.text, "check", None)?,
            "mesh test" => tests(setup, &block.text)?,
            _ => {}
        }
    }
    Ok(())
}

/// All tests of the block pass.
fn tests(setup: &Setup, text: &str) -> Result<(), String> {
    let file = fresh(setup, "mesh");
    std::fs::write(&file, text).map_err(|error| error.to_string())?;
    let mut mesh = process::mesh(setup, &setup.scratch);
    let ended = process::run(mesh.arg("test").arg(&file), b"")?;
    let _ = std::fs::remove_file(&file);
    if ended.code == 0 && ended.err().is_empty() && !ended.out().contains("no tests") {
        Ok(())
    } else {
        Err(format!("{text}\n{}", context(&ended)))
    }
}

fn program(setup: &Setup, text: &str, command: &str, wanted: Option<&Block>) -> Result<(), String> {
    let file = fresh(setup, "mesh");
    std::fs::write(&file, text).map_err(|error| error.to_string())?;
    let mut mesh = process::mesh(setup, &setup.scratch);
    let ended = process::run(mesh.arg(command).arg(&file), b"")?;
    let _ = std::fs::remove_file(&file);
    let printed = wanted.is_none_or(|wanted| wanted.text == ended.out());
    if ended.code == 0 && ended.err().is_empty() && printed {
        Ok(())
    } else {
        Err(format!("{text}\n{}", context(&ended)))
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(marks), None) => {
                let marks = marks.trim().to_string();
                let text = String::new();
                open = Some(Block { marks, text });
            }
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    blocks
}
