//! Where workers learn what sockets are ready: one instance of the system's epoll.
//!
//! The idle worker that is the poller waits there, for a time, or to be interrupted; busy workers look in
//! between turns. Events are reported once (edge-triggered), to whoever looks first; what they lead to is
//! in [`io::source`](crate::io::source). Only the one in the poller's place takes an interrupt.

use crate::io::source::{BROKEN, READ, READ_CLOSED, WRITE};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

/// Events that are taken at a time.
const BATCH: usize = 256;
/// The token of the interrupter; no source has it.
const INTERRUPT: u64 = 0;

/// See the module's comment.
pub struct Poller {
    interrupter: Arc<Interrupter>,
    epoll: i32,
    /// Descriptors that are watched besides the interrupter's.
    watched: AtomicUsize,
    /// Whether the system takes times to the nanosecond.
    exact: AtomicBool,
}

/// Ends the poller's wait: the one under way, or else the next.
pub struct Interrupter {
    /// An event counter of the system.
    event: i32,
}

/// Events that were taken and not yet acted on.
pub struct Events {
    list: [libc::epoll_event; BATCH],
    count: usize,
}

impl Default for Events {
    fn default() -> Events {
        Events {
            list: [libc::epoll_event { events: 0, u64: 0 }; BATCH],
            count: 0,
        }
    }
}

impl Events {
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes them out: each source's token, and what it is ready for.
    pub fn drain(&mut self) -> impl Iterator<Item = (u64, u32)> + '_ {
        let count = std::mem::take(&mut self.count);
        self.list[..count].iter().filter_map(|event| {
            let (token, events) = (event.u64, event.events);
            (token != INTERRUPT).then(|| (token, bits(events)))
        })
    }
}

fn bits(events: u32) -> u32 {
    let has = |flags: libc::c_int| events & flags.cast_unsigned() != 0;
    let mut bits = 0;
    if has(libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLHUP | libc::EPOLLERR) {
        bits |= READ;
    }
    if has(libc::EPOLLOUT | libc::EPOLLHUP | libc::EPOLLERR) {
        bits |= WRITE;
    }
    if has(libc::EPOLLRDHUP) {
        bits |= READ_CLOSED;
    }
    if has(libc::EPOLLHUP | libc::EPOLLERR) {
        bits |= BROKEN;
    }
    bits
}

