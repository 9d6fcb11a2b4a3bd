//! Tests in a process: it runs them one after another, what it writes is divided among them, and time that it takes is limited.
//!
//! Each test runs in an actor of its own, so a crash leaves the process to the next one. Where a test takes the process with it, or runs
//! out of time, the others have to run in another one: see [`run`].

use super::programs;
use mesh_driver::BuiltTests;
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How much of each stream is kept of a test: the last of it.
const MAX_OUTPUT: usize = 1 << 20;
/// How much may gather until output that is not kept is dropped.
const MAX_GATHERED: usize = MAX_OUTPUT + (256 << 10);
/// How often it is looked whether a process has ended whose streams something else holds open.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How much longer than a test may take the process gets to end it.
const GRACE: Duration = Duration::from_secs(2);

/// What a test may use, and what it is told.
pub struct Limits {
    pub time: Duration,
}

/// How a test ended.
pub struct Ended {
    pub how: How,
    pub time: Duration,
    pub out: String,
    pub err: String,
}

/// In which way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    Passed,
    /// Its actor gave up, for this reason.
    Failed(String),
    TimedOut,
    /// The process ended with it.
    Exit(i32),
    Signal(i32),
    /// There was no process.
    NotRun(String),
}

/// Runs tests in one process, with a seed if everything is to be drawn from that, until all are done or it ends; each is told with its
/// place in the list. The number of those that are done, which is at least one: the test that ends the process, or has to be ended with
/// it, is the last.
pub fn run(
    executable: &Path,
    tests: &[usize],
    seed: Option<i64>,
    limits: &Limits,
    told: &mut dyn FnMut(usize, Ended),
) -> usize {
    match Run::start(executable, tests, seed, limits) {
        Ok(run) => run.follow(tests.len(), limits, told),
        Err(error) => {
            let ended = Ended {
                how: How::NotRun(error.to_string()),
                time: Duration::ZERO,
                out: String::new(),
                err: String::new(),
            };
            told(0, ended);
            1
        }
    }
}

/// What a stream gave.
enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

struct Run {
    child: Child,
    /// What it has in its environment, and so have the programs that its tests start.
    mark: String,
    events: Receiver<Event>,
    out: Gathered,
    err: Gathered,
}

impl Run {
    fn start(
        executable: &Path,
        tests: &[usize],
        seed: Option<i64>,
        limits: &Limits,
    ) -> io::Result<Run> {
        let numbers: Vec<String> = tests.iter().map(usize::to_string).collect();
        let mark = format!("\u{1e}mesh {:016x}", random());
        let mut command = Command::new(executable);
        command
            .env(BuiltTests::WANTED, numbers.join(","))
            .env(BuiltTests::MARK, &mark)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        match seed {
            // Where time depends on the seed, the limit is this process's.
            Some(seed) => command
                .env("MESH_SEED", seed.to_string())
                .env(BuiltTests::SEED, seed.to_string()),
            None => command.env(BuiltTests::TIMEOUT, limits.time.as_millis().to_string()),
        };
        let mut child = command.spawn()?;
        let (sender, events) = mpsc::channel();
        follow(child.stdout.take(), Event::Out, sender.clone());
        follow(child.stderr.take(), Event::Err, sender);
        Ok(Run {
            child,
            events,
            out: Gathered::new(&mark),
            err: Gathered::new(&mark),
            mark,
        })
    }

    fn follow(
        mut self,
        count: usize,
        limits: &Limits,
        told: &mut dyn FnMut(usize, Ended),
    ) -> usize {
        let mut done = 0;
        let mut since = Instant::now();
        loop {
            while let Some((ended, is_last)) = self.next_marked() {
                told(done, ended);
                done += 1;
                since = Instant::now();
                if is_last || done == count {
                    self.finish();
                    return done;
                }
            }
            let deadline = since + limits.time + GRACE;
            let how = match self.take(deadline) {
                Taken::Output => continue,
                Taken::End(how) => how,
                Taken::Late => {
                    let _ = self.child.kill();
                    let _ = self.child.wait();
                    How::TimedOut
                }
            };
            programs::end(&self.mark);
            // What it wrote last, and not what others may go on to write.
            while let Ok(event) = self.events.recv_timeout(LOOK_EVERY) {
                self.add(event);
            }
            while let Some((ended, _)) = self.next_marked() {
                told(done, ended);
                done += 1;
            }
            if done < count {
                let ended = Ended {
                    how,
                    time: since.elapsed(),
                    out: self.out.rest(),
                    err: self.err.rest(),
                };
                told(done, ended);
                done += 1;
            }
            return done;
        }
    }

    /// The next test that both streams say the end of, and whether the process wants to run no other.
    fn next_marked(&mut self) -> Option<(Ended, bool)> {
        let (_, out_end) = self.out.marked()?;
        let (line, err_end) = self.err.marked()?;
        let mut words = line.splitn(4, ' ');
        let (how, time, more) = (words.next()?, words.next()?, words.next()?);
        let reason = words.next().unwrap_or_default();
        let ended = Ended {
            how: match how {
                "passed" => How::Passed,
                "timeout" => How::TimedOut,
                _ => How::Failed(reason.to_string()),
            },
            time: Duration::from_nanos(time.parse().unwrap_or(0)),
            out: self.out.cut(out_end),
            err: self.err.cut(err_end),
        };
        Some((ended, more == "last"))
    }

