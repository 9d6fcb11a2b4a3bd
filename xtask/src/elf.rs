//! Objects in an archive, and their sections, where they lie: ELF and `ar` as in the System V ABI's chapters 4 and 7.

const MAGIC: &[u8] = b"!<arch>\n";
const MEMBER_HEADER: usize = 60;

/// How the sections of functions' code are called, before the functions' names.
pub const CODE: [&[u8]; 4] = [
    b".text.",
    b".text.unlikely.",
    b".text.hot.",
    b".text.startup.",
];

/// Changes every object of an archive; how many changes `change` has made.
pub fn objects(archive: &mut [u8], change: impl Fn(&mut [u8]) -> Option<usize>) -> usize {
    let mut count = 0;
    let mut at = MAGIC.len();
    while archive.starts_with(MAGIC) && at + MEMBER_HEADER <= archive.len() {
        let size = std::str::from_utf8(&archive[at + 48..at + 58]).unwrap_or("");
        let Ok(size) = size.trim().parse::<usize>() else {
            break;
        };
        let (start, end) = (at + MEMBER_HEADER, at + MEMBER_HEADER + size);
        if let Some(object) = archive.get_mut(start..end) {
            count += change(object).unwrap_or(0);
        }
        // Members begin at even places.
        at = end + end % 2;
    }
    count
}

/// A number of `size` bytes.
pub fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let mut word = [0; 8];
    word[..size].copy_from_slice(bytes.get(at..at + size)?);
    Some(u64::from_le_bytes(word))
}

/// A section: the place of its header, and its name.
pub struct Section {
    pub header: usize,
    pub name: Vec<u8>,
}

impl Section {
    /// Where its contents are.
    pub fn range(&self, object: &[u8]) -> Option<std::ops::Range<usize>> {
        let start = number(object, self.header + 24, 8)? as usize;
        let size = number(object, self.header + 32, 8)? as usize;
        object.get(start..start + size)?;
        Some(start..start + size)
    }

    /// Leaves only the first `size` bytes of them.
    pub fn shorten(&self, object: &mut [u8], size: usize) {
        object[self.header + 32..self.header + 40].copy_from_slice(&(size as u64).to_le_bytes());
    }
}

/// The sections of an object of 64 bits with the low byte first; nothing of anything else.
pub fn sections(object: &[u8]) -> Option<Vec<Section>> {
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
