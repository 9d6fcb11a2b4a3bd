//! Takes what Rust's standard library brings for its own report of a panic out of the runtime's archive.
//!
//! The runtime has a hook of its own (`crash::quiet_panics`), which asks for no names of functions: a panic is reported
//! with the frames that `crash::symbols` finds. But the standard library's code still refers to its own report, and so
//! every program would carry its reader of debug information, 130 KB of it. Here the one function through which that is
//! reached becomes one that returns at once, so that the linker drops the rest.

use crate::elf::{CODE, number, objects, sections};

/// Parts of the mangled name of `std::backtrace_rs::symbolize::gimli::Cache::with_global`, which gives nothing back.
const NAME: [&str; 3] = ["backtrace_rs", "5gimli", "5Cache11with_global"];

/// The return of x86-64 and of AArch64, by the machine's number in an object.
const RETURNS: [(u64, &[u8]); 2] = [(62, &[0xc3]), (183, &[0xc0, 0x03, 0x5f, 0xd6])];

/// Changes an archive; how many functions there were.
pub fn take_out(archive: &mut [u8]) -> usize {
    objects(archive, take_out_of)
}

fn take_out_of(object: &mut [u8]) -> Option<usize> {
    let sections = sections(object)?;
    let machine = number(object, 18, 2)?;
    let (_, code) = RETURNS.iter().find(|(number, _)| *number == machine)?;
    let mut count = 0;
    for section in &sections {
        let name = String::from_utf8_lossy(&section.name);
        if !NAME.iter().all(|part| name.contains(part)) {
            continue;
        }
        let range = section.range(object)?;
        if CODE.iter().any(|prefix| section.name.starts_with(prefix)) {
            object[range][..code.len()].copy_from_slice(code);
            count += 1;
        } else if section.name.starts_with(b".rela.text.") {
            // Of each relocation: where it is may stay, what it refers to becomes nothing.
            for entry in object[range].chunks_exact_mut(24) {
                entry[8..].fill(0);
            }
        }
    }
    Some(count)
}
