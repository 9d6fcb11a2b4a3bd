//! Which values of a function may be the only ones that refer to a list's buffer.
//!
//! A list's second word has a bit, [`LIST_UNIQUE`](mesh_abi::object::LIST_UNIQUE): nothing else that is ever looked at
//! again refers to the buffer, so cells that the list does not cover are free, and it may grow over them. Whoever makes
//! a buffer sets it. It is a count of references that stops at two (Stoye, Clarke and Norman, 1984), kept in the
//! reference itself: it stays while the value is moved (passed, returned, grown, put into a value that stands in
//! registers), and is cleared where a second value comes to be. Two rules keep it true:
//!
//! - Of a value that is looked at, or moved, after it was moved, the bit is cleared where the value is defined. Its
//!   slices count as the value itself, for their cells are its own.
//! - What goes into memory (an object, a list's cell, a closure, a native's argument) goes without the bit, so nothing
//!   that is read from memory has it.
//!
//! This is found out on the Core that code is generated from, behind all passes that move code. What LLVM moves
//! afterwards is all right: to LLVM, cells are memory like any other.

use crate::layout::Layouts;
use mesh_core::ir::{BlockId, Fate, FnId, Function, ListOp, Op, Program, Term, ValueId};
use rustc_hash::FxHashSet;

/// See the module's comment.
#[derive(Default)]
pub struct Linear {
    /// By value; empty where no value of the function can have the bit.
    values: Vec<Bit>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bit {
    /// It is not set.
    Absent,
    /// It may be set.
    Kept,
    /// It is to be cleared where the value is defined.
    Cleared,
}

impl Linear {
    /// Looks through a function.
    pub fn of(program: &Program, layouts: &Layouts, function: &Function) -> Linear {
        let has = |value: usize| layouts.unique_word(function.values[value].ty).is_some();
        if !(0..function.values.len()).any(has) {
            return Linear::default();
        }
        let order = function.reverse_postorder();
        let roots = Roots::of(program, layouts, function, &order);
        let mut uses = Uses::default();
        for &id in &order {
            uses.of_block(program, function, id, &roots);
        }
        let shared = uses.shared(function, &order, &roots);
        let bit = |value: usize| match roots.of[value] {
            None => Bit::Absent,
            Some(root) if !shared.contains(&root) => Bit::Kept,
            Some(_) if roots.may_be_fresh[value] => Bit::Cleared,
            Some(_) => Bit::Absent,
        };
        Linear {
            values: (0..function.values.len()).map(bit).collect(),
        }
    }

    /// Whether the bit may be set in the value's words.
    pub fn keeps(&self, value: ValueId) -> bool {
        self.values.get(value.index()) == Some(&Bit::Kept)
    }

    /// Whether the bit has to be cleared where the value is defined.
    pub fn clears(&self, value: ValueId) -> bool {
        self.values.get(value.index()) == Some(&Bit::Cleared)
    }
}

/// What each value that can have the bit has it from.
struct Roots {
    /// By value: the value itself, or the one that it is a part of; `None` where the bit is never set.
    of: Vec<Option<ValueId>>,
    /// By value that is its own root: the block that defines it.
    block: Vec<BlockId>,
    /// By value: that it may have the bit also where its root has not.
    may_be_fresh: Vec<bool>,
}

impl Roots {
    fn of(program: &Program, layouts: &Layouts, function: &Function, order: &[BlockId]) -> Roots {
        let count = function.values.len();
        let mut roots = Roots {
            of: vec![None; count],
            block: vec![BlockId(0); count],
            may_be_fresh: vec![true; count],
        };
        let has = |value: ValueId| {
            let ty = function.values[value.index()].ty;
            layouts.unique_word(ty).is_some()
        };
        for &id in order {
            let block = &function.blocks[id.index()];
            for &param in block.params.iter().filter(|&&param| has(param)) {
                roots.of[param.index()] = Some(param);
                roots.block[param.index()] = id;
            }
            for stmt in block.stmts.iter().filter(|stmt| has(stmt.value)) {
                let at = stmt.value.index();
                roots.of[at] = match &stmt.op {
                    Op::ListOp(ListOp::Get, _) => None,
                    Op::ListOp(ListOp::Slice, args) => {
                        roots.may_be_fresh[at] = false;
                        roots.of[args[0].index()]
                    }
                    Op::Field { base, .. } => {
                        roots.may_be_fresh[at] = false;
                        roots.of[base.index()]
                    }
                    Op::Call { callee, args } => {
                        let from = roots.given_back(program, *callee, args);
                        Some(from.unwrap_or(stmt.value))
                    }
                    Op::Construct { fields, .. } => {
                        let any = fields.iter().any(|f| roots.of[f.index()].is_some());
                        any.then_some(stmt.value)
                    }
                    Op::ListOp(..) | Op::List(_) | Op::CallClosure { .. } => Some(stmt.value),
                    _ => None,
                };
                roots.block[at] = id;
            }
        }
        roots
    }

