//! Natives: what std and compiled code call in the runtime.
//!
//! A native is written once, with [`native!`], under the name of its row in `mesh_abi::native`.
//! The macro compares its machine signature with the row at compile time, turns words into
//! handles and back, and turns a panic or a [`Cx::crash`] in the body into the end of the calling
//! actor; so a body is ordinary safe Rust that may hold values with destructors. A row that says
//! `Stack::Worker` runs on the worker's stack. A test at the end of this file checks that every
//! row has its native.
//!
//! ```ignore
//! native! {
//!     /// The characters of a text, as a user counts them.
//!     fn mesh_string_length as "String.length"(cx, text: Str) -> i64 {
//!         text.as_str().chars().count() as i64
//!     }
//! }
//! ```
//!
//! An allocation may collect. What a body holds in locals is safe across it: handles, and slices of what
//! they stand for. Objects held in memory of Rust's own, in a `Vec` say, must be within [`Cx::protect`];
//! a list is better built by [`List::push`](crate::heap::list::List::push), element by element.
//!
//! Parameters are words: `i64`, `bool`, `f64`, `Str`, `Bytes`, `Pointer`. A list arrives as two,
//! `Pointer` and `i64`: see [`List::from_words`](crate::heap::list::List::from_words). A result is
//! one of these, `()`, an `Option<Str>`, a `List`, or a tuple of them, whose words, three at most,
//! follow one another.

pub mod actors;
pub mod blocking;
pub mod bytes;
pub mod calls;
pub mod crypto;
pub mod cx;
pub mod date_time;
pub mod env;
pub mod float;
pub mod hash;
pub mod http;
pub mod http_client;
pub mod int;
pub mod io;
pub mod json;
pub mod json_writer;
pub mod log;
pub mod math;
pub mod names;
pub mod prelude;
pub mod process;
pub mod random;
pub mod regex;
pub mod rt;
pub mod signals;
pub mod string;
pub mod supervisor;
#[cfg(test)]
pub mod testing;
pub mod timer;
pub mod words;

pub use cx::Cx;

