//! A part of a file, read piece by piece without ever waiting for the disk on a worker: what the system has in memory is
//! copied at once, all else is read by a thread of the pool.

use crate::config;
use crate::pool;
use crate::sync::lock;
use bytes::Bytes;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Bytes that are read at a time.
const PIECE: u64 = 64 << 10;

/// See the module's comment.
pub struct Pieces {
    file: Arc<File>,
    at: u64,
    left: u64,
    /// What a thread reads at the moment.
    coming: Option<Arc<Mutex<Coming>>>,
}

#[derive(Default)]
struct Coming {
    piece: Option<io::Result<Bytes>>,
    taker: Option<Waker>,
}

impl Pieces {
    /// So many bytes of a file, from a place in it on.
    pub fn new(file: File, from: u64, count: u64) -> Pieces {
        Pieces {
            file: Arc::new(file),
            at: from,
            left: count,
            coming: None,
        }
    }

    /// Bytes that were not taken yet.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next piece; `None` behind the last.
    pub fn poll_next(&mut self, cx: &Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let most = self.left.min(PIECE) as usize;
        let piece = match &self.coming {
            Some(coming) => {
                let mut coming = lock(coming);
                let Some(piece) = coming.piece.take() else {
                    coming.taker = Some(cx.waker().clone());
                    return Poll::Pending;
                };
                piece
            }
            None => match at_hand(&self.file, self.at, most) {
                Some(piece) => piece,
                None if config::current().seed.is_some() => read(&self.file, self.at, most),
                None => {
                    self.coming = Some(begin(&self.file, self.at, most, cx.waker()));
                    return Poll::Pending;
                }
            },
        };
        self.coming = None;
        let piece = piece.and_then(|piece| match piece.len() as u64 {
            // It became shorter.
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.at += count;
                self.left -= count;
                Ok(piece)
            }
        });
        Poll::Ready(Some(piece))
    }
}

/// Has a thread of the pool read.
fn begin(file: &Arc<File>, at: u64, most: usize, taker: &Waker) -> Arc<Mutex<Coming>> {
    let coming = Arc::new(Mutex::new(Coming {
        piece: None,
        taker: Some(taker.clone()),
    }));
    let (file, to_fill) = (Arc::clone(file), Arc::clone(&coming));
    pool::run(Box::new(move || {
        let piece = read(&file, at, most);
        let mut coming = lock(&to_fill);
        coming.piece = Some(piece);
        let taker = coming.taker.take();
        drop(coming);
        if let Some(taker) = taker {
            taker.wake();
        }
    }));
    coming
}

/// Reads up to `most` bytes, however long that takes.
fn read(file: &File, at: u64, most: usize) -> io::Result<Bytes> {
    let mut piece = vec![0; most];
    loop {
        match file.read_at(&mut piece, at) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            count => {
                piece.truncate(count?);
                return Ok(piece.into());
            }
        }
    }
}

/// What the system has in memory of the next `most` bytes; `None` where it has nothing of them, or cannot tell.
fn at_hand(file: &File, at: u64, most: usize) -> Option<io::Result<Bytes>> {
    let mut piece: Vec<u8> = Vec::with_capacity(most);
    let room = libc::iovec {
        iov_base: piece.as_mut_ptr().cast(),
        iov_len: most,
    };
    let at = libc::off_t::try_from(at).ok()?;
    // SAFETY: one record, of memory that is ours and has room for `most` bytes.
    let count =
        unsafe { libc::preadv2(file.as_raw_fd(), &raw const room, 1, at, libc::RWF_NOWAIT) };
    let count = usize::try_from(count).ok()?;
    // SAFETY: the system has written so many bytes, and no more than there is room for.
    unsafe { piece.set_len(count) };
    Some(Ok(piece.into()))
}

#[cfg(test)]
mod tests {
    use super::Pieces;
    use std::fs::File;
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};
    use std::task::{Context, Poll, Wake, Waker};

    struct Tell(Sender<()>);

    impl Wake for Tell {
        fn wake(self: Arc<Self>) {
            let _ = self.0.send(());
        }
    }

    /// All that is read, and how often it had to be waited for.
    fn all(mut pieces: Pieces) -> (std::io::Result<Vec<u8>>, usize) {
        let (sender, woken) = channel();
        let waker = Waker::from(Arc::new(Tell(sender)));
        let (mut bytes, mut waits) = (Vec::new(), 0);
        loop {
            match pieces.poll_next(&Context::from_waker(&waker)) {
                Poll::Ready(None) => return (Ok(bytes), waits),
                Poll::Ready(Some(Err(error))) => return (Err(error), waits),
                Poll::Ready(Some(Ok(piece))) => bytes.extend_from_slice(&piece),
                Poll::Pending => {
                    waits += 1;
                    woken.recv().unwrap();
                }
            }
        }
    }

    #[test]
    fn a_part_of_a_file_in_memory_or_not() {
        let text: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let path = std::env::temp_dir().join(format!("mesh-pieces-{}", std::process::id()));
        std::fs::write(&path, &text).unwrap();
        let pieces = Pieces::new(File::open(&path).unwrap(), 1000, 150_000);
        assert_eq!(all(pieces).0.unwrap(), text[1000..151_000]);
        let pieces = Pieces::new(File::open(&path).unwrap(), 199_999, 2);
        let _ = std::fs::remove_file(&path);
        assert_eq!(
            all(pieces).0.unwrap_err().kind(),
            std::io::ErrorKind::UnexpectedEof
        );
    }

    #[test]
    fn where_the_system_cannot_tell_a_thread_reads() {
        let text = std::fs::read("/proc/version").unwrap();
        let file = File::open("/proc/version").unwrap();
        let (bytes, waits) = all(Pieces::new(file, 0, text.len() as u64));
        assert_eq!((bytes.unwrap(), waits > 0), (text, true));
    }
}
