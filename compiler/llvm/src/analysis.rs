//! What must be known of functions before their code is generated: the order of their blocks, their
//! loops, which of them check the stack on entry, and which take no part in tail calls.
//!
//! A function may do without the check if its depth below a checked frame is bounded: it calls only
//! functions of the same module that do without it, in no cycle, and all their frames together fit
//! a small part of the reserve below the limit. Decided from the module's own functions alone, so
//! that what is generated for one module depends on no other's contents.
//!
//! Where the module is the whole program, a function that neither makes a tail call nor is the
//! target of one, nor a closure, need not have the convention that tail calls demand.

use crate::frames::Larger;
use crate::layout::Layouts;
use mesh_abi::context::SMALL_FRAME;
use mesh_core::ir::{Block, BlockId, FnId, FnKind, Function, Op, Program, Term, Ty, TyId, ValueId};
use rustc_hash::FxHashMap;

/// Bytes of frames without a check that may stand below a checked one.
const UNCHECKED_DEPTH: u64 = 4096;

/// The functions of a module and what is known of them.
pub struct Calls {
    /// The module is the whole program.
    pub whole_program: bool,
    tailed: Vec<bool>,
    facts: FxHashMap<FnId, Facts>,
}

#[derive(Clone, Copy, Default)]
struct Facts {
    checked: bool,
    frame: u64,
}

impl Calls {
    /// Whether the function is defined in the module.
    pub fn is_member(&self, id: FnId) -> bool {
        self.facts.contains_key(&id)
    }

    /// Whether the function may have C's convention.
    pub fn is_plain(&self, id: FnId) -> bool {
        self.whole_program && !self.tailed[id.index()]
    }

    /// Bytes that the frame of a function of the module takes at most, as far as the checks go.
    pub fn frame(&self, id: FnId) -> u64 {
        let frame = self.facts.get(&id).map_or(0, |facts| facts.frame);
        let checked = self.check(id) == Some(0);
        if checked { SMALL_FRAME as u64 } else { frame }
    }

    /// Whether the function compares the stack pointer with the limit on entry, and the bytes
    /// beyond a small frame that it must ask for.
    pub fn check(&self, id: FnId) -> Option<u64> {
        let facts = self.facts.get(&id)?;
        let large = facts.frame > SMALL_FRAME as u64;
        let need = if large { facts.frame } else { 0 };
        facts.checked.then_some(need)
    }
}

/// Decides for every function of a module. `larger` are frames known to take more than their bound.
pub fn calls(
    program: &Program,
    layouts: &Layouts,
    members: &[FnId],
    whole: bool,
    larger: &Larger,
) -> Calls {
    let index: FxHashMap<FnId, usize> = members.iter().enumerate().map(|(n, &f)| (f, n)).collect();
    let mut facts = vec![Facts::default(); members.len()];
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    for (at, &id) in members.iter().enumerate() {
        let function = &program.functions[id.index()];
        let known = larger.get(function.symbol.as_str()).copied();
        let frame = frame_bound(function, layouts).max(known.unwrap_or(0));
        let mut checked = frame > SMALL_FRAME as u64 || Order::new(function, id).has_loop();
        for callee in callees(function) {
            match callee.and_then(|callee| index.get(&callee)) {
                Some(&to) => edges[at].push(to),
                None => checked = true,
            }
        }
        facts[at] = Facts { checked, frame };
    }
    let mut depth = vec![0u64; members.len()];
    for group in crate::graph::components(&edges, |to| to) {
        let recursive = group.len() > 1 || edges[group[0]].contains(&group[0]);
        for &at in &group {
            let below = edges[at].iter().map(|&to| depth[to]).max().unwrap_or(0);
            depth[at] = facts[at].frame + below;
            if recursive || depth[at] > UNCHECKED_DEPTH {
                facts[at].checked = true;
            }
        }
        for &at in &group {
            if facts[at].checked {
                depth[at] = 0;
            }
        }
    }
    let facts = members.iter().copied().zip(facts).collect();
    Calls {
        whole_program: whole,
        tailed: if whole { tailed(program) } else { Vec::new() },
        facts,
    }
}

/// By function: whether it makes a tail call or may be the target of one.
fn tailed(program: &Program) -> Vec<bool> {
    let mut out = vec![false; program.functions.len()];
    let returns = |ty: TyId| *program.types.get(ty) != Ty::Never;
    for (at, function) in program.functions.iter().enumerate() {
        let id = FnId(at as u32);
        if function.kind != FnKind::Direct || program.entry == Some(id) {
            out[at] = true;
        }
        for block in &function.blocks {
            match &block.term {
                Term::TailCall { callee, .. }
                    if !is_self_loop(function, id, *callee)
                        && (block.term_place.span.is_dummy()
                            || returns(program.functions[callee.index()].result)) =>
                {
                    out[at] = true;
                    out[callee.index()] = true;
                }
                Term::TailCallClosure { .. } => out[at] = true,
                _ => {}
            }
        }
    }
    out
}

