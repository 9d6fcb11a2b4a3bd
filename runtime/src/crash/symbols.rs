//! From addresses in the program to Mesh functions, files and lines.
//!
//! Reads the DWARF of the running executable, at the first report. A frame is Mesh's if its file ends
//! in `.mesh`; all others, the runtime's and libc's, are hidden. An executable without DWARF gives
//! nothing, which is no error.

use addr2line::gimli::{self, EndianSlice, LittleEndian, SectionId};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// The sections of the executable that line lookup needs.
pub struct Executable {
    sections: Vec<(SectionId, Vec<u8>)>,
    /// What the loader added to the addresses in the file.
    bias: usize,
}

/// One place in Mesh code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub function: String,
    pub file: String,
    pub line: u32,
}

/// Lookup by address.
pub struct Symbols<'a> {
    context: addr2line::Context<Reader<'a>>,
    bias: usize,
}

const NEEDED: [SectionId; 10] = [
    SectionId::DebugAbbrev,
    SectionId::DebugAddr,
    SectionId::DebugAranges,
    SectionId::DebugInfo,
    SectionId::DebugLine,
    SectionId::DebugLineStr,
    SectionId::DebugRanges,
    SectionId::DebugRngLists,
    SectionId::DebugStr,
    SectionId::DebugStrOffsets,
];

impl Executable {
    /// The running executable, read once; `None` if it cannot be read or is not understood.
    pub fn running() -> Option<&'static Executable> {
        static RUNNING: OnceLock<Option<Executable>> = OnceLock::new();
        RUNNING.get_or_init(Executable::read).as_ref()
    }

    fn read() -> Option<Executable> {
        let file = File::open("/proc/self/exe").ok()?;
        let bytes = |offset: u64, len: u64| -> Option<Vec<u8>> {
            let mut bytes = vec![0; usize::try_from(len).ok()?];
            file.read_exact_at(&mut bytes, offset).ok()?;
            Some(bytes)
        };
        let header = bytes(0, 64)?;
        // ELF, 64 bits, little endian.
        if header[..6] != *b"\x7fELF\x02\x01" {
            return None;
        }
        let (table, entry, count) = (
            long(&header, 0x28)?,
            half(&header, 0x3a)?,
            half(&header, 0x3c)?,
        );
        let table = bytes(table, entry * count)?;
        let section = |index: u64| table.get((index * entry) as usize..);
        let place = |section: &[u8]| Some((long(section, 24)?, long(section, 32)?));
        let (offset, len) = place(section(half(&header, 0x3e)?)?)?;
        let names = bytes(offset, len)?;
        let mut sections = Vec::new();
        for index in 0..count {
            let section = section(index)?;
            let name = names.get(word(section, 0)? as usize..)?;
            let name = name.split(|byte| *byte == 0).next()?;
            let compressed = long(section, 8)? & 0x800 != 0;
            if let Some(id) = NEEDED.iter().find(|id| id.name().as_bytes() == name)
                && !compressed
            {
                let (offset, len) = place(section)?;
                sections.push((*id, bytes(offset, len)?));
            }
        }
        Some(Executable {
            sections,
            bias: load_bias(),
        })
    }

    /// Prepares lookup; `None` if there is no debug information.
    pub fn symbols(&self) -> Option<Symbols<'_>> {
        let dwarf = gimli::Dwarf::load(|id| {
            let found = self.sections.iter().find(|(section, _)| *section == id);
            let bytes = found.map_or(&[][..], |(_, bytes)| bytes.as_slice());
            Ok::<_, gimli::Error>(EndianSlice::new(bytes, LittleEndian))
        });
        Some(Symbols {
            context: addr2line::Context::from_dwarf(dwarf.ok()?).ok()?,
            bias: self.bias,
        })
    }
}

