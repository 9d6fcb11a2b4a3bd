//! The mailbox of the one actor that the interpreter runs.

use super::interpret::Value;
use crate::ir::received;
use std::rc::Rc;

/// Messages in order, and how far the `receive` at hand has looked.
#[derive(Default)]
pub struct Mailbox {
    messages: Vec<Value>,
    at: usize,
    timed: bool,
    /// Every other time a `receive` waits, it does so without a stack.
    parked: bool,
}

impl Mailbox {
    /// Whether the `receive` that wants a message now shall go on as its resume function.
    pub fn parks(&mut self) -> bool {
        self.parked = !self.parked;
        self.parked
    }

    /// What [`crate::ir::Op::ReceiveNext`] gives.
    pub fn next(&mut self) -> Result<Value, String> {
        match self.messages.get(self.at) {
            Some(message) => Ok(pair(received::MESSAGE, message.clone())),
            None if self.timed => Ok(pair(received::NOTHING, Value::Unit)),
            None => Err("waits for ever".into()),
        }
    }

    /// A native of actors; `None` if it is none that is interpreted.
    pub fn native(&mut self, name: &str, args: &[Value]) -> Option<Value> {
        match (name, args) {
            ("Prelude.send", [_, message]) => self.messages.push(message.clone()),
            ("rt.self_pid", []) => return Some(Value::Int(0)),
            ("rt.receive_begin", [Value::Int(timeout)]) => {
                self.at = 0;
                self.timed = *timeout >= 0;
            }
            ("rt.receive_skip", []) => self.at += 1,
            ("rt.receive_take", []) => {
                let message = self.messages.remove(self.at);
                let call = [message, Value::Int(0), Value::Int(0)];
                return Some(Value::Data(0, Rc::new(call)));
            }
            ("rt.reply", [_, _, _]) | ("rt.set_current", [_, _]) => {}
            _ => return None,
        }
        Some(Value::Unit)
    }
}

fn pair(kind: i64, message: Value) -> Value {
    Value::Data(0, Rc::new([Value::Int(kind), message]))
}