/// Whether the function calls Mesh code and goes on afterwards.
pub fn has_calls(function: &Function) -> bool {
    let stmts = function.blocks.iter().flat_map(|block| &block.stmts);
    let calls = |op: &Op| matches!(op, Op::Call { .. } | Op::CallClosure { .. });
    stmts.into_iter().any(|stmt| calls(&stmt.op))
}

/// What a function calls: `None` for a closure.
fn callees(function: &Function) -> impl Iterator<Item = Option<FnId>> {
    function.blocks.iter().flat_map(|block| {
        let inner = block.stmts.iter().filter_map(|stmt| match &stmt.op {
            Op::Call { callee, .. } => Some(Some(*callee)),
            Op::CallClosure { .. } => Some(None),
            _ => None,
        });
        let last = match &block.term {
            Term::TailCall { callee, .. } => Some(Some(*callee)),
            Term::TailCallClosure { .. } => Some(None),
            _ => None,
        };
        inner.chain(last)
    })
}

/// A bound on a function's frame in bytes: every word spilled once, and what calls need.
fn frame_bound(function: &Function, layouts: &Layouts) -> u64 {
    let words = |value: ValueId| layouts.words(function.values[value.index()].ty).len();
    let of_block = |block: &Block| -> usize {
        let computed = block
            .stmts
            .iter()
            .filter(|stmt| !matches!(stmt.op, Op::Const(_)));
        let params: usize = block.params.iter().map(|&p| words(p)).sum();
        params + computed.map(|stmt| words(stmt.value)).sum::<usize>()
    };
    128 + 8 * function.blocks.iter().map(of_block).sum::<usize>() as u64
}

/// The blocks of a function that can be reached, in an order in which definitions come before uses.
pub struct Order {
    pub blocks: Vec<BlockId>,
    /// By block: a jump leads back to it.
    pub is_header: Vec<bool>,
    /// By block: edges that lead to it.
    pub preds: Vec<u32>,
}

impl Order {
    /// `id` is the function's own: a tail call of itself is a jump to block 0.
    pub fn new(function: &Function, id: FnId) -> Order {
        const NEW: u8 = 0;
        const OPEN: u8 = 1;
        const DONE: u8 = 2;
        let count = function.blocks.len();
        let mut state = vec![NEW; count];
        let mut is_header = vec![false; count];
        let mut preds = vec![0; count];
        let mut post = Vec::with_capacity(count);
        let mut work = vec![(BlockId(0), successors(function, id, BlockId(0)))];
        state[0] = OPEN;
        while let Some((block, rest)) = work.last_mut() {
            let Some(next) = rest.pop() else {
                state[block.index()] = DONE;
                post.push(*block);
                work.pop();
                continue;
            };
            preds[next.index()] += 1;
            match state[next.index()] {
                NEW => {
                    state[next.index()] = OPEN;
                    work.push((next, successors(function, id, next)));
                }
                OPEN => is_header[next.index()] = true,
                _ => {}
            }
        }
        post.reverse();
        Order {
            blocks: post,
            is_header,
            preds,
        }
    }

    /// Whether any jump leads back.
    pub fn has_loop(&self) -> bool {
        self.is_header.contains(&true)
    }
}

/// Whether a tail call of `callee` in `function` is a jump to its own start.
pub fn is_self_loop(function: &Function, own: FnId, callee: FnId) -> bool {
    callee == own && function.kind == FnKind::Direct
}

/// The blocks control may go to from `block`, in the order they shall be laid out.
fn successors(function: &Function, id: FnId, block: BlockId) -> Vec<BlockId> {
    match &function.blocks[block.index()].term {
        Term::Jump(to, _) => vec![*to],
        Term::Branch { then, els, .. } => vec![then.block, els.block],
        Term::Switch { cases, default, .. } => {
            let targets = cases.iter().map(|(_, target)| target).chain(default);
            targets.map(|target| target.block).collect()
        }
        Term::TailCall { callee, .. } if is_self_loop(function, id, *callee) => vec![BlockId(0)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_came_out_larger_is_asked_for() {
        let text = "entry @main
fn @main \"main\" unit Main exported -> Int {
b0():
  v0: Int = const 1
  v1: Int = call @leaf (v0)
  return v1
}
fn @leaf \"leaf\" unit Main exported -> Int {
b0(v0: Int):
  return v0
}
";
        let program = mesh_core::testing::parse(text).expect("Core");
        let layouts = Layouts::new(&program.types);
        let members = [FnId(0), FnId(1)];
        let check = |larger: &[(&str, u64)]| {
            let larger = larger.iter().map(|(name, size)| (name.to_string(), *size));
            let calls = calls(&program, &layouts, &members, true, &larger.collect());
            members.map(|id| calls.check(id))
        };
        assert_eq!(check(&[]), [None, None]);
        assert_eq!(check(&[("leaf", 2000)]), [None, Some(2000)]);
        assert_eq!(check(&[("main", 5000)]), [Some(5000), None]);
    }
}