    /// The root of the one argument that the result of a call may be a part of.
    fn given_back(&self, program: &Program, callee: FnId, args: &[ValueId]) -> Option<ValueId> {
        let callee = &program.functions[callee.index()];
        let from = args.iter().enumerate().filter_map(|(n, arg)| {
            let back = callee.fate(n) == Fate::GivenBack;
            self.of[arg.index()].filter(|_| back)
        });
        let from: Vec<ValueId> = from.collect();
        match from[..] {
            [root] => Some(root),
            _ => None,
        }
    }
}

/// A place where a value, or a part of it, is looked at or moved.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    root: ValueId,
    block: BlockId,
    /// The statement's index, or [`END`].
    at: usize,
    moves: bool,
    /// As an argument of the jump to this block, which is the terminator's target of this number.
    target: Option<(u32, BlockId)>,
}

/// Where a block's terminator stands.
const END: usize = usize::MAX;

/// All uses, in the order of their roots once they are complete.
#[derive(Default)]
struct Uses {
    all: Vec<Use>,
}

impl Uses {
    fn of_block(&mut self, program: &Program, function: &Function, id: BlockId, roots: &Roots) {
        let block = &function.blocks[id.index()];
        for (at, stmt) in block.stmts.iter().enumerate() {
            let mut add = |value: ValueId, moves: bool| {
                self.all.extend(roots.of[value.index()].map(|root| Use {
                    root,
                    block: id,
                    at,
                    moves,
                    target: None,
                }));
            };
            match &stmt.op {
                // Their words alone are looked at, which do not change.
                Op::ListOp(ListOp::Length, _) | Op::Tag(_) => {}
                Op::Field { base, .. } => {
                    if roots.of[stmt.value.index()].is_some() {
                        add(*base, false);
                    }
                }
                Op::ListOp(ListOp::Get | ListOp::Slice, args) => add(args[0], false),
                // They go into a closure only where the actor is parked, which is the end of this function.
                Op::ReceiveNext { captures, .. } => captures.iter().for_each(|&v| add(v, false)),
                Op::Call { callee, args } => {
                    let root = roots.of[stmt.value.index()];
                    let part = root.is_some_and(|root| root != stmt.value);
                    let callee = &program.functions[callee.index()];
                    for (n, &arg) in args.iter().enumerate() {
                        add(
                            arg,
                            match callee.fate(n) {
                                Fate::LookedAt => false,
                                Fate::GivenBack => !part,
                                Fate::Kept => true,
                            },
                        );
                    }
                }
                op => op.each_operand(|value| add(value, true)),
            }
        }
        self.of_term(program, &block.term, id, roots);
    }

    fn of_term(&mut self, program: &Program, term: &Term, id: BlockId, roots: &Roots) {
        let mut add = |value: ValueId, moves: bool, target| {
            self.all.extend(roots.of[value.index()].map(|root| Use {
                root,
                block: id,
                at: END,
                moves,
                target,
            }));
        };
        match term {
            Term::Jump(..) | Term::Branch { .. } | Term::Switch { .. } => {
                let mut number = 0;
                term.each_target(|to, args| {
                    for &arg in args {
                        add(arg, true, Some((number, to)));
                    }
                    number += 1;
                });
            }
            Term::TailCall { callee, args } => {
                let callee = &program.functions[callee.index()];
                for (n, &arg) in args.iter().enumerate() {
                    add(arg, callee.fate(n) != Fate::LookedAt, None);
                }
            }
            term => term.each_operand(|value| add(value, true, None)),
        }
    }

    /// The roots that are used after they were moved, or by what they are moved by.
    fn shared(
        mut self,
        function: &Function,
        order: &[BlockId],
        roots: &Roots,
    ) -> FxHashSet<ValueId> {
        let mut preds: Vec<Vec<BlockId>> = vec![Vec::new(); function.blocks.len()];
        for &id in order {
            let term = &function.blocks[id.index()].term;
            term.each_target(|to, _| preds[to.index()].push(id));
        }
        self.all.sort_unstable();
        let same_root = self.all.chunk_by(|a, b| a.root == b.root);
        let shared = same_root.filter(|uses| {
            uses.iter().any(|u| u.moves) && {
                let live = Live::of(uses, roots.block[uses[0].root.index()], &preds);
                let is_last = |u: &Use| live.ends_with(u, uses);
                !uses.iter().filter(|u| u.moves).all(is_last)
            }
        });
        shared.map(|uses| uses[0].root).collect()
    }
}

/// Where a value is still to be used.
struct Live {
    at_start: FxHashSet<BlockId>,
    at_end: FxHashSet<BlockId>,
}

impl Live {
    fn of(uses: &[Use], defined: BlockId, preds: &[Vec<BlockId>]) -> Live {
        let mut live = Live {
            at_start: FxHashSet::default(),
            at_end: FxHashSet::default(),
        };
        let mut open: Vec<BlockId> = uses.iter().map(|u| u.block).collect();
        while let Some(block) = open.pop() {
            if block != defined && live.at_start.insert(block) {
                live.at_end.extend(&preds[block.index()]);
                open.extend(&preds[block.index()]);
            }
        }
        live
    }

    /// Whether nothing uses the value together with a move or after it.
    fn ends_with(&self, moved: &Use, uses: &[Use]) -> bool {
        let here = || uses.iter().filter(|u| u.block == moved.block);
        let together = here().filter(|u| u.at == moved.at && u.target == moved.target);
        let later = here().any(|u| u.at > moved.at);
        let afterwards = match moved.target {
            Some((_, to)) => self.at_start.contains(&to),
            None => self.at_end.contains(&moved.block),
        };
        together.count() == 1 && !later && !afterwards
    }
}
