//! Input and output of the process.

pub mod block_on;
pub mod source;
pub mod stdout;
pub mod tcp;
pub mod waker;

/// Writes to standard error, whatever happens: there is nobody left to tell.
pub fn complain(text: &[u8]) {
    let _ = write_all(libc::STDERR_FILENO, text);
}

/// Writes all of `bytes` to a file descriptor.
///
/// # Errors
/// The system's error number.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> Result<(), i32> {
    while !bytes.is_empty() {
        // SAFETY: the pointer and length are those of a live slice.
        let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        if written >= 0 {
            bytes = &bytes[written.unsigned_abs().min(bytes.len())..];
            continue;
        }
        match errno() {
            libc::EINTR => {}
            libc::EAGAIN => wait_writable(fd),
            error => return Err(error),
        }
    }
    Ok(())
}

/// The system's words for an error number.
pub fn error_text(error: i32) -> String {
    let mut buffer = [0u8; 128];
    // SAFETY: the buffer is ours and its length is given; the text it then holds ends in NUL.
    let failed = unsafe { libc::strerror_r(error, buffer.as_mut_ptr().cast(), buffer.len()) } != 0;
    let text = buffer.split(|byte| *byte == 0).next().unwrap_or(&[]);
    if failed || text.is_empty() {
        return String::from("unknown error");
    }
    String::from_utf8_lossy(text).into_owned()
}

fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// A terminal or pipe that another program made non-blocking.
fn wait_writable(fd: i32) {
    let mut poll = libc::pollfd {
        fd,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: one valid pollfd.
    unsafe { libc::poll(&raw mut poll, 1, -1) };
}