impl Symbols<'_> {
    /// The Mesh places an instruction belongs to, innermost first: more than one where functions
    /// were inlined.
    pub fn places(&self, address: usize) -> Vec<Place> {
        self.find(address).unwrap_or_default()
    }

    fn find(&self, address: usize) -> Option<Vec<Place>> {
        let probe = address.checked_sub(self.bias)? as u64;
        let mut frames = self.context.find_frames(probe).skip_all_loads().ok()?;
        let mut places = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let location = frame.location.as_ref();
            let Some(file) = location
                .and_then(|l| l.file)
                .filter(|f| f.ends_with(".mesh"))
            else {
                continue;
            };
            let line = location.and_then(|l| l.line).unwrap_or(0);
            if line == 0 {
                continue;
            }
            let name = frame
                .dw_die_offset
                .and_then(|offset| self.name(probe, offset))
                .or_else(|| Some(frame.function?.raw_name().ok()?.into_owned()));
            let file = self.written_path(probe, file);
            places.push(Place {
                function: name.unwrap_or_else(|| String::from("?")),
                file: file.to_owned(),
                line,
            });
        }
        Some(places)
    }

    /// The path as the compiler got it: without the folder it ran in.
    fn written_path<'p>(&self, probe: u64, path: &'p str) -> &'p str {
        let unit = self.context.find_dwarf_and_unit(probe).skip_all_loads();
        let folder = unit.and_then(|unit| unit.comp_dir?.to_string().ok());
        folder
            .and_then(|folder| path.strip_prefix(folder)?.strip_prefix('/'))
            .unwrap_or(path)
    }

    /// The name in the source of a function, rather than its linkage name.
    fn name(&self, probe: u64, offset: gimli::UnitOffset) -> Option<String> {
        let unit = self.context.find_dwarf_and_unit(probe).skip_all_loads()?;
        let mut offset = offset;
        // An inlined or out-of-line copy names the function it stands for.
        for _ in 0..4 {
            let entry = unit.entry(offset).ok()?;
            if let Ok(Some(name)) = entry.attr_value(gimli::DW_AT_name) {
                return Some(unit.attr_string(name).ok()?.to_string_lossy().into_owned());
            }
            match entry.attr_value(gimli::DW_AT_abstract_origin).ok()?? {
                gimli::AttributeValue::UnitRef(origin) => offset = origin,
                _ => return None,
            }
        }
        None
    }
}

/// The start of the function that contains the call before `return_address`.
pub fn function_start(return_address: usize) -> Option<usize> {
    // SAFETY: only looks the address up in the unwind tables.
    let start = unsafe { _Unwind_FindEnclosingFunction(return_address as *const ()) } as usize;
    (start != 0).then_some(start)
}

/// The function that the call before `return_address` calls, if it is a direct call.
pub fn call_target(return_address: usize) -> Option<usize> {
    const CALL: usize = if cfg!(target_arch = "x86_64") { 5 } else { 4 };
    let call = return_address.checked_sub(CALL)?;
    if call < function_start(return_address)? {
        return None;
    }
    // SAFETY: within the code of a function, so mapped.
    let code = unsafe { std::slice::from_raw_parts(call as *const u8, CALL) };
    let target = direct_call(code, call, return_address)?;
    // Bytes that only look like a call would lead into the middle of something.
    (function_start(target + 1)? == target).then_some(target)
}

/// `call rel32`.
#[cfg(target_arch = "x86_64")]
fn direct_call(code: &[u8], _call: usize, next: usize) -> Option<usize> {
    let distance = i32::from_le_bytes(code.get(1..5)?.try_into().ok()?);
    (code[0] == 0xe8).then_some(next.wrapping_add_signed(distance as isize))
}

/// `bl imm26`.
#[cfg(target_arch = "aarch64")]
fn direct_call(code: &[u8], call: usize, _next: usize) -> Option<usize> {
    let instruction = u32::from_le_bytes(code.get(0..4)?.try_into().ok()?);
    let distance = ((instruction << 6) as i32 >> 6) as isize * 4;
    (instruction >> 26 == 0b10_0101).then_some(call.wrapping_add_signed(distance))
}

/// How far from its linked addresses the executable was loaded.
fn load_bias() -> usize {
    unsafe extern "C" fn first(
        info: *mut libc::dl_phdr_info,
        _size: libc::size_t,
        bias: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the loader passes its record and the pointer given below; the first record is
        // the executable's.
        unsafe { *bias.cast::<usize>() = (*info).dlpi_addr as usize };
        1
    }
    let mut bias = 0usize;
    // SAFETY: the callback is called before this returns.
    unsafe { libc::dl_iterate_phdr(Some(first), (&raw mut bias).cast()) };
    bias
}

fn half(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u16::from_le_bytes(
        bytes.get(at..at + 2)?.try_into().ok()?,
    )))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

unsafe extern "C" {
    fn _Unwind_FindEnclosingFunction(pc: *const ()) -> *const ();
}

#[cfg(test)]
mod tests {
    use super::direct_call;

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn decodes_direct_calls_only() {
        let call = [0xe8, 0x10, 0, 0, 0];
        assert_eq!(direct_call(&call, 0x1000, 0x1005), Some(0x1015));
        let back = [0xe8, 0xfb, 0xff, 0xff, 0xff];
        assert_eq!(direct_call(&back, 0x1000, 0x1005), Some(0x1000));
        let through_register = [0x48, 0x89, 0xc7, 0xff, 0xd0];
        assert_eq!(direct_call(&through_register, 0x1000, 0x1005), None);
    }
}
