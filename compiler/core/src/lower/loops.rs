//! `while` and `for`. Lists and ranges are gone through by index; anything else by `iter` and `next`.

use super::{Dest, Lowerer};
use crate::ir::{BlockId, Const, ListOp, Op, Prim, Target, Term, Ty as CoreTy, TyId, ValueId};
use crate::specialise::Callee;
use mesh_check::thir::{Expr, ExprKind, FnRef, Pat};
use mesh_check::ty::Ty;
use mesh_report::{Span, bug};

/// A loop around the code at hand.
#[derive(Clone, Copy)]
pub struct Loop {
    /// Where `continue` goes.
    next: BlockId,
    /// Where `break` goes.
    exit: BlockId,
    /// The list collected when the iteration began; both blocks take it.
    collected: Option<ValueId>,
}

/// The parts of a `for`.
struct For<'a> {
    pat: &'a Pat,
    guard: Option<&'a Expr>,
    body: &'a Expr,
    /// The list's type where the bodies' values are collected.
    collect: Option<TyId>,
}

impl<'a> Lowerer<'_, 'a> {
    pub(super) fn while_loop(&mut self, cond: &'a Expr, body: &'a Expr) -> Option<ValueId> {
        let (header, start, exit) = (self.b.block(), self.b.block(), self.b.block());
        self.b.jump(header, Vec::new());
        self.b.switch_to_header(header);
        self.condition(cond, start, exit);
        if self.b.switch_to(start) {
            self.loops.push(Loop {
                next: header,
                exit,
                collected: None,
            });
            self.lower_to(body, Dest::Drop(header));
            self.loops.pop();
        }
        self.b.switch_to(exit).then(|| self.unit())
    }

    /// `break`, or `continue`.
    pub(super) fn leave_loop(&mut self, leave: bool) -> Option<ValueId> {
        let Some(&around) = self.loops.last() else {
            bug!(self.b.span(), "Core: `break` or `continue` outside a loop");
        };
        let target = if leave { around.exit } else { around.next };
        self.b.jump(target, around.collected.into_iter().collect());
        None
    }

    pub(super) fn for_loop(&mut self, expr: &'a Expr) -> Option<ValueId> {
        let ExprKind::For {
            pat,
            iterable,
            iter,
            item,
            guard,
            body,
            collect,
        } = &expr.kind
        else {
            bug!(expr.span, "Core: no loop");
        };
        let list = collect.then(|| self.ty(expr.ty));
        let parts = For {
            pat,
            guard: guard.as_deref(),
            body,
            collect: list,
        };
        if let Some((low, high, inclusive)) = self.literal_range(iterable) {
            let low = self.value(low)?;
            let high = self.value(high)?;
            if inclusive {
                return self.for_inclusive(&parts, low, high);
            }
            return self.for_below(&parts, low, high, None);
        }
        let source = self.value(iterable)?;
        let source_ty = self.sp.concrete(iterable.ty, &self.scope);
        if self.sp.lang_args(source_ty, "list").is_some() {
            let int = self.sp.common.int;
            let zero = self.constant(Const::Int(0));
            let length = self.b.push(Op::ListOp(ListOp::Length, vec![source]), int);
            return self.for_below(&parts, zero, length, Some(source));
        }
        if self.sp.lang_args(source_ty, "range").is_some() {
            return self.for_range(&parts, source);
        }
        self.for_iterator(&parts, source, iter, *item, expr.span)
    }

    /// The ends of a range written in the head of the loop.
    fn literal_range(&self, iterable: &'a Expr) -> Option<(&'a Expr, &'a Expr, bool)> {
        let ExprKind::Call {
            callee: FnRef::Item { id, .. },
            args,
        } = &iterable.kind
        else {
            return None;
        };
        let [low, high] = &args[..] else {
            return None;
        };
        let functions = &self.sp.checked.world.lang.functions;
        if functions.get("range") == Some(id) {
            Some((low, high, false))
        } else if functions.get("range_inclusive") == Some(id) {
            Some((low, high, true))
        } else {
            None
        }
    }

    /// The list that a loop without iterations so far has collected.
    fn start_collecting(&mut self, parts: &For<'a>, room: Option<ValueId>) -> Vec<ValueId> {
        let Some(list) = parts.collect else {
            return Vec::new();
        };
        let op = match room {
            Some(room) if parts.guard.is_none() => Op::ListOp(ListOp::WithCapacity, vec![room]),
            _ => Op::List(Vec::new()),
        };
        vec![self.b.push(op, list)]
    }

    /// A block with a parameter for the collected list, if there is one.
    fn collecting_block(&mut self, parts: &For<'a>) -> (BlockId, Option<ValueId>) {
        let block = self.b.block();
        let collected = parts.collect.map(|list| self.b.param(block, list, None));
        (block, collected)
    }

    /// The number from `low` to below `high`, or the elements of `list` at those.
    fn for_below(
        &mut self,
        parts: &For<'a>,
        low: ValueId,
        high: ValueId,
        list: Option<ValueId>,
    ) -> Option<ValueId> {
        let common = self.sp.common;
        let header = self.b.block();
        let at = self.b.param(header, common.int, None);
        let collected = parts.collect.map(|list| self.b.param(header, list, None));
        let start = self.b.block();
        let (next, next_collected) = self.collecting_block(parts);
        let (exit, result) = self.collecting_block(parts);
        let mut first = vec![low];
        let room = list.map(|_| high);
        first.extend(self.start_collecting(parts, room));
        self.b.jump(header, first);

        self.b.switch_to_header(header);
        let more = self
            .b
            .push(Op::Prim(Prim::IntLt, vec![at, high]), common.bool);
        let leave = Target {
            block: exit,
            args: collected.into_iter().collect(),
        };
        self.b.end(Term::Branch {
            cond: more,
            then: Target::plain(start),
            els: leave,
        });

        self.b.switch_to(start);
        let item = match list {
            Some(list) => self.element(list, at),
            None => at,
        };
        let around = Loop {
            next,
            exit,
            collected,
        };
        self.iteration(parts, item, around);

        if self.b.switch_to(next) {
            let one = self.constant(Const::Int(1));
            let sum = Op::Prim(Prim::IntWrappingAdd, vec![at, one]);
            let mut again = vec![self.b.push(sum, common.int)];
            again.extend(next_collected);
            self.b.jump(header, again);
        }
        self.after_loop(exit, result)
    }

    /// The numbers from `low` to `high`, which may be the largest there is.
    fn for_inclusive(&mut self, parts: &For<'a>, low: ValueId, high: ValueId) -> Option<ValueId> {
        let some = self
            .b
            .push(Op::Prim(Prim::IntLe, vec![low, high]), self.sp.common.bool);
        self.for_through(parts, low, high, some)
    }

    /// The numbers from `low` to `last`, if there are `some`.
    fn for_through(
        &mut self,
        parts: &For<'a>,
        low: ValueId,
        last: ValueId,
        some: ValueId,
    ) -> Option<ValueId> {
        let common = self.sp.common;
        let header = self.b.block();
        let at = self.b.param(header, common.int, None);
        let collected = parts.collect.map(|list| self.b.param(header, list, None));
        let (next, next_collected) = self.collecting_block(parts);
        let (exit, result) = self.collecting_block(parts);
        let none = self.start_collecting(parts, None);
        let mut first = vec![low];
        first.extend(&none);
        self.b.end(Term::Branch {
            cond: some,
            then: Target {
                block: header,
                args: first,
            },
            els: Target {
                block: exit,
                args: none,
            },
        });

        self.b.switch_to(header);
        let around = Loop {
            next,
            exit,
            collected,
        };
        self.iteration(parts, at, around);

        if self.b.switch_to(next) {
            let done = self
                .b
                .push(Op::Prim(Prim::IntEq, vec![at, last]), common.bool);
            let one = self.constant(Const::Int(1));
            let sum = Op::Prim(Prim::IntWrappingAdd, vec![at, one]);
            let mut again = vec![self.b.push(sum, common.int)];
            again.extend(next_collected);
            self.b.end(Term::Branch {
                cond: done,
                then: Target {
                    block: exit,
                    args: next_collected.into_iter().collect(),
                },
                els: Target {
                    block: header,
                    args: again,
                },
            });
        }
        self.after_loop(exit, result)
    }

    /// A range that is a value: `low`, `high` and whether `high` belongs to it.
    fn for_range(&mut self, parts: &For<'a>, range: ValueId) -> Option<ValueId> {
        let common = self.sp.common;
        let low = self.field(range, 0, 0);
        let high = self.field(range, 0, 1);
        let inclusive = self.field(range, 0, 2);
        let (with, without, join) = (self.b.block(), self.b.block(), self.b.block());
        let last = self.b.param(join, common.int, None);
        let some = self.b.param(join, common.bool, None);
        self.b.branch(inclusive, with, without);
        self.b.switch_to(with);
        let any = self
            .b
            .push(Op::Prim(Prim::IntLe, vec![low, high]), common.bool);
        self.b.jump(join, vec![high, any]);
        self.b.switch_to(without);
        let any = self
            .b
            .push(Op::Prim(Prim::IntLt, vec![low, high]), common.bool);
        let one = self.constant(Const::Int(1));
        let before = Op::Prim(Prim::IntWrappingSub, vec![high, one]);
        let before = self.b.push(before, common.int);
        self.b.jump(join, vec![before, any]);
        self.b.switch_to(join);
        self.for_through(parts, low, last, some)
    }

    /// Anything else: `iter` of it once, then `next` until there is nothing.
    fn for_iterator(
        &mut self,
        parts: &For<'a>,
        source: ValueId,
        iter: &FnRef,
        item: Ty,
        span: Span,
    ) -> Option<ValueId> {
        let lang = &self.sp.checked.world.lang;
        let (Some(&iter_ty), Some(&next_fn)) =
            (lang.types.get("iter"), lang.functions.get("iter_next"))
        else {
            bug!(span, "Core: std marks no `iter` or `iter_next`");
        };
        let item = self.sp.concrete(item, &self.scope);
        let iter_ty = Ty::con(iter_ty, vec![item]);
        let iter_ty = self.sp.core_type(iter_ty);
        let iter = self.sp.resolve(iter, &self.scope, span);
        let iterator = self.emit(&iter, vec![source], iter_ty)?;
        let advance = self.sp.callee_of_item(next_fn, [item].into(), span);

        let header = self.b.block();
        let at = self.b.param(header, iter_ty, None);
        let collected = parts.collect.map(|list| self.b.param(header, list, None));
        let (next, next_collected) = self.collecting_block(parts);
        let (exit, result) = self.collecting_block(parts);
        let mut first = vec![iterator];
        first.extend(self.start_collecting(parts, None));
        self.b.jump(header, first);

        self.b.switch_to_header(header);
        let step = self.result_of(&advance);
        let step = self.emit(&advance, vec![at], step)?;
        let start = self.b.block();
        let leave = Target {
            block: exit,
            args: collected.into_iter().collect(),
        };
        let some = self.variant_index(self.b.ty(step), "Some");
        self.branch_on_variant(step, some, Target::plain(start), leave);

        self.b.switch_to(start);
        let pair = self.field(step, some, 0);
        let value = self.field(pair, 0, 0);
        let rest = self.field(pair, 0, 1);
        let around = Loop {
            next,
            exit,
            collected,
        };
        self.iteration(parts, value, around);

        if self.b.switch_to(next) {
            let mut again = vec![rest];
            again.extend(next_collected);
            self.b.jump(header, again);
        }
        self.after_loop(exit, result)
    }

    /// What a lang function gives.
    pub(super) fn result_of(&self, callee: &Callee) -> TyId {
        match callee {
            Callee::Function(id) => self.sp.program.functions[id.index()].result,
            _ => bug!(self.b.span(), "Core: a lang function has no body"),
        }
    }

    /// The index of a variant of a sum type by its name.
    pub(super) fn variant_index(&self, ty: TyId, name: &str) -> u32 {
        let types = &self.sp.program.types;
        let CoreTy::Data(data) = types.get(ty) else {
            bug!(self.b.span(), "Core: `{name}` of a type without variants");
        };
        let variants = &types.data(*data).variants;
        match variants.iter().position(|variant| variant.name == name) {
            Some(at) => at as u32,
            None => bug!(self.b.span(), "Core: there is no variant `{name}`"),
        }
    }

    pub(super) fn branch_on_variant(
        &mut self,
        value: ValueId,
        variant: u32,
        then: Target,
        els: Target,
    ) {
        let int = self.sp.common.int;
        let on = self.b.push(Op::Tag(value), int);
        self.b.end(Term::Switch {
            on,
            cases: vec![(i64::from(variant), then)],
            default: Some(els),
        });
    }

    pub(super) fn element(&mut self, list: ValueId, at: ValueId) -> ValueId {
        let Some(ty) = self.sp.program.types.element(self.b.ty(list)) else {
            bug!(self.b.span(), "Core: an element of what is no list");
        };
        self.b.push(Op::ListOp(ListOp::Get, vec![list, at]), ty)
    }

    /// The pattern, guard and body for one item, ending in the loop's blocks.
    fn iteration(&mut self, parts: &For<'a>, item: ValueId, around: Loop) {
        let collected: Vec<ValueId> = around.collected.into_iter().collect();
        if !self.bind_or_skip(parts.pat, item, around.next, &collected) {
            return;
        }
        if let Some(guard) = parts.guard {
            let (yes, no) = (self.b.block(), self.b.block());
            self.condition(guard, yes, no);
            if self.b.switch_to(no) {
                self.b.jump(around.next, collected);
            }
            if !self.b.switch_to(yes) {
                return;
            }
        }
        self.loops.push(around);
        match (around.collected, parts.collect) {
            (Some(list), Some(ty)) => {
                if let Some(value) = self.value(parts.body) {
                    let push = Op::ListOp(ListOp::Push, vec![list, value]);
                    let longer = self.b.push(push, ty);
                    self.b.jump(around.next, vec![longer]);
                }
            }
            _ => self.lower_to(parts.body, Dest::Drop(around.next)),
        }
        self.loops.pop();
    }

    fn after_loop(&mut self, exit: BlockId, result: Option<ValueId>) -> Option<ValueId> {
        if !self.b.switch_to(exit) {
            return None;
        }
        Some(match result {
            Some(list) => list,
            None => self.unit(),
        })
    }
}
