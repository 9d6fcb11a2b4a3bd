//! Builds one function's graph block by block.

use crate::ir::*;
use mesh_report::{Span, bug};
use smol_str::SmolStr;

/// A function under construction.
///
/// There is a current block until it gets its terminator; then code is added nowhere until
/// [`Builder::switch_to`] opens another one.
#[derive(Debug)]
pub struct Builder {
    values: Vec<ValueInfo>,
    blocks: Vec<OpenBlock>,
    current: Option<BlockId>,
    span: Span,
}

#[derive(Debug, Default)]
struct OpenBlock {
    params: Vec<ValueId>,
    stmts: Vec<Stmt>,
    term: Option<(Term, Span)>,
    /// Something jumps here, or it is the entry.
    reached: bool,
}

impl Builder {
    /// With an entry block, which is the current one.
    pub fn new(span: Span) -> Builder {
        let mut builder = Builder {
            values: Vec::new(),
            blocks: Vec::new(),
            current: None,
            span,
        };
        let entry = builder.block();
        builder.blocks[entry.index()].reached = true;
        builder.current = Some(entry);
        builder
    }

    /// The source place of what is added from now on; gives the one before.
    pub fn set_span(&mut self, span: Span) -> Span {
        std::mem::replace(&mut self.span, span)
    }

    /// The source place of what is added.
    pub fn span(&self) -> Span {
        self.span
    }

    /// A new block, not yet the current one.
    pub fn block(&mut self) -> BlockId {
        self.blocks.push(OpenBlock::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// One more parameter of a block.
    pub fn param(&mut self, block: BlockId, ty: TyId, name: Option<SmolStr>) -> ValueId {
        let value = self.value(ty, name);
        self.blocks[block.index()].params.push(value);
        value
    }

    /// The parameters of a block.
    pub fn params(&self, block: BlockId) -> &[ValueId] {
        &self.blocks[block.index()].params
    }

    fn value(&mut self, ty: TyId, name: Option<SmolStr>) -> ValueId {
        let inlined = false;
        self.values.push(ValueInfo { ty, name, inlined });
        ValueId(self.values.len() as u32 - 1)
    }

    /// The type of a value.
    pub fn ty(&self, value: ValueId) -> TyId {
        self.values[value.index()].ty
    }

    /// Gives a value its source name unless it has one.
    pub fn name(&mut self, value: ValueId, name: &SmolStr) {
        let info = &mut self.values[value.index()];
        if info.name.is_none() && !name.is_empty() {
            info.name = Some(name.clone());
        }
    }

    /// Whether anything jumps to the block yet.
    pub fn is_reached(&self, block: BlockId) -> bool {
        self.blocks[block.index()].reached
    }

    /// Goes on in `block`; nowhere if nothing jumps there. Says whether it is reached.
    pub fn switch_to(&mut self, block: BlockId) -> bool {
        if self.current.is_some() {
            bug!(self.span, "Core: a block is left without a terminator");
        }
        let reached = self.is_reached(block);
        self.current = reached.then_some(block);
        reached
    }

    /// As [`Builder::switch_to`], for a block whose jumps come later.
    pub fn switch_to_header(&mut self, block: BlockId) {
        self.blocks[block.index()].reached = true;
        self.switch_to(block);
    }

    /// Adds an operation; its value.
    pub fn push(&mut self, op: Op, ty: TyId) -> ValueId {
        let Some(block) = self.current else {
            bug!(self.span, "Core: code is added where control does not come");
        };
        let value = self.value(ty, None);
        self.blocks[block.index()].stmts.push(Stmt {
            value,
            op,
            place: self.span.into(),
        });
        value
    }

    /// Ends the current block.
    pub fn end(&mut self, term: Term) {
        let Some(block) = self.current.take() else {
            bug!(self.span, "Core: a block is ended twice");
        };
        term.each_target(|to, _| self.blocks[to.index()].reached = true);
        self.blocks[block.index()].term = Some((term, self.span));
    }

    /// Ends the current block with a jump.
    pub fn jump(&mut self, block: BlockId, args: Vec<ValueId>) {
        self.end(Term::Jump(block, args));
    }

    /// Ends the current block with a branch to blocks without parameters.
    pub fn branch(&mut self, cond: ValueId, then: BlockId, els: BlockId) {
        self.end(Term::Branch {
            cond,
            then: Target::plain(then),
            els: Target::plain(els),
        });
    }

    /// The values and the blocks that are reached, renumbered; the entry stays first.
    pub fn finish(mut self) -> (Vec<ValueInfo>, Vec<Block>) {
        if self.current.is_some() {
            bug!(self.span, "Core: the last block has no terminator");
        }
        let mut renumbered = vec![BlockId(u32::MAX); self.blocks.len()];
        let mut next = 0;
        for (new, old) in renumbered.iter_mut().zip(&self.blocks) {
            if old.term.is_some() {
                *new = BlockId(next);
                next += 1;
            } else if old.reached {
                bug!(self.span, "Core: a reached block has no terminator");
            }
        }
        let mut blocks = Vec::with_capacity(next as usize);
        for old in &mut self.blocks {
            let Some((mut term, term_span)) = old.term.take() else {
                continue;
            };
            term.each_target_mut(|to, _| *to = renumbered[to.index()]);
            blocks.push(Block {
                params: std::mem::take(&mut old.params),
                stmts: std::mem::take(&mut old.stmts),
                term,
                term_place: term_span.into(),
            });
        }
        (self.values, blocks)
    }
}
