//! Lets the linker drop the exception tables of functions that it drops.
//!
//! rustc puts each function's table into a section of its own, but without the flag that says which function it
//! belongs to (`SHF_LINK_ORDER`), and so the linker keeps all of them: 40 KB of tables for HTTP in a program
//! that does not use it. This sets the flag, in place, in every object of an archive.

use crate::elf::{CODE, number, objects, sections};
use std::collections::HashMap;

const LINK_ORDER: u64 = 0x80;
const TABLES: &[u8] = b".gcc_except_table.";

/// Sets the flags in an archive; how many.
pub fn set(archive: &mut [u8]) -> usize {
    objects(archive, set_in_object)
}

fn set_in_object(object: &mut [u8]) -> Option<usize> {
    let sections = sections(object)?;
    let by_name: HashMap<_, _> = sections
        .iter()
        .enumerate()
        .map(|(index, section)| (section.name.as_slice(), index))
        .collect();
    let mut count = 0;
    for section in &sections {
        let Some(function) = section.name.strip_prefix(TABLES) else {
            continue;
        };
        let code = CODE
            .iter()
            .find_map(|prefix| by_name.get([*prefix, function].concat().as_slice()));
        if let Some(code) = code {
            let flags = number(object, section.header + 8, 8)? | LINK_ORDER;
            object[section.header + 8..section.header + 16].copy_from_slice(&flags.to_le_bytes());
            object[section.header + 40..section.header + 44]
                .copy_from_slice(&(*code as u32).to_le_bytes());
            count += 1;
        }
    }
    Some(count)
}
