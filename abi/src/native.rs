//! The table of natives: what std declares with `extern fn` and what compiled code calls in the
//! runtime. One row is the only statement of a native's machine signature: the code generator
//! declares from it, the runtime's signature test compares with it, and a test compares it with
//! std's declaration.
//!
//! Convention: `extern "C-unwind" fn(ctx: *mut Context, words…) -> result`. Each Mesh argument is
//! flattened to its words (`List<T>` is two: `pi`). A result of exactly one word comes back in the
//! register; `()` is void; any other result is void too and its words stand in `ctx.ret[0..]`.

/// A machine word's class, as one letter: `i` integer (also `Bool`, tags, packed list ranges),
/// `f` double, `p` pointer the collector follows.
pub type Words = &'static str;

/// Where a native may run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stack {
    /// On the actor's stack: needs at most 4 KiB.
    Leaf,
    /// On the worker's stack, through `on_stack`.
    Worker,
}

/// One native.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    /// `Module.name` as std declares it; `rt.name` for what only compiled code calls.
    pub name: &'static str,
    /// The linker symbol.
    pub symbol: &'static str,
    pub params: Words,
    pub result: Words,
    pub stack: Stack,
    /// Never returns.
    pub diverges: bool,
}

const fn leaf(name: &'static str, symbol: &'static str, params: Words, result: Words) -> Native {
    Native {
        name,
        symbol,
        params,
        result,
        stack: Stack::Leaf,
        diverges: false,
    }
}

#[allow(
    dead_code,
    reason = "the first native that needs a deep stack will use it"
)]
const fn deep(name: &'static str, symbol: &'static str, params: Words, result: Words) -> Native {
    Native {
        name,
        symbol,
        params,
        result,
        stack: Stack::Worker,
        diverges: false,
    }
}

const fn fatal(name: &'static str, symbol: &'static str, params: Words) -> Native {
    Native {
        name,
        symbol,
        params,
        result: "",
        stack: Stack::Leaf,
        diverges: true,
    }
}

/// What compiled code calls by itself.
pub const RUNTIME: &[Native] = &[
    // (bytes) -> object; the slow path of bump allocation: the region had no room.
    leaf("rt.alloc_slow", "mesh_rt_alloc_slow", "i", "p"),
    // (need) -> 0: carry on, 1: re-enter on the larger segment. The slow path of the entry check.
    leaf("rt.stack_slow", "mesh_rt_stack_slow", "i", "i"),
    // (kind, a, b): ends the actor.
    fatal("rt.crash", "mesh_rt_crash", "iii"),
    // (count) -> string; the strings stand in ctx.args[0..count].
    leaf("rt.concat", "mesh_rt_concat", "i", "p"),
    leaf("rt.string_eq", "mesh_rt_string_eq", "pp", "i"),
    // -1, 0, 1 by bytes.
    leaf("rt.string_compare", "mesh_rt_string_compare", "pp", "i"),
    // (buffer, range, elements wanted beyond the end, ObjectDesc of the buffer) -> a list with that
    // much room behind its end, which is its buffer's `hi`; contents copied if the buffer changed.
    leaf(
        "rt.list_reserve_back",
        "mesh_rt_list_reserve_back",
        "piii",
        "pi",
    ),
    leaf(
        "rt.list_reserve_front",
        "mesh_rt_list_reserve_front",
        "piii",
        "pi",
    ),
    // (buffer, range, buffer, range, ObjectDesc) -> the concatenation.
    leaf("rt.list_concat", "mesh_rt_list_concat", "pipii", "pi"),
    // (buffer, range, index, removed count, inserted count, ObjectDesc) -> a fresh copy with
    // `removed` elements at `index` replaced by `inserted` cells that the caller fills at once.
    leaf("rt.list_splice", "mesh_rt_list_splice", "piiiii", "pi"),
];

/// What std declares with `extern fn`, by module.
pub const STD: &[Native] = &[
    leaf("Prelude.write_out", "mesh_write_out", "p", ""),
    leaf("Prelude.write_err", "mesh_write_err", "p", ""),
    leaf("Int.to_text", "mesh_int_to_text", "i", "p"),
    leaf("Float.to_text", "mesh_float_to_text", "f", "p"),
];

/// The row of a native by its Mesh name.
pub fn by_name(name: &str) -> Option<&'static Native> {
    RUNTIME.iter().chain(STD).find(|n| n.name == name)
}
