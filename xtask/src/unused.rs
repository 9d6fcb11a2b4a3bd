//! Takes what Rust's standard library brings for its own report of a panic out of the runtime's archive.
//!
//! The runtime has a hook of its own (`crash::quiet_panics`), which asks for no names of functions: a panic is reported
//! with the frames that `crash::symbols` finds. But the standard library's code still refers to its own report, and so
//! every program would carry its reader of debug information and what makes Rust's names readable, 170 KB of it. Here the
//! one function through which that is reached becomes one that returns at once, so that the linker drops the rest.

use crate::elf::{CODE, Section, number, objects, sections};

/// Parts of the mangled name of `<BacktraceLock::print::DisplayBacktrace as fmt::Display>::fmt` of `std::sys::backtrace`.
const NAME: [&str; 4] = [
    "9backtrace",
    "13BacktraceLock",
    "16DisplayBacktrace",
    "7Display3fmt",
];

/// `Ok(())` as a function of x86-64 and of AArch64, by the machine's number in an object.
const RETURNS: [(u64, &[u8]); 2] = [
    (62, &[0x31, 0xc0, 0xc3]),
    (183, &[0, 0, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6]),
];

/// Changes an archive; how many functions there were.
pub fn take_out(archive: &mut [u8]) -> usize {
    objects(archive, take_out_of)
}

fn take_out_of(object: &mut [u8]) -> Option<usize> {
    let sections = sections(object)?;
    let machine = number(object, 18, 2)?;
    let (_, code) = RETURNS.iter().find(|(number, _)| *number == machine)?;
    let mut count = 0;
    for (index, section) in sections.iter().enumerate() {
        let name = String::from_utf8_lossy(&section.name);
        if !NAME.iter().all(|part| name.contains(part)) {
            continue;
        }
        let range = section.range(object)?;
        if CODE.iter().any(|prefix| section.name.starts_with(prefix)) {
            object[range][..code.len()].copy_from_slice(code);
            section.shorten(object, code.len());
            shorten_frames(object, &sections, index, code.len());
            count += 1;
        } else if section.name.starts_with(b".rela.text.") {
            section.shorten(object, 0);
        }
    }
    Some(count)
}

/// Says of a section's code how long it is where it is said how to unwind it: linkers refuse descriptions that overlap.
fn shorten_frames(object: &mut [u8], sections: &[Section], code: usize, size: usize) -> Option<()> {
    let named = |name: &[u8]| sections.iter().find(|section| section.name == name);
    let frames = named(b".eh_frame")?.range(object)?;
    let symbols = named(b".symtab")?.range(object)?;
    let far = named(b".symtab_shndx").and_then(|section| section.range(object));
    for entry in named(b".rela.eh_frame")?.range(object)?.step_by(24) {
        let symbol = number(object, entry + 12, 4)? as usize;
        // Numbers that do not fit stand in a section of their own.
        let section = match number(object, symbols.start + symbol * 24 + 6, 2)? {
            0xffff => number(object, far.as_ref()?.start + symbol * 4, 4)?,
            near => near,
        };
        if section as usize == code {
            // The address of the code has four bytes, and its length the next four.
            let length = frames.start + number(object, entry, 8)? as usize + 4;
            let length = object.get_mut(length..length + 4)?;
            length.copy_from_slice(&(size as u32).to_le_bytes());
        }
    }
    Some(())
}
