//! Splits functions at their `receive`s, so that an actor can wait in one without a stack.
//!
//! Each [`Op::ReceiveNext`] becomes the first operation of a function of its own, whose parameters are
//! the values live there and which does all that comes behind, up to the next `receive`; the function
//! it stood in makes a tail call of that. A closure over the same values that only makes this call is
//! what a parked actor keeps: see [`Op::ReceiveNext`]. The calls made here have no place in the source,
//! which tells the code generator that they are no calls to a user.

use crate::ir::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// More values than this travel to a part in one tuple: a call has no room for any number of words.
const MANY: usize = 48;

/// Splits every function. The functions that changed or are new.
pub fn run(program: &mut Program) -> Vec<FnId> {
    let mut changed = Vec::new();
    for index in 0..program.functions.len() {
        if receives(&program.functions[index]) {
            changed.push(FnId(index as u32));
            split(program, FnId(index as u32), &mut changed);
        }
    }
    changed
}

fn receives(function: &Function) -> bool {
    let stmts = function.blocks.iter().flat_map(|block| &block.stmts);
    stmts.into_iter().any(is_receive)
}

fn is_receive(stmt: &Stmt) -> bool {
    matches!(stmt.op, Op::ReceiveNext { resume: None, .. })
}

/// What a split needs to know of the function.
struct Split {
    function: Function,
    /// By block: the values it needs from blocks before it, its own parameters not among them.
    live: Vec<BTreeSet<ValueId>>,
    /// For each block that begins with a `receive`: the function it becomes.
    parts: FxHashMap<BlockId, FnId>,
    /// For those that need many values: the tuple of them.
    tuples: FxHashMap<BlockId, TyId>,
}

fn split(program: &mut Program, id: FnId, changed: &mut Vec<FnId>) {
    let mut function = program.functions[id.index()].clone();
    captures_first(&mut function);
    stand_first(&mut function);
    let heads: Vec<BlockId> = function
        .reverse_postorder()
        .into_iter()
        .filter(|block| {
            let first = function.blocks[block.index()].stmts.first();
            first.is_some_and(is_receive)
        })
        .collect();
    let next = program.functions.len() as u32;
    let parts = heads.iter().zip(0u32..);
    let mut split = Split {
        tuples: FxHashMap::default(),
        live: live_in(&function),
        parts: parts.map(|(&head, n)| (head, FnId(next + 2 * n))).collect(),
        function,
    };
    for &head in &heads {
        let inputs = split.inputs(head);
        if inputs.len() > MANY {
            let types = inputs.iter().map(|v| split.function.values[v.index()].ty);
            let tuple = program.types.intern(Ty::Tuple(types.collect()));
            split.tuples.insert(head, tuple);
        }
    }
    for (number, &head) in heads.iter().enumerate() {
        let part = split.part(head, number);
        let resume = split.resume(&part, split.parts[&head]);
        for function in [part, resume] {
            let id = FnId(program.functions.len() as u32);
            program.units[function.unit.index()].functions.push(id);
            program.functions.push(function);
            changed.push(id);
        }
    }
    program.functions[id.index()] = split.rest(&heads);
}

/// Moves what a closure reads of itself to its first block: no other function can read that.
fn captures_first(function: &mut Function) {
    if function.kind == FnKind::Direct {
        return;
    }
    let reads = |stmt: &Stmt| matches!(stmt.op, Op::Capture(_) | Op::SelfClosure);
    let mut moved = Vec::new();
    for block in &mut function.blocks[1..] {
        moved.extend(block.stmts.iter().filter(|stmt| reads(stmt)).cloned());
        block.stmts.retain(|stmt| !reads(stmt));
    }
    function.blocks[0].stmts.splice(0..0, moved);
}

/// Makes each `receive` the first statement of a block that is not the entry.
fn stand_first(function: &mut Function) {
    let mut at = 0;
    while at < function.blocks.len() {
        let block = &function.blocks[at];
        let skipped = usize::from(at > 0);
        let found = block.stmts.iter().skip(skipped).position(is_receive);
        if let Some(place) = found {
            let next = BlockId(function.blocks.len() as u32);
            let block = &mut function.blocks[at];
            let stmts = block.stmts.split_off(place + skipped);
            let term = std::mem::replace(&mut block.term, Term::Jump(next, Vec::new()));
            let term_place = block.term_place;
            function.blocks.push(Block {
                params: Vec::new(),
                stmts,
                term,
                term_place,
            });
        }
        at += 1;
    }
}

/// By block: the values it or what follows needs from before, but for its own parameters.
fn live_in(function: &Function) -> Vec<BTreeSet<ValueId>> {
    let mut order = function.reverse_postorder();
    order.reverse();
    let mut live: Vec<BTreeSet<ValueId>> = vec![BTreeSet::new(); function.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for &id in &order {
            let block = &function.blocks[id.index()];
            let mut needed = BTreeSet::new();
            block.term.each_target(|to, _| {
                needed.extend(live[to.index()].iter().copied());
            });
            block.term.each_operand(|value| {
                needed.insert(value);
            });
            for stmt in block.stmts.iter().rev() {
                needed.remove(&stmt.value);
                stmt.op.each_operand(|value| {
                    needed.insert(value);
                });
            }
            for param in &block.params {
                needed.remove(param);
            }
            if needed != live[id.index()] {
                live[id.index()] = needed;
                changed = true;
            }
        }
    }
    live
}

