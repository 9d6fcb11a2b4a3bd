//! The text of a crash report.
//!
//! ```text
//! main crashed: IndexOutOfRange(5, 3)
//!   process <0.0.0>: there is no element 5 in 3
//!   registered as "shop"
//!   handling Pick(5)
//!     Main.pick at src/main.mesh:12
//!     … tail call from Main.choose at src/main.mesh:8
//!     Main.main at src/main.mesh:3
//! ```

use super::capture::{Frame, Trace};
use super::reason::{escaped, number};
use super::symbols::{Executable, Place, Symbols, call_target, function_start};
use super::value::text_of_box;
use super::{Crash, Reason};
use crate::actor::{Actor, names};
use mesh_abi::context::TailSite;
use std::ptr::NonNull;

/// Longest run of lines that is recognised as repeated.
const LONGEST_CYCLE: usize = 8;

/// The whole report.
pub fn report(actor: &Actor, crash: &Crash) -> String {
    let mut out = [actor.name(), " crashed: ", &reason(&crash.reason)].concat();
    out.push_str("  process ");
    out.push_str(&pid_text(actor.pid()));
    if let Some(note) = crash
        .note
        .map(String::from)
        .or_else(|| note(actor, &crash.reason))
    {
        out.push_str(": ");
        out.push_str(&note);
    }
    out.push('\n');
    for name in names::of(actor) {
        out.push_str(&["  registered as \"", &escaped(&name), "\"\n"].concat());
    }
    if let Some(message) = NonNull::new(actor.handled.get()) {
        // SAFETY: the box of a message that the collector keeps until the actor has ended.
        let text = unsafe { text_of_box(message) };
        out.push_str(&["  handling ", &text, "\n"].concat());
    }
    if let Some(trace) = &crash.trace
        && let Some(executable) = Executable::running()
        && let Some(symbols) = executable.symbols()
    {
        for line in fold_repeats(lines(trace, &symbols)) {
            out.push_str("    ");
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

/// The reason; a message of several lines stands below it as it is.
fn reason(reason: &Reason) -> String {
    let Reason::Panic(text) = reason else {
        return [&reason.constructor(), "\n"].concat();
    };
    if !text.contains('\n') {
        return [&reason.constructor(), "\n"].concat();
    }
    let mut out = String::from("Panic\n");
    for line in text.lines() {
        out.push_str("  | ");
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// `<node.slot.generation>`.
pub fn pid_text(pid: u64) -> String {
    let part = |shift: u32, bits: u32| number((pid >> shift & ((1 << bits) - 1)) as i64);
    [
        "<",
        &part(56, 8),
        ".",
        &part(32, 24),
        ".",
        // Each second generation of a slot is nobody's.
        &part(1, 31),
        ">",
    ]
    .concat()
}

/// What the constructor alone does not tell.
fn note(actor: &Actor, reason: &Reason) -> Option<String> {
    let config = actor.config.get();
    Some(match reason {
        Reason::IndexOutOfRange(index, len) => [
            "there is no element ",
            &number(*index),
            " in ",
            &number(*len),
        ]
        .concat(),
        Reason::StackOverflow => {
            let size = size_text(config.max_stack);
            [
                "the stack grew past ",
                &size,
                "; MESH_MAX_STACK sets the limit",
            ]
            .concat()
        }
        Reason::HeapLimit => {
            let own = actor.limits.heap();
            let (bytes, who) = match own.filter(|own| *own < config.max_heap) {
                Some(own) => (own, ", the `max_heap` that it was started with"),
                None => (config.max_heap, "; MESH_MAX_HEAP sets the limit"),
            };
            ["the heap grew past ", &size_text(bytes), who].concat()
        }
        Reason::Linked { from, .. } => {
            ["it was linked to ", &pid_text(*from), ", which ended so"].concat()
        }
        Reason::Exit { text, .. } => return cycle_note(actor, text),
        Reason::BadShift(bits) => {
            ["a shift by ", &number(*bits), " bits; it must be 0 to 63"].concat()
        }
        _ => return None,
    })
}

/// Who waits for whom, if `reason` says that the actor's last call would have closed a cycle.
fn cycle_note(actor: &Actor, reason: &str) -> Option<String> {
    // SAFETY: who reports an actor's end owns it.
    let pids = unsafe { actor.if_extra(|extra| extra.cycle.clone()) }?;
    let shown: Vec<String> = pids
        .iter()
        .map(|pid| ["#Pid", &pid_text(*pid)].concat())
        .collect();
    if pids.is_empty() || reason != ["Call(Cycle([", &shown.join(", "), "]))"].concat() {
        return None;
    }
    let others = pids.iter().skip(1).map(|pid| {
        let found = actor.on_worker().find(*pid);
        [found.map_or("", Actor::name), " ", &pid_text(*pid)].concat()
    });
    let waits: Vec<String> = others.chain([String::from("it")]).collect();
    if let [_] = waits[..] {
        return Some(String::from("it called itself"));
    }
    Some(["it called ", &waits.join(", which waits for ")].concat())
}

fn size_text(bytes: usize) -> String {
    let (unit, name) = [(1 << 30, " GiB"), (1 << 20, " MiB"), (1 << 10, " KiB")]
        .into_iter()
        .find(|(unit, _)| bytes.is_multiple_of(*unit))
        .unwrap_or((1, " bytes"));
    [&number((bytes / unit) as i64), name].concat()
}

/// One line per Mesh frame and per tail call, innermost first.
fn lines(trace: &Trace, symbols: &Symbols) -> Vec<String> {
    let mut out = Vec::new();
    part(&trace.first, trace.last.first(), trace, symbols, &mut out);
    if trace.skipped > 0 {
        out.push(["… ", &number(trace.skipped as i64), " frames not shown"].concat());
    }
    part(&trace.last, None, trace, symbols, &mut out);
    out
}

fn part(
    frames: &[Frame],
    beyond: Option<&Frame>,
    trace: &Trace,
    symbols: &Symbols,
    out: &mut Vec<String>,
) {
    for (at, frame) in frames.iter().enumerate() {
        // A return address may be the first of the next function: look at the call before it.
        let places = symbols.places(frame.pc - 1);
        for place in &places {
            out.push(place_text(
                &place.function,
                &place.file,
                u64::from(place.line),
            ));
        }
        let caller = match frames.get(at + 1) {
            Some(caller) => Some(caller),
            None if trace.skipped == 0 => beyond,
            None => None,
        };
        tail_calls(frame, !places.is_empty(), caller, trace, symbols, out);
    }
}

/// The tail calls that led from what `caller` called to `frame`, newest first.
///
/// A record may be left from an earlier call whose frame had the same address: such records are
/// older than the tail call of the function that `caller` calls, or belong to no chain at all if
/// that function is still the frame's.
fn tail_calls(
    frame: &Frame,
    visible: bool,
    caller: Option<&Frame>,
    trace: &Trace,
    symbols: &Symbols,
    out: &mut Vec<String>,
) {
    let mut sites: Vec<&TailSite> = trace
        .tail_calls
        .iter()
        .filter(|call| visible && call.address == frame.address)
        .map(|call| call.site)
        .collect();
    let called = caller
        .and_then(|caller| call_target(caller.pc))
        .and_then(|target| Some((target, symbols.places(target).pop()?)));
    let mut complete = true;
    if let Some((target, Place { function, .. })) = called {
        let start = function_start(frame.pc);
        let own = start.and_then(|start| symbols.places(start).pop());
        let called = sites
            .iter()
            .rposition(|site| site_texts(site).0 == function);
        match called {
            Some(first) => sites.truncate(first + 1),
            // What follows a `receive` is a function of its own, under the same name.
            None if start == Some(target) || own.is_some_and(|own| own.function == function) => {
                sites.clear();
            }
            None => complete = false,
        }
    }
    for site in sites {
        let (function, file) = site_texts(site);
        out.push(["… tail call from ", &place_text(function, file, site.line)].concat());
    }
    if !complete {
        out.push(String::from("… tail calls not recorded"));
    }
}

fn place_text(function: &str, file: &str, line: u64) -> String {
    [function, " at ", file, ":", &number(line as i64)].concat()
}

/// The function and the file of a site.
fn site_texts(site: &TailSite) -> (&'static str, &'static str) {
    let text = |bytes: *const u8, len: u64| {
        // SAFETY: the texts of a site stand in static memory of the program.
        let bytes = unsafe { std::slice::from_raw_parts(bytes, len as usize) };
        std::str::from_utf8(bytes).unwrap_or("?")
    };
    (
        text(site.function, site.function_len),
        text(site.file, site.file_len),
    )
}

/// Shortens runs of the same lines, as endless recursion makes them.
fn fold_repeats(lines: Vec<String>) -> Vec<String> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let rest = &lines[at..];
        let cycle = (1..=LONGEST_CYCLE.min(rest.len() / 3))
            .map(|len| {
                (
                    len,
                    rest.chunks_exact(len)
                        .take_while(|c| *c == &rest[..len])
                        .count(),
                )
            })
            .find(|(_, times)| *times >= 3);
        let Some((len, times)) = cycle else {
            out.push(lines[at].clone());
            at += 1;
            continue;
        };
        out.extend_from_slice(&rest[..len]);
        let again = number(times as i64 - 1);
        out.push(match len {
            1 => ["… the same ", &again, " more times"].concat(),
            _ => [
                "… these ",
                &number(len as i64),
                " lines ",
                &again,
                " more times",
            ]
            .concat(),
        });
        at += len * times;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_folded() {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let folded = |text: &str| fold_repeats(lines(text)).join("/");
        assert_eq!(folded("abc"), "a/b/c");
        assert_eq!(folded("aab"), "a/a/b");
        assert_eq!(folded("xaaab"), "x/a/… the same 2 more times/b");
        assert_eq!(folded("ababababc"), "a/b/… these 2 lines 3 more times/c");
    }

    #[test]
    fn pids_and_sizes() {
        assert_eq!(pid_text(0), "<0.0.0>");
        assert_eq!(pid_text(1 << 56 | 2 << 32 | 7), "<1.2.3>");
        assert_eq!(size_text(256 << 20), "256 MiB");
        assert_eq!(size_text(1000), "1000 bytes");
        assert_eq!(size_text(8 << 30), "8 GiB");
    }
}