use crate::crash;
use mesh_abi::context::Context;
use mesh_abi::native::{Native, RUNTIME, STD, Stack};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Declares natives: see the module's comment.
#[macro_export]
macro_rules! native {
    ($(
        $(#[$meta:meta])*
        fn $symbol:ident as $name:literal ($cx:ident $(, $arg:ident : $ty:ty)* $(,)?)
        $(-> $ret:ty)? $body:block
    )*) => {$(
        $(#[$meta])*
        ///
        /// # Safety
        /// Called by compiled code, with its own context and live objects.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn $symbol(
            context: *mut mesh_abi::context::Context
            $(, $arg: <$ty as $crate::natives::words::Argument>::Raw)*
        ) -> <$crate::native!(@ret $($ret)?) as $crate::natives::words::Answer>::Raw {
            const ROW: &mesh_abi::native::Native = $crate::natives::row(
                $name,
                stringify!($symbol),
                &[$(<$ty as $crate::natives::words::Argument>::CLASS),*],
                <$crate::native!(@ret $($ret)?) as $crate::natives::words::Answer>::CLASS,
                false,
            );
            #[cfg(test)]
            #[used]
            #[unsafe(link_section = "mesh_natives")]
            static ENTRY: &mesh_abi::native::Native = ROW;
            #[allow(clippy::too_many_arguments, reason = "a list is two words")]
            fn body(
                #[allow(unused_variables, reason = "many natives need no context")]
                $cx: &mut $crate::natives::Cx
                $(, $arg: $ty)*
            ) $(-> $ret)? $body
            // SAFETY: compiled code passes its own context and the words of live values.
            unsafe {
                let answer = $crate::natives::enter(context, ROW, |cx| {
                    body(cx $(, <$ty as $crate::natives::words::Argument>::from_raw($arg))*)
                });
                $crate::natives::words::Answer::give(answer, context)
            }
        }
    )*};
    (@ret) => { () };
    (@ret $ret:ty) => { $ret };
}

/// Runs a native's body: on the right stack, and with its panics caught.
///
/// # Safety
/// `context` is the running actor's.
#[inline]
pub unsafe fn enter<R>(
    context: *mut Context,
    row: &'static Native,
    body: impl FnOnce(&mut Cx) -> R,
) -> R {
    // SAFETY: the caller's promise.
    let mut cx = unsafe { Cx::new(context) };
    let run = AssertUnwindSafe(|| match row.stack {
        Stack::Leaf => body(&mut cx),
        Stack::Worker => {
            let actor = cx.actor();
            // What runs there must not unwind out of it.
            let ended = actor.on_worker_stack(|| catch_unwind(AssertUnwindSafe(|| body(&mut cx))));
            ended.unwrap_or_else(|payload| resume_unwind(payload))
        }
    });
    match catch_unwind(run) {
        Ok(answer) => answer,
        // SAFETY: as above. The native's own frames are gone.
        Err(payload) => unsafe { crash::from_panic(context, payload) },
    }
}

/// The row of a native, whose signature must be the one given; evaluated at compile time.
pub const fn row(
    name: &str,
    symbol: &str,
    params: &[&str],
    result: &str,
    diverges: bool,
) -> &'static Native {
    let row = match find(RUNTIME, name) {
        Some(row) => row,
        None => match find(STD, name) {
            Some(row) => row,
            None => panic!("mesh_abi::native has no row of this name"),
        },
    };
    assert!(
        same(row.symbol, symbol),
        "the symbol differs from the row in mesh_abi::native"
    );
    let expected = row.params.as_bytes();
    let (mut piece, mut at) = (0, 0);
    while piece < params.len() {
        let class = params[piece].as_bytes();
        let mut i = 0;
        while i < class.len() {
            assert!(
                at < expected.len() && expected[at] == class[i],
                "the parameters differ from the row in mesh_abi::native"
            );
            at += 1;
            i += 1;
        }
        piece += 1;
    }
    assert!(
        at == expected.len(),
        "the row in mesh_abi::native has more parameters"
    );
    assert!(
        same(row.result, result),
        "the result differs from the row in mesh_abi::native"
    );
    assert!(
        row.diverges == diverges,
        "mesh_abi::native disagrees on whether the native returns"
    );
    row
}

const fn find(rows: &'static [Native], name: &str) -> Option<&'static Native> {
    let mut i = 0;
    while i < rows.len() {
        if same(rows[i].name, name) {
            return Some(&rows[i]);
        }
        i += 1;
    }
    None
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" {
        static __start_mesh_natives: u8;
        static __stop_mesh_natives: u8;
    }

    /// The rows the natives of this crate were declared for.
    fn declared() -> &'static [&'static Native] {
        // SAFETY: the linker sets the two symbols around the section, which holds references.
        unsafe {
            let start = (&raw const __start_mesh_natives).cast::<&Native>();
            let stop = &raw const __stop_mesh_natives;
            let count = (stop as usize - start as usize) / size_of::<&Native>();
            std::slice::from_raw_parts(start, count)
        }
    }

    #[test]
    fn a_panic_in_a_native_is_a_crash_of_its_actor() {
        let reason = testing::crash_of(|cx| {
            // SAFETY: the context is the test actor's.
            unsafe { enter(cx.context(), &RUNTIME[0], |_| -> i64 { panic!("oh no") }) }
        });
        // The first unwinding stopped at the native; it left its actor by another.
        assert!(reason.is_some());
        let reason = testing::crash_of(|_| -> i64 { panic!("oh no") });
        let text = "a fault in the runtime: oh no";
        assert_eq!(reason, Some(crate::crash::Reason::Other(text.into())));
    }

    #[test]
    fn every_row_has_one_native() {
        for row in RUNTIME.iter().chain(STD) {
            let count = declared().iter().filter(|n| n.name == row.name).count();
            assert_eq!(count, 1, "natives declared for {}", row.name);
        }
    }
}