impl Poller {
    /// # Errors
    /// The system gives no poller or event counter.
    pub fn new() -> Result<Poller, String> {
        // SAFETY: asks for descriptors.
        let (event, epoll) = unsafe {
            let event = libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK);
            (event, libc::epoll_create1(libc::EPOLL_CLOEXEC))
        };
        if event < 0 || epoll < 0 {
            return Err(String::from("the system gives no event descriptor"));
        }
        let poller = Poller {
            interrupter: Arc::new(Interrupter { event }),
            epoll,
            watched: AtomicUsize::new(0),
            exact: AtomicBool::new(true),
        };
        // Level-triggered: one that looks in between does not take the interrupt.
        match poller.control(libc::EPOLL_CTL_ADD, event, libc::EPOLLIN, INTERRUPT) {
            Ok(()) => Ok(poller),
            Err(_) => Err(String::from("the system gives no event descriptor")),
        }
    }

    /// The descriptor to write to for an interrupt.
    pub fn event(&self) -> i32 {
        self.interrupter.event
    }

    pub fn interrupter(&self) -> Arc<Interrupter> {
        Arc::clone(&self.interrupter)
    }

    fn control(&self, what: i32, descriptor: i32, flags: i32, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: flags.cast_unsigned(),
            u64: token,
        };
        // SAFETY: a valid record.
        let failed = unsafe { libc::epoll_ctl(self.epoll, what, descriptor, &raw mut event) } != 0;
        if failed {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    /// Watches a descriptor.
    ///
    /// # Errors
    /// What the system refused.
    pub fn add(&self, descriptor: i32, token: u64) -> io::Result<()> {
        self.watched.fetch_add(1, Relaxed);
        let flags = libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP | libc::EPOLLET;
        self.control(libc::EPOLL_CTL_ADD, descriptor, flags, token)
    }

    /// Watches it no longer. Harmless for one that is not watched.
    pub fn remove(&self, descriptor: i32) {
        self.watched.fetch_sub(1, Relaxed);
        let _ = self.control(libc::EPOLL_CTL_DEL, descriptor, 0, INTERRUPT);
    }

    /// Whether any descriptor is watched.
    pub fn watches_any(&self) -> bool {
        self.watched.load(Relaxed) > 0
    }

    /// Takes what is there. For one that is not in the poller's place.
    pub fn look(&self, events: &mut Events) {
        if !self.watches_any() {
            return;
        }
        // SAFETY: room for as many events as are asked for.
        let count =
            unsafe { libc::epoll_wait(self.epoll, events.list.as_mut_ptr(), BATCH as i32, 0) };
        events.count = usize::try_from(count).unwrap_or(0);
    }

    /// Waits for events until it is interrupted, at most for a time.
    pub fn wait(&self, most: Option<Duration>, events: &mut Events) {
        let count = match most {
            Some(most) if self.exact.load(Relaxed) => self.wait_exactly(most, events),
            _ => self.wait_milliseconds(most, events),
        };
        events.count = usize::try_from(count).unwrap_or(0);
        let taken = &events.list[..events.count];
        if let Some(at) = taken.iter().position(|event| event.u64 == INTERRUPT) {
            events.count -= 1;
            events.list.swap(at, events.count);
            let mut count = 0u64;
            let event = self.interrupter.event;
            // SAFETY: a counter is read as eight bytes.
            unsafe { libc::read(event, (&raw mut count).cast(), size_of::<u64>()) };
        }
    }

    fn wait_exactly(&self, most: Duration, events: &mut Events) -> i64 {
        let time = libc::timespec {
            tv_sec: libc::time_t::try_from(most.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: most.subsec_nanos().into(),
        };
        // SAFETY: room for as many events as are asked for, a time, and no signal mask.
        let count = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.epoll,
                events.list.as_mut_ptr(),
                BATCH as i32,
                &raw const time,
                std::ptr::null::<libc::sigset_t>(),
                0usize,
            )
        };
        let refused = [Some(libc::ENOSYS), Some(libc::EPERM)];
        if count < 0 && refused.contains(&io::Error::last_os_error().raw_os_error()) {
            // An older system, or one that keeps new calls from programs.
            self.exact.store(false, Relaxed);
            return self.wait_milliseconds(Some(most), events);
        }
        count
    }

    fn wait_milliseconds(&self, most: Option<Duration>, events: &mut Events) -> i64 {
        let most = most.map_or(-1, |most| {
            i32::try_from(most.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
        });
        // SAFETY: room for as many events as are asked for.
        let count =
            unsafe { libc::epoll_wait(self.epoll, events.list.as_mut_ptr(), BATCH as i32, most) };
        count.into()
    }
}

impl Interrupter {
    pub fn interrupt(&self) {
        let one = 1u64;
        // SAFETY: a counter is written as eight bytes. A counter that is full interrupts already.
        unsafe { libc::write(self.event, (&raw const one).cast(), size_of::<u64>()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    fn wait(poller: &Poller, events: &mut Events) -> Vec<(u64, u32)> {
        poller.wait(Some(Duration::from_secs(10)), events);
        events.drain().collect()
    }

    #[test]
    fn changes_are_told_once_and_by_token() {
        let (poller, mut events) = (Poller::new().unwrap(), Events::default());
        let (own, mut other) = UnixStream::pair().unwrap();
        assert!(!poller.watches_any());
        poller.add(own.as_raw_fd(), 7).unwrap();
        assert_eq!(wait(&poller, &mut events), [(7, WRITE)]);
        poller.look(&mut events);
        assert!(events.is_empty(), "it was told");
        other.write_all(b"x").unwrap();
        assert_eq!(wait(&poller, &mut events), [(7, READ | WRITE)]);
        drop(other);
        let told = wait(&poller, &mut events);
        assert_eq!(told, [(7, READ | WRITE | READ_CLOSED | BROKEN)]);
        poller.remove(own.as_raw_fd());
        assert!(!poller.watches_any());
    }

    #[test]
    fn an_interrupt_ends_one_wait_and_is_no_event() {
        let (poller, mut events) = (Poller::new().unwrap(), Events::default());
        let interrupter = poller.interrupter();
        interrupter.interrupt();
        interrupter.interrupt();
        assert_eq!(wait(&poller, &mut events), []);
        poller.wait(Some(Duration::ZERO), &mut events);
        assert!(events.is_empty());
        let waker = std::thread::spawn(move || interrupter.interrupt());
        poller.wait(None, &mut events);
        waker.join().unwrap();
        assert!(events.is_empty());
    }
}
