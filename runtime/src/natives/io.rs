//! Natives of `IO`, `Env` and `System`: the process and its surroundings.

use crate::heap::string::Str;
use crate::io::stdout;
use crate::native;
use crate::natives::row;
use mesh_abi::context::Context;
use mesh_abi::native::Native;
use std::io::BufRead;

/// A line without its ending, or nothing at the end of the input. An input that cannot be read has
/// ended, and what is not UTF-8 is replaced: a line is text.
fn line(input: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    match input.read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => return None,
        Ok(_) => {}
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

native! {
    /// The next line of standard input.
    fn mesh_io_read_line as "IO.raw_read_line"(cx) -> Option<Str> {
        stdout::flush();
        let text = line(&mut std::io::stdin().lock());
        text.map(|text| cx.string(&text))
    }

    /// Writes out what is buffered.
    fn mesh_io_flush as "IO.flush"(cx) {
        stdout::flush();
    }

    /// How many arguments the program got.
    fn mesh_env_arg_count as "Env.raw_arg_count"(cx) -> i64 {
        std::env::args_os().count().saturating_sub(1) as i64
    }

    /// An argument of the program.
    fn mesh_env_arg as "Env.raw_arg"(cx, index: i64) -> Str {
        let place = usize::try_from(index).ok().and_then(|index| index.checked_add(1));
        let argument = place.and_then(|place| std::env::args_os().nth(place));
        cx.string(&argument.unwrap_or_default().to_string_lossy())
    }

    /// A variable of the environment.
    fn mesh_env_get as "Env.get"(cx, name: Str) -> Option<Str> {
        let name = name.as_str();
        if name.is_empty() || name.contains(['=', '\0']) {
            return None;
        }
        std::env::var_os(name).map(|value| cx.string(&value.to_string_lossy()))
    }
}

/// Ends the process with an exit code, of which the system keeps the lowest 8 bits.
///
/// # Safety
/// Called by compiled code.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn mesh_system_exit(_: *mut Context, code: i64) -> ! {
    const ROW: &Native = row("System.exit", "mesh_system_exit", &["i"], "", true);
    #[cfg(test)]
    #[used]
    #[unsafe(link_section = "mesh_natives")]
    static ENTRY: &Native = ROW;
    let _ = ROW;
    stdout::flush();
    // SAFETY: ends the process without running handlers, which nothing here needs.
    unsafe { libc::_exit((code & 0xff) as i32) }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_end_in_either_way() {
        let mut input: &[u8] = b"one\r\n\ntwo\xff";
        assert_eq!(line(&mut input).as_deref(), Some("one"));
        assert_eq!(line(&mut input).as_deref(), Some(""));
        assert_eq!(line(&mut input).as_deref(), Some("two\u{fffd}"));
        assert_eq!(line(&mut input), None);
    }
}
