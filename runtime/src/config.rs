//! What the environment may set: sizes with a `K`, `M` or `G` suffix.

use crate::timer::MAX_WHEELS;
use std::env;
use std::sync::OnceLock;
use std::thread;

/// The limits of this process's actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Bytes of an actor's second stack segment: `MESH_MAX_STACK`.
    pub max_stack: usize,
    /// Bytes of heap an actor may use: `MESH_MAX_HEAP`.
    pub max_heap: usize,
    /// Threads that run actors: `MESH_WORKERS`.
    pub workers: usize,
    /// Whether every allocation collects, and the heap is verified: `MESH_GC=stress`.
    pub stress_heap: bool,
    /// The number of the deterministic mode, where it is on: `MESH_SEED`.
    pub seed: Option<u64>,
}

/// The smallest second segment that leaves room above the reserve.
const MIN_STACK: usize = 256 * 1024;
const DEFAULT_STACK: usize = 256 << 20;
const DEFAULT_HEAP: usize = 8 << 30;

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// A message for the user when a variable is not a size.
    pub fn from_env() -> Result<Config, String> {
        let max_stack = size_variable("MESH_MAX_STACK")?.unwrap_or(DEFAULT_STACK);
        let max_heap = match size_variable("MESH_MAX_HEAP")? {
            Some(bytes) => bytes,
            None => DEFAULT_HEAP.min(physical_memory() / 4 * 3),
        };
        let stress_heap = match env::var("MESH_GC").as_deref() {
            Err(_) | Ok("") => false,
            Ok("stress") => true,
            Ok(other) => {
                return Err(["MESH_GC=", other, " is not known: write `stress`"].concat());
            }
        };
        let seed = seed()?;
        Ok(Config {
            max_stack: max_stack.max(MIN_STACK),
            max_heap,
            workers: if seed.is_some() { 1 } else { workers()? },
            stress_heap,
            seed,
        })
    }
}

/// The configuration of the process, as it was first read.
pub fn current() -> &'static Config {
    CURRENT.get_or_init(|| Config {
        max_stack: DEFAULT_STACK,
        max_heap: DEFAULT_HEAP,
        stress_heap: false,
        workers: 1,
        seed: None,
    })
}

/// Makes this the configuration of the process.
pub fn set_current(config: Config) {
    let _ = CURRENT.set(config);
}

static CURRENT: OnceLock<Config> = OnceLock::new();

/// What `MESH_SEED` says: any whole number of 64 bits.
fn seed() -> Result<Option<u64>, String> {
    let Ok(text) = env::var("MESH_SEED") else {
        return Ok(None);
    };
    let number = text.trim();
    if number.is_empty() {
        return Ok(None);
    }
    let seed = number.parse();
    let seed = seed.or_else(|_| number.parse::<i64>().map(|number| number as u64));
    match seed {
        Ok(seed) => Ok(Some(seed)),
        Err(_) => Err(["MESH_SEED=", &text, " is not a whole number of 64 bits"].concat()),
    }
}

/// One for each core, or what the environment says.
fn workers() -> Result<usize, String> {
    let Ok(text) = env::var("MESH_WORKERS") else {
        return Ok(thread::available_parallelism()
            .map_or(1, usize::from)
            .min(MAX_WHEELS));
    };
    match text.trim().parse() {
        Ok(workers) if (1..=MAX_WHEELS).contains(&workers) => Ok(workers),
        _ => Err([
            "MESH_WORKERS=",
            &text,
            " is not a number of threads from 1 on",
        ]
        .concat()),
    }
}

fn size_variable(name: &str) -> Result<Option<usize>, String> {
    match env::var(name) {
        Err(_) => Ok(None),
        Ok(text) => match parse_size(&text) {
            Some(bytes) => Ok(Some(bytes)),
            None => Err([
                name,
                "=",
                &text,
                " is not a size: write a number of bytes, or a number followed by K, M or G",
            ]
            .concat()),
        },
    }
}

/// `"64"`, `"64K"`, `"64M"` or `"1G"` in bytes.
pub fn parse_size(text: &str) -> Option<usize> {
    let text = text.trim();
    let (digits, shift) = match text.as_bytes().last()? {
        b'K' | b'k' => (&text[..text.len() - 1], 10),
        b'M' | b'm' => (&text[..text.len() - 1], 20),
        b'G' | b'g' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: usize = digits.trim_end().parse().ok()?;
    number.checked_mul(1 << shift)
}

/// Bytes of memory in this machine, or a large number where the system does not say.
fn physical_memory() -> usize {
    // SAFETY: `sysconf` only reads.
    let (pages, size) = unsafe {
        (
            libc::sysconf(libc::_SC_PHYS_PAGES),
            libc::sysconf(libc::_SC_PAGESIZE),
        )
    };
    match (usize::try_from(pages), usize::try_from(size)) {
        (Ok(pages), Ok(size)) => pages.saturating_mul(size),
        _ => usize::MAX / 4,
    }
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("4096"), Some(4096));
        assert_eq!(parse_size("64K"), Some(65536));
        assert_eq!(parse_size(" 2m "), Some(2 << 20));
        assert_eq!(parse_size("1 G"), Some(1 << 30));
        for wrong in ["", "K", "-1", "1T", "99999999999999999999", "99999999999G"] {
            assert_eq!(parse_size(wrong), None, "{wrong}");
        }
    }
}
