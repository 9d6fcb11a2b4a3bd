//! Names of actors.

use crate::actor::names;
use crate::crash::Reason;
use crate::heap::string::Str;
use crate::names::{Refused, Types};
use crate::native;

/// What `Prelude.register` makes of it.
const REGISTERED: i64 = 0;
const TAKEN: i64 = 1;
const ENDED: i64 = 2;

native! {
    /// Gives an actor a name, with the types of what it receives and replies.
    fn mesh_register as "Prelude.raw_register"(
        cx, name: Str, pid: i64, message: i64, reply: i64, message_name: Str, reply_name: Str
    ) -> i64 {
        let types = Types::new((message, reply), message_name.as_str(), reply_name.as_str());
        let done = names::register(cx.worker(), name.as_str(), pid as u64, types);
        cx.cross();
        match done {
            Ok(()) => REGISTERED,
            Err(Refused::Taken) => TAKEN,
            Err(Refused::Ended) => ENDED,
        }
    }

    /// The actor of a name.
    fn mesh_whereis as "Prelude.raw_whereis"(
        cx, name: Str, message: i64, reply: i64, message_name: Str, reply_name: Str
    ) -> (i64, i64) {
        let asked = Types::new((message, reply), message_name.as_str(), reply_name.as_str());
        match names::find(name.as_str(), &asked) {
            Ok(Some(pid)) => (1, pid as i64),
            Ok(None) => (0, 0),
            Err(text) => cx.crash(Reason::Other(text)),
        }
    }
}
