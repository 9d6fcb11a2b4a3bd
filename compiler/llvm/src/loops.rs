//! Counted loops: those whose header only asks whether a number that grows has reached a bound.
//! Their check for requests is made once in [`STRIDE`] rounds instead of in each, which leaves the
//! loop inside free of anything but the user's own code.

use crate::analysis::{Order, is_self_loop};
use mesh_core::ir::{
    Block, BlockId, Const, FnId, Function, ListOp, Op, Prim, Target, Term, ValueId,
};
use rustc_hash::FxHashSet;

/// Rounds between two checks.
pub const STRIDE: i64 = 1024;

/// A counted loop.
pub struct Counted {
    pub header: BlockId,
    /// The loop's blocks, the header too.
    pub inside: FxHashSet<BlockId>,
    /// The header's parameter that counts.
    pub counter: ValueId,
    pub bound: Bound,
    /// The last round is the one with the counter at the bound, not the one before.
    pub inclusive: bool,
    /// The branch goes on with the loop where its condition holds.
    pub continues: bool,
}

/// What the counter is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// A value that is the same in every round.
    Value(ValueId),
    /// The length of a list that is.
    Length(ValueId),
}

/// The counted loops of a function.
pub fn counted(function: &Function, id: FnId, order: &Order) -> Vec<Counted> {
    if !order.has_loop() {
        return Vec::new();
    }
    let search = Search::new(function, id, order);
    let headers = order.blocks.iter().filter(|b| order.is_header[b.index()]);
    headers
        .filter_map(|&header| search.look_at(header))
        .collect()
}

struct Search<'a> {
    function: &'a Function,
    id: FnId,
    /// By block: its place in the order; `usize::MAX` if nothing reaches it.
    place: Vec<usize>,
    preds: Vec<Vec<BlockId>>,
    /// By value: what computes it, and where.
    ops: Vec<Option<(BlockId, &'a Op)>>,
    /// By value: the block it is a parameter of.
    params: Vec<Option<BlockId>>,
}

