//! Names of actors.

use crate::actor::names::{self, Types};
use crate::crash::Reason;
use crate::heap::string::Str;
use crate::native;

native! {
    /// Gives an actor a name, with the types of what it receives and replies.
    fn mesh_register as "Prelude.raw_register"(
        cx, name: Str, pid: i64, message: i64, reply: i64, message_name: Str, reply_name: Str
    ) -> bool {
        let types = Types::new((message, reply), message_name.as_str(), reply_name.as_str());
        let done = names::register(cx.worker(), name.as_str(), pid as u64, types);
        cx.cross();
        done
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
