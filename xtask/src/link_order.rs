//! Lets the linker drop the exception tables of functions that it drops.
//!
//! rustc puts each function's table into a section of its own, but without the flag that says which function it
//! belongs to (`SHF_LINK_ORDER`), and so the linker keeps all of them: 40 KB of tables for HTTP in a program
//! that does not use it. This sets the flag, in place, in every object of an archive. ELF and `ar` as in the
//! System V ABI's chapters 4 and 7.

use std::collections::HashMap;

const MAGIC: &[u8] = b"!<arch>\n";
const MEMBER_HEADER: usize = 60;
const LINK_ORDER: u64 = 0x80;
const TABLES: &[u8] = b".gcc_except_table.";
const CODE: [&[u8]; 4] = [
    b".text.",
    b".text.unlikely.",
    b".text.hot.",
    b".text.startup.",
];

/// Sets the flags in an archive; how many.
pub fn set(archive: &mut [u8]) -> usize {
    let mut count = 0;
    let mut at = MAGIC.len();
    while archive.starts_with(MAGIC) && at + MEMBER_HEADER <= archive.len() {
        let size = std::str::from_utf8(&archive[at + 48..at + 58]).unwrap_or("");
        let Ok(size) = size.trim().parse::<usize>() else {
            break;
        };
        let (start, end) = (at + MEMBER_HEADER, at + MEMBER_HEADER + size);
        if let Some(object) = archive.get_mut(start..end) {
            count += set_in_object(object).unwrap_or(0);
        }
        // Members begin at even places.
        at = end + end % 2;
    }
    count
}

fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let mut word = [0; 8];
    word[..size].copy_from_slice(bytes.get(at..at + size)?);
    Some(u64::from_le_bytes(word))
}

/// A section: the place of its header, and its name.
struct Section {
    header: usize,
    name: Vec<u8>,
}

/// The sections of an object of 64 bits with the low byte first; nothing of anything else.
fn sections(object: &[u8]) -> Option<Vec<Section>> {
    if !object.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let place = number(object, 40, 8)? as usize;
    let size = number(object, 58, 2)? as usize;
    // Numbers that do not fit stand in the first section's header.
    let count = match number(object, 60, 2)? {
        0 => number(object, place + 32, 8)?,
        count => count,
    };
    let names = match number(object, 62, 2)? {
        0xffff => number(object, place + 40, 4)?,
        names => names,
    };
    let names = number(object, place + names as usize * size + 24, 8)? as usize;
    (0..count as usize)
        .map(|index| {
            let header = place + index * size;
            let name = object.get(names + number(object, header, 4)? as usize..)?;
            let name = name.split(|byte| *byte == 0).next()?.to_vec();
            Some(Section { header, name })
        })
        .collect()
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