impl Split {
    /// What a block takes as a function: its parameters, then what it needs from before.
    fn inputs(&self, head: BlockId) -> Vec<ValueId> {
        let params = &self.function.blocks[head.index()].params;
        let live = &self.live[head.index()];
        params.iter().chain(live).copied().collect()
    }

    /// A block in the place of `head` that calls the function which that has become.
    fn stub(&self, head: BlockId, values: &mut Vec<ValueInfo>) -> Block {
        let mut args = self.inputs(head);
        let mut stmts = Vec::new();
        if let Some(&ty) = self.tuples.get(&head) {
            let value = fresh(values, ty);
            stmts.push(Stmt {
                value,
                op: Op::Construct {
                    variant: 0,
                    fields: std::mem::replace(&mut args, vec![value]),
                },
                place: Place::NOWHERE,
            });
        }
        Block {
            params: self.function.blocks[head.index()].params.clone(),
            stmts,
            term: Term::TailCall {
                callee: self.parts[&head],
                args,
            },
            term_place: Place::NOWHERE,
        }
    }

    /// The function itself up to its first `receive`s.
    fn rest(mut self, heads: &[BlockId]) -> Function {
        let mut values = std::mem::take(&mut self.function.values);
        let stubs: Vec<Block> = heads
            .iter()
            .map(|&head| self.stub(head, &mut values))
            .collect();
        for (&head, stub) in heads.iter().zip(stubs) {
            self.function.blocks[head.index()] = stub;
        }
        self.function.values = values;
        let order = self.function.reverse_postorder();
        let mut blocks: Vec<Block> = order
            .iter()
            .map(|block| self.function.blocks[block.index()].clone())
            .collect();
        renumber_blocks(&mut blocks, &order);
        self.function.blocks = blocks;
        self.function
    }

    /// The blocks behind `head`, it first, without those that begin with a `receive`.
    fn region(&self, head: BlockId) -> Vec<BlockId> {
        let mut seen = FxHashSet::default();
        seen.insert(head);
        let mut order = vec![head];
        let mut at = 0;
        while let Some(&block) = order.get(at) {
            at += 1;
            self.function.blocks[block.index()]
                .term
                .each_target(|to, _| {
                    if !self.parts.contains_key(&to) && seen.insert(to) {
                        order.push(to);
                    }
                });
        }
        order
    }

    /// The function that `head` becomes.
    fn part(&self, head: BlockId, number: usize) -> Function {
        let region = self.region(head);
        let mut part = Function {
            symbol: format!("{}.receive{number}", self.function.symbol).into(),
            kind: FnKind::Direct,
            blocks: Vec::new(),
            exported: false,
            always_inline: false,
            fates: Vec::new(),
            ..self.function.clone()
        };
        let versions = Versions::new(self, head, &region, &mut part.values);
        let mut order = region.clone();
        let mut blocks: Vec<Block> = Vec::with_capacity(region.len());
        for &id in &region {
            let mut block = self.function.blocks[id.index()].clone();
            versions.rename(id, &mut block);
            blocks.push(block);
        }
        // Ways out to a `receive`, also back to this one.
        let mut stubs: Vec<(BlockId, Block)> = Vec::new();
        for (index, &id) in region.iter().enumerate() {
            let mut into = Vec::new();
            blocks[index].term.each_target(|to, _| {
                if self.parts.contains_key(&to) && !into.contains(&to) {
                    into.push(to);
                }
            });
            for to in into {
                // Each edge its own: what is live has another version on each.
                let stub = BlockId((self.function.blocks.len() + stubs.len()) as u32);
                blocks[index].term.each_target_mut(|target, _| {
                    if *target == to {
                        *target = stub;
                    }
                });
                let mut block = self.stub(to, &mut part.values);
                let own: FxHashMap<ValueId, ValueId> = block
                    .params
                    .iter()
                    .map(|&param| (param, copy(&mut part.values, param)))
                    .collect();
                for param in &mut block.params {
                    *param = own[param];
                }
                let rename = |value: &mut ValueId| {
                    *value = match own.get(value) {
                        Some(&own) => own,
                        None => versions.at_end(id, *value),
                    };
                };
                for stmt in &mut block.stmts {
                    stmt.op.each_operand_mut(rename);
                }
                block.term.each_operand_mut(rename);
                stubs.push((stub, block));
            }
        }
        for (id, block) in stubs {
            order.push(id);
            blocks.push(block);
        }
        let mut inputs: Vec<ValueId> = self
            .inputs(head)
            .into_iter()
            .map(|value| versions.at_end(head, value))
            .collect();
        if let Some(&ty) = self.tuples.get(&head) {
            let tuple = fresh(&mut part.values, ty);
            let fields = (0u32..).zip(inputs.drain(..)).map(|(field, value)| Stmt {
                value,
                op: Op::Field {
                    base: tuple,
                    variant: 0,
                    field,
                },
                place: Place::NOWHERE,
            });
            // Behind the `receive`, which stays first.
            blocks[0].stmts.splice(1..1, fields.collect::<Vec<_>>());
            inputs.push(tuple);
        }
        blocks[0].params = inputs.clone();
        if let Some(stmt) = blocks[0].stmts.first_mut() {
            stmt.op = Op::ReceiveNext {
                // Made next to this function.
                resume: Some(FnId(self.parts[&head].0 + 1)),
                captures: inputs,
            };
        }
        renumber_blocks(&mut blocks, &order);
        part.blocks = blocks;
        part
    }

