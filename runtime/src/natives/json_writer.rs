//! Natives of `JsonWriter`: the texts that an actor is writing, to whose innermost one they add parts. Nothing of them lies in a heap
//! before a text is finished, so parts cost no objects.

use super::json::{Scalar, put_quoted};
use crate::heap::string::Str;
use crate::native;
use crate::natives::{Cx, int};

/// A buffer that is not larger is kept for the next text; there may be many actors.
const KEPT: usize = 4 << 10;

/// What an actor is writing.
#[derive(Default)]
pub struct Texts {
    /// The innermost last.
    open: Vec<String>,
    spare: String,
}

fn add(cx: &Cx, part: impl FnOnce(&mut String)) {
    // SAFETY: a native runs where its actor does.
    unsafe {
        cx.actor().with_extra(|extra| {
            if let Some(text) = extra.json.open.last_mut() {
                part(text);
            }
        });
    }
}

native! {
    /// Begins a text.
    fn mesh_json_open as "JsonWriter.raw_open"(cx) {
        // SAFETY: a native runs where its actor does.
        unsafe {
            cx.actor().with_extra(|extra| {
                let text = core::mem::take(&mut extra.json.spare);
                extra.json.open.push(text);
            });
        }
    }

    /// Adds a text as it is.
    fn mesh_json_put as "JsonWriter.put"(cx, text: Str) {
        add(cx, |out| out.push_str(text.as_str()));
    }

    /// Adds a text as it is and a key in quotes with its colon, and what stands between that and the value.
    fn mesh_json_put_key as "JsonWriter.put_key"(cx, before: Str, key: Str, after: Str) {
        add(cx, |out| {
            out.push_str(before.as_str());
            put_quoted(out, key.as_str());
            out.push_str(after.as_str());
        });
    }

    /// Adds a value without parts: by the kind of its token, a number or the bits of a float, or a text.
    fn mesh_json_put_scalar as "JsonWriter.raw_scalar"(cx, kind: i64, number: i64, text: Str) {
        let scalar = Scalar::new(kind, number, text.as_str());
        add(cx, |out| match scalar {
            Scalar::Word(word) => out.push_str(word),
            Scalar::Int(number) => {
                let (digits, start) = int::decimal(number);
                out.push_str(str::from_utf8(&digits[start..]).unwrap_or(""));
            }
            Scalar::Other(text) => out.push_str(&text),
            Scalar::Text(text) => put_quoted(out, text),
        });
    }

    /// Ends the innermost text, and gives it.
    fn mesh_json_close as "JsonWriter.raw_close"(cx) -> Str {
        // SAFETY: a native runs where its actor does.
        let text = unsafe { cx.actor().with_extra(|extra| extra.json.open.pop()) };
        let mut text = text.unwrap_or_default();
        let made = cx.string(&text);
        if text.capacity() <= KEPT {
            text.clear();
            // SAFETY: as above.
            unsafe { cx.actor().with_extra(|extra| extra.json.spare = text) };
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::natives::testing::with_actor;

    #[test]
    fn texts_within_texts() {
        with_actor(|cx| {
            let context = cx.context();
            let object = |cx: &mut Cx, text: &str| cx.string(text).as_raw();
            // SAFETY: the context is a live actor's, the strings are its own.
            unsafe {
                mesh_json_open(context);
                let (before, key, after) = (object(cx, "{"), object(cx, "a\n"), object(cx, ":"));
                mesh_json_put_key(context, before, key, after);
                mesh_json_open(context);
                let text = object(cx, "\"");
                mesh_json_put_scalar(context, 12, 0, text);
                let inner = Str::from_raw(mesh_json_close(context));
                assert_eq!(inner.as_str(), "\"\\\"\"");
                mesh_json_put_scalar(context, 10, -7, text);
                let close = object(cx, "}");
                mesh_json_put(context, close);
                let outer = Str::from_raw(mesh_json_close(context));
                assert_eq!(outer.as_str(), "{\"a\\n\":-7}");
            }
        });
    }
}