impl<'a> Search<'a> {
    fn new(function: &'a Function, id: FnId, order: &Order) -> Search<'a> {
        let mut place = vec![usize::MAX; function.blocks.len()];
        let mut preds = vec![Vec::new(); function.blocks.len()];
        let mut ops = vec![None; function.values.len()];
        let mut params = vec![None; function.values.len()];
        for (n, &block) in order.blocks.iter().enumerate() {
            place[block.index()] = n;
            let body = &function.blocks[block.index()];
            for stmt in &body.stmts {
                ops[stmt.value.index()] = Some((block, &stmt.op));
            }
            for param in &body.params {
                params[param.index()] = Some(block);
            }
            for (to, _) in edges(function, id, body) {
                preds[to.index()].push(block);
            }
        }
        Search {
            function,
            id,
            place,
            preds,
            ops,
            params,
        }
    }

    fn look_at(&self, header: BlockId) -> Option<Counted> {
        let block = &self.function.blocks[header.index()];
        let Term::Branch { cond, then, els } = &block.term else {
            return None;
        };
        if !block.stmts.iter().all(|stmt| repeats(&stmt.op)) {
            return None;
        }
        let (inside, latches) = self.natural(header)?;
        let continues = inside.contains(&then.block);
        if continues == inside.contains(&els.block) {
            return None;
        }
        let (at, op) = self.ops[cond.index()]?;
        let (counter, bound, inclusive) = match (op, continues) {
            (Op::Prim(Prim::IntLt, args), true) => (args[0], args[1], false),
            (Op::Prim(Prim::IntLt, args), false) => (args[1], args[0], true),
            (Op::Prim(Prim::IntLe, args), true) => (args[0], args[1], true),
            (Op::Prim(Prim::IntLe, args), false) => (args[1], args[0], false),
            _ => return None,
        };
        let quick = |b: &BlockId| {
            self.function.blocks[b.index()]
                .stmts
                .iter()
                .all(|s| is_quick(&s.op))
        };
        let is_it =
            at == header && inside.iter().all(quick) && self.counts(header, counter, &latches);
        let bound = self.bound(header, bound, &latches)?;
        is_it.then_some(Counted {
            header,
            inside,
            counter,
            bound,
            inclusive,
            continues,
        })
    }

    /// The blocks of the loop behind a header, and those that jump back to it; nothing if the loop
    /// can be entered elsewhere.
    fn natural(&self, header: BlockId) -> Option<(FxHashSet<BlockId>, Vec<BlockId>)> {
        let first = self.place[header.index()];
        let preds = self.preds[header.index()].iter().copied();
        let latches: Vec<BlockId> = preds.filter(|p| self.place[p.index()] >= first).collect();
        let mut inside = FxHashSet::from_iter([header]);
        let mut work = latches.clone();
        while let Some(block) = work.pop() {
            if self.place[block.index()] < first {
                return None;
            }
            if inside.insert(block) {
                work.extend(&self.preds[block.index()]);
            }
        }
        Some((inside, latches))
    }

    /// What the latches pass for a parameter of the header.
    fn passed(&self, header: BlockId, param: ValueId, latches: &[BlockId]) -> Option<Vec<ValueId>> {
        let params = &self.function.blocks[header.index()].params;
        let number = params.iter().position(|&p| p == param)?;
        let mut out = Vec::new();
        for latch in latches {
            let block = &self.function.blocks[latch.index()];
            let back = edges(self.function, self.id, block).into_iter();
            out.extend(
                back.filter(|(to, _)| *to == header)
                    .map(|(_, args)| args[number]),
            );
        }
        Some(out)
    }

    /// Whether every round adds a small positive constant to the parameter.
    fn counts(&self, header: BlockId, counter: ValueId, latches: &[BlockId]) -> bool {
        let steps = |value: &ValueId| match self.ops[value.index()] {
            Some((_, Op::Prim(Prim::IntAdd | Prim::IntWrappingAdd, args))) => {
                let step = self.ops[args[1].index()];
                args[0] == counter && matches!(step, Some((_, Op::Const(Const::Int(1..=STRIDE)))))
            }
            _ => false,
        };
        let passed = self.passed(header, counter, latches);
        passed.is_some_and(|values| values.iter().all(steps))
    }

    fn bound(&self, header: BlockId, value: ValueId, latches: &[BlockId]) -> Option<Bound> {
        if self.is_same(header, value, latches) {
            return Some(Bound::Value(value));
        }
        match self.ops[value.index()] {
            Some((_, Op::Const(_))) => Some(Bound::Value(value)),
            Some((_, Op::ListOp(ListOp::Length, args)))
                if self.is_same(header, args[0], latches) =>
            {
                Some(Bound::Length(args[0]))
            }
            _ => None,
        }
    }

    /// Whether a value the header uses is the same in every round: it comes from before the loop,
    /// or is a parameter that every round passes on.
    fn is_same(&self, header: BlockId, value: ValueId, latches: &[BlockId]) -> bool {
        if self.params[value.index()] == Some(header) {
            let passed = self.passed(header, value, latches);
            return passed.is_some_and(|values| values.iter().all(|&v| v == value));
        }
        // What dominates the header and does not stand in it stands before the loop.
        !matches!(self.ops[value.index()], Some((at, _)) if at == header)
    }
}

/// Where a block may go to, with the values for the parameters there.
fn edges<'a>(function: &Function, id: FnId, block: &'a Block) -> Vec<(BlockId, &'a [ValueId])> {
    fn edge(target: &Target) -> (BlockId, &[ValueId]) {
        (target.block, target.args.as_slice())
    }
    match &block.term {
        Term::Jump(to, args) => vec![(*to, args.as_slice())],
        Term::Branch { then, els, .. } => vec![edge(then), edge(els)],
        Term::Switch { cases, default, .. } => {
            let targets = cases.iter().map(|(_, target)| target).chain(default);
            targets.map(edge).collect()
        }
        Term::TailCall { callee, args } if is_self_loop(function, id, *callee) => {
            vec![(BlockId(0), args.as_slice())]
        }
        _ => Vec::new(),
    }
}

/// Whether an operation of the header may be done twice at the end of a stride.
fn repeats(op: &Op) -> bool {
    match op {
        Op::Const(_) | Op::Field { .. } | Op::Tag(_) | Op::Capture(_) | Op::SelfClosure => true,
        Op::Prim(prim, _) => !is_slow(*prim),
        Op::ListOp(op, _) => matches!(op, ListOp::Length | ListOp::Get),
        _ => false,
    }
}

/// Whether a stride of such operations is done in no time. Mesh functions are: what takes long in
/// them makes checks of its own.
fn is_quick(op: &Op) -> bool {
    match op {
        Op::CallNative { .. } | Op::Concat(_) => false,
        Op::Prim(prim, _) => !is_slow(*prim),
        Op::ListOp(op, _) => !matches!(
            op,
            ListOp::Concat | ListOp::Replaced | ListOp::Inserted | ListOp::Removed
        ),
        _ => true,
    }
}

fn is_slow(prim: Prim) -> bool {
    matches!(prim, Prim::StringEq | Prim::StringCompare | Prim::FnName)
}