    /// The closure that goes on with `part`, which is function `id`.
    fn resume(&self, part: &Function, id: FnId) -> Function {
        let params = &part.blocks[0].params;
        let values: Vec<ValueInfo> = params
            .iter()
            .map(|param| part.values[param.index()].clone())
            .collect();
        let args: Vec<ValueId> = (0..values.len() as u32).map(ValueId).collect();
        let reads = args.iter().map(|&value| Stmt {
            value,
            op: Op::Capture(value.0),
            place: Place::NOWHERE,
        });
        Function {
            symbol: format!("{}.resume", part.symbol).into(),
            kind: FnKind::Closure {
                captures: values.iter().map(|info| info.ty).collect(),
            },
            blocks: vec![Block {
                params: Vec::new(),
                stmts: reads.collect(),
                term: Term::TailCall { callee: id, args },
                term_place: Place::NOWHERE,
            }],
            values,
            ..part.clone()
        }
    }
}

fn copy(values: &mut Vec<ValueInfo>, of: ValueId) -> ValueId {
    let info = values[of.index()].clone();
    values.push(info);
    ValueId(values.len() as u32 - 1)
}

fn fresh(values: &mut Vec<ValueInfo>, ty: TyId) -> ValueId {
    values.push(ValueInfo::new(ty));
    ValueId(values.len() as u32 - 1)
}

/// Makes the ids of blocks their places in `order`.
fn renumber_blocks(blocks: &mut [Block], order: &[BlockId]) {
    let places = order.iter().copied().zip((0u32..).map(BlockId));
    let places: FxHashMap<BlockId, BlockId> = places.collect();
    for block in blocks {
        block.term.each_target_mut(|to, _| *to = places[to]);
    }
}

/// What is live at the head of a part and defined again behind it (in a loop around the `receive`)
/// has a version of its own in each block, passed along every edge.
struct Versions {
    head: BlockId,
    of: FxHashMap<(BlockId, ValueId), ValueId>,
    /// By block, in order: what it is passed besides its own parameters.
    passed: FxHashMap<BlockId, Vec<ValueId>>,
}

impl Versions {
    fn new(
        split: &Split,
        head: BlockId,
        region: &[BlockId],
        values: &mut Vec<ValueInfo>,
    ) -> Versions {
        let inputs: FxHashSet<ValueId> = split.inputs(head).into_iter().collect();
        let mut again = FxHashSet::default();
        for &id in &region[1..] {
            let block = &split.function.blocks[id.index()];
            let defined = block.stmts.iter().map(|stmt| stmt.value);
            let defined = defined.chain(block.params.iter().copied());
            again.extend(defined.filter(|value| inputs.contains(value)));
        }
        let mut versions = Versions {
            head,
            of: FxHashMap::default(),
            passed: FxHashMap::default(),
        };
        for &id in region {
            let live = split.live[id.index()].iter().copied();
            let passed: Vec<ValueId> = live.filter(|value| again.contains(value)).collect();
            for &value in &passed {
                let fresh = copy(values, value);
                versions.of.insert((id, value), fresh);
            }
            versions.passed.insert(id, passed);
        }
        versions
    }

    /// What `value` is called at the end of a block.
    fn at_end(&self, block: BlockId, value: ValueId) -> ValueId {
        self.of.get(&(block, value)).copied().unwrap_or(value)
    }

    fn rename(&self, id: BlockId, block: &mut Block) {
        let rename = |value: &mut ValueId| *value = self.at_end(id, *value);
        for stmt in &mut block.stmts {
            stmt.op.each_operand_mut(rename);
        }
        block.term.each_operand_mut(rename);
        block.term.each_target_mut(|to, args| {
            // The way back to the head is a call.
            let inner = (*to != self.head).then(|| self.passed.get(to));
            let passed = inner.flatten().into_iter().flatten();
            args.extend(passed.map(|&value| self.at_end(id, value)));
        });
        if let Some(passed) = self.passed.get(&id) {
            let own = passed.iter().map(|&value| self.at_end(id, value));
            block.params.extend(own);
        }
    }
}

#[cfg(test)]
mod tests;
