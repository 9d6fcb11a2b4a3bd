//! Where the idle worker that is the poller waits: for a time, or to be interrupted.

use std::sync::Arc;
use std::time::Duration;

/// See the module's comment.
pub struct Poller {
    interrupter: Arc<Interrupter>,
}

/// Ends the poller's wait: the one under way, or else the next.
pub struct Interrupter {
    /// An event counter of the system.
    event: i32,
}

impl Poller {
    /// # Errors
    /// The system gives no event counter.
    pub fn new() -> Result<Poller, String> {
        // SAFETY: asks for a descriptor.
        let event = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if event < 0 {
            return Err(String::from("the system gives no event descriptor"));
        }
        let interrupter = Arc::new(Interrupter { event });
        Ok(Poller { interrupter })
    }

    /// The descriptor to write to for an interrupt.
    pub fn event(&self) -> i32 {
        self.interrupter.event
    }

    pub fn interrupter(&self) -> Arc<Interrupter> {
        Arc::clone(&self.interrupter)
    }

    /// Waits until it is interrupted, at most for a time.
    pub fn wait(&self, most: Option<Duration>) {
        let event = self.interrupter.event;
        let mut poll = libc::pollfd {
            fd: event,
            events: libc::POLLIN,
            revents: 0,
        };
        let most = most.map(|most| libc::timespec {
            tv_sec: libc::time_t::try_from(most.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: most.subsec_nanos().into(),
        });
        let most = most.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let mut count = 0u64;
        // SAFETY: one valid pollfd, and a time or none; a counter is read as eight bytes.
        unsafe {
            if libc::ppoll(&raw mut poll, 1, most, std::ptr::null()) > 0 {
                libc::read(event, (&raw mut count).cast(), size_of::<u64>());
            }
        }
    }
}

impl Interrupter {
    pub fn interrupt(&self) {
        let one = 1u64;
        // SAFETY: a counter is written as eight bytes. A counter that is full interrupts already.
        unsafe { libc::write(self.event, (&raw const one).cast(), size_of::<u64>()) };
    }
}