    /// Waits for output, or the end of the process.
    fn take(&mut self, deadline: Instant) -> Taken {
        let mut closed = false;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(LOOK_EVERY.min(left)) {
                Ok(event) => {
                    self.add(event);
                    return Taken::Output;
                }
                // The streams are closed when a process ends, so this is the usual way.
                Err(RecvTimeoutError::Disconnected) if closed => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(RecvTimeoutError::Disconnected) => closed = true,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                let signal = status.signal().map(How::Signal);
                return Taken::End(signal.unwrap_or(How::Exit(status.code().unwrap_or(0))));
            }
            if left.is_zero() {
                return Taken::Late;
            }
        }
    }

    fn add(&mut self, event: Event) {
        match event {
            Event::Out(bytes) => self.out.add(&bytes),
            Event::Err(bytes) => self.err.add(&bytes),
        }
    }

    /// The process has nothing left to do but to end.
    fn finish(&mut self) {
        let deadline = Instant::now() + GRACE;
        while matches!(self.take(deadline), Taken::Output) {}
        let _ = self.child.kill();
        let _ = self.child.wait();
        programs::end(&self.mark);
    }
}

enum Taken {
    Output,
    End(How),
    /// Nothing until the deadline.
    Late,
}

/// What a stream gave since the last test's end.
struct Gathered {
    mark: Vec<u8>,
    bytes: Vec<u8>,
    /// Where to look for the next mark.
    looked: usize,
}

impl Gathered {
    fn new(mark: &str) -> Gathered {
        Gathered {
            mark: mark.as_bytes().to_vec(),
            bytes: Vec::new(),
            looked: 0,
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > MAX_GATHERED && self.marked().is_none() {
            let left_out = self.bytes.len() - MAX_OUTPUT;
            self.bytes.drain(..left_out);
            self.looked = self.looked.saturating_sub(left_out);
        }
    }

    /// The words of the next line that says where a test ends, and where the line ends. The test's own output ends at `looked`.
    fn marked(&mut self) -> Option<(String, usize)> {
        let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|at| at == what);
        let Some(at) = find(&self.bytes[self.looked..], &self.mark) else {
            self.looked = self.bytes.len().saturating_sub(self.mark.len());
            return None;
        };
        self.looked += at;
        let words = self.looked + self.mark.len();
        let end = words + find(&self.bytes[words..], b"\n")?;
        let line = String::from_utf8_lossy(&self.bytes[words..end]);
        Some((line.trim().to_string(), end + 1))
    }

    /// The output before the mark that was found; what follows its line is the next test's.
    fn cut(&mut self, end: usize) -> String {
        let text = text(&self.bytes[..self.looked]);
        self.bytes.drain(..end);
        self.looked = 0;
        text
    }

    fn rest(&self) -> String {
        text(&self.bytes)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(MAX_OUTPUT)..]).into_owned()
}

/// Reads a stream on a thread of its own up to its end.
fn follow(
    stream: Option<impl Read + Send + 'static>,
    event: fn(Vec<u8>) -> Event,
    events: Sender<Event>,
) {
    let Some(mut stream) = stream else {
        return;
    };
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if events.send(event(buffer[..count].to_vec())).is_err() {
                return;
            }
        }
    });
}

/// A number that a test does not know.
fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_divided_by_its_marks() {
        let mut gathered = Gathered::new("\u{1e}m");
        gathered.add(b"one\n\x1e");
        assert_eq!(gathered.marked(), None);
        gathered.add(b"m passed 12 more\ntw");
        let (line, end) = gathered.marked().expect("marked");
        assert_eq!(line, "passed 12 more");
        assert_eq!(gathered.cut(end), "one\n");
        gathered.add(b"o without an end\x1em failed 3 last Killed");
        assert_eq!(gathered.marked(), None);
        gathered.add(b"\n");
        let (line, end) = gathered.marked().expect("marked");
        assert_eq!(line, "failed 3 last Killed");
        assert_eq!(gathered.cut(end), "two without an end");
        assert_eq!(gathered.rest(), "");
    }

    #[test]
    fn of_much_output_the_end_is_kept() {
        let mut gathered = Gathered::new("\u{1e}m");
        for _ in 0..40 {
            gathered.add(&[b'x'; 64 << 10]);
        }
        assert!(gathered.bytes.len() <= MAX_GATHERED);
        gathered.add(b"end\x1em passed 1 more\n");
        let (_, end) = gathered.marked().expect("marked");
        let kept = gathered.cut(end);
        assert!(kept.len() == MAX_OUTPUT && kept.ends_with("xend"));
        assert_eq!(gathered.rest(), "");
    }
}
