//! The verifier's typing rules, one per operation and terminator.

use super::Checker;
use crate::ir::*;
use crate::print::{list_op_name, prim_name, type_name};

/// The operand and result types of a primitive; `None` for "any one value".
fn prim_signature(prim: Prim) -> Option<(&'static [Ty], Ty)> {
    use Prim::*;
    const INT1: &[Ty] = &[Ty::Int];
    const INT2: &[Ty] = &[Ty::Int, Ty::Int];
    const FLOAT1: &[Ty] = &[Ty::Float];
    const FLOAT2: &[Ty] = &[Ty::Float, Ty::Float];
    Some(match prim {
        IntAdd | IntSub | IntMul | IntDiv | IntRem | IntWrappingAdd | IntWrappingSub
        | IntWrappingMul | IntAnd | IntOr | IntXor | IntShl | IntShr | IntUshr | IntMulHigh => {
            (INT2, Ty::Int)
        }
        IntNeg | IntNot | IntPopCount | IntLeadingZeros | IntTrailingZeros => (INT1, Ty::Int),
        IntEq | IntLt | IntLe => (INT2, Ty::Bool),
        IntToFloat | IntBitsToFloat => (INT1, Ty::Float),
        FloatAdd | FloatSub | FloatMul | FloatDiv | FloatRem => (FLOAT2, Ty::Float),
        FloatNeg | FloatFloor | FloatCeil | FloatRound | FloatTrunc | FloatSqrt | FloatAbs => {
            (FLOAT1, Ty::Float)
        }
        FloatEq | FloatLt | FloatLe => (FLOAT2, Ty::Bool),
        FloatToInt | FloatBits => (FLOAT1, Ty::Int),
        BoolEq => (&[Ty::Bool, Ty::Bool], Ty::Bool),
        BoolNot => (&[Ty::Bool], Ty::Bool),
        StringEq => (&[Ty::String, Ty::String], Ty::Bool),
        StringCompare => (&[Ty::String, Ty::String], Ty::Int),
        AtomEq => (&[Ty::Atom, Ty::Atom], Ty::Bool),
        AtomName => (&[Ty::Atom], Ty::String),
        PidEq => (&[Ty::Pid, Ty::Pid], Ty::Bool),
        PidBits => (&[Ty::Pid], Ty::Int),
        PidOfBits => (&[Ty::Int], Ty::Pid),
        FnName => return None,
    })
}

impl Checker<'_> {
    fn ty(&self, value: ValueId) -> TyId {
        self.function.values[value.index()].ty
    }

    fn is(&self, value: ValueId, ty: &Ty) -> bool {
        self.program.types.get(self.ty(value)) == ty
    }

    fn name(&self, ty: TyId) -> String {
        type_name(&self.program.types, ty)
    }

    fn want(&mut self, what: &str, found: TyId, wanted: TyId) {
        if found != wanted {
            let (found, wanted) = (self.name(found), self.name(wanted));
            self.fail(format!("{what}: `{found}` where `{wanted}` belongs"));
        }
    }

    fn want_all(&mut self, what: &str, found: &[ValueId], wanted: &[TyId]) {
        if found.len() != wanted.len() {
            let (found, wanted) = (found.len(), wanted.len());
            return self.fail(format!("{what}: {found} values where {wanted} belong"));
        }
        for (&value, &ty) in found.iter().zip(wanted) {
            self.want(what, self.ty(value), ty);
        }
    }

    fn params_of(&self, function: &Function) -> Vec<TyId> {
        let params = function.blocks.first().map_or(&[][..], |b| &b.params);
        params
            .iter()
            .filter_map(|param| Some(function.values.get(param.index())?.ty))
            .collect()
    }

    fn call(&mut self, callee: FnId, args: &[ValueId]) -> TyId {
        let target = &self.program.functions[callee.index()];
        let what = format!("call @{}", target.symbol);
        if target.kind != FnKind::Direct {
            self.fail(format!("{what}: is not a direct function"));
        }
        let params = self.params_of(target);
        self.want_all(&what, args, &params);
        target.result
    }

    fn call_closure(&mut self, callee: ValueId, args: &[ValueId]) -> Option<TyId> {
        let Ty::Fn(params, result) = self.program.types.get(self.ty(callee)) else {
            self.fail("call of a value that is no function");
            return None;
        };
        self.want_all("call_closure", args, params);
        Some(*result)
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        let result = self.ty(stmt.value);
        let types = &self.program.types;
        match &stmt.op {
            Op::Const(constant) => {
                let ty = match constant {
                    Const::Int(_) => Ty::Int,
                    Const::Float(_) => Ty::Float,
                    Const::Bool(_) => Ty::Bool,
                    Const::String(_) => Ty::String,
                    Const::Bytes(_) => Ty::Bytes,
                    Const::Atom(_) => Ty::Atom,
                    Const::Unit => Ty::Unit,
                };
                if *types.get(result) != ty {
                    self.fail(format!("v{}: a constant of another type", stmt.value.0));
                }
            }
            Op::Prim(prim, args) => self.prim(*prim, args, result),
            Op::Construct { variant, fields } => match types.field_types(result, *variant) {
                Some(wanted) => self.want_all("construct", fields, &wanted),
                None => self.fail("construct of a type without that variant"),
            },
            Op::Field {
                base,
                variant,
                field,
            } => match types.field_type(self.ty(*base), *variant, *field) {
                Some(ty) => self.want("field", result, ty),
                None => self.fail(format!("v{}: there is no such field", stmt.value.0)),
            },
            Op::Tag(value) => {
                if !matches!(types.get(self.ty(*value)), Ty::Data(_))
                    || *types.get(result) != Ty::Int
                {
                    self.fail("tag of what is no sum");
                }
            }
            Op::List(items) => match types.element(result) {
                Some(element) => self.want_all("list", items, &vec![element; items.len()]),
                None => self.fail("list of another type"),
            },
            Op::Call { callee, args } => {
                let ty = self.call(*callee, args);
                self.want("result of a call", result, ty);
            }
            Op::CallNative { .. } => {}
            Op::CallClosure { callee, args } => {
                if let Some(ty) = self.call_closure(*callee, args) {
                    self.want("result of call_closure", result, ty);
                }
            }
            Op::MakeClosure { function, captures } => self.closure(*function, captures, result),
            Op::Capture(index) => match &self.function.kind {
                FnKind::Closure { captures } if (*index as usize) < captures.len() => {
                    self.want("capture", result, captures[*index as usize]);
                }
                _ => self.fail(format!("there is no capture {index}")),
            },
            Op::SelfClosure => {
                if self.function.kind == FnKind::Direct {
                    self.fail("self_closure in a direct function");
                }
            }
            Op::Concat(parts) => {
                if *types.get(result) != Ty::String
                    || !parts.iter().all(|&part| self.is(part, &Ty::String))
                {
                    self.fail("concat of other things than strings");
                }
            }
            Op::ListOp(op, args) => self.list_op(*op, args, result),
            Op::Box(_) => {
                if *types.get(result) != Ty::Boxed {
                    self.fail("box of another type");
                }
            }
            Op::Unbox(value) => {
                if !self.is(*value, &Ty::Boxed) {
                    self.fail("unbox of what is no box");
                }
            }
            Op::ReceiveNext { resume, captures } => {
                let is = |ty: &TyId, wanted| types.get(*ty) == wanted;
                let fits = matches!(types.get(result), Ty::Tuple(items)
                    if matches!(&items[..], [a, b] if is(a, &Ty::Int) && is(b, &Ty::Boxed)));
                if !fits {
                    self.fail("receive_next of another type");
                }
                if let Some(resume) = resume {
                    self.resume(*resume, captures, stmt.value);
                }
            }
        }
    }

    fn prim(&mut self, prim: Prim, args: &[ValueId], result: TyId) {
        let fits = match prim_signature(prim) {
            Some((params, wanted)) => {
                args.len() == params.len()
                    && args.iter().zip(params).all(|(&arg, ty)| self.is(arg, ty))
                    && *self.program.types.get(result) == wanted
            }
            None => args.len() == 1 && *self.program.types.get(result) == Ty::String,
        };
        if !fits {
            self.fail(format!("{}: operands of other types", prim_name(prim)));
        }
    }

    fn closure(&mut self, function: FnId, captures: &[ValueId], result: TyId) {
        let target = &self.program.functions[function.index()];
        let FnKind::Closure { captures: wanted } = &target.kind else {
            return self.fail(format!("closure over @{}, which is none", target.symbol));
        };
        let what = format!("captures of @{}", target.symbol);
        self.want_all(&what, captures, wanted);
        let params = self.params_of(target);
        if *self.program.types.get(result) != Ty::Fn(params, target.result) {
            self.fail(format!("closure over @{} of another type", target.symbol));
        }
    }

    /// What goes on from a `receive` must do so with nothing but its captures.
    fn resume(&mut self, resume: FnId, captures: &[ValueId], value: ValueId) {
        let target = &self.program.functions[resume.index()];
        let what = format!("resume @{}", target.symbol);
        match &target.kind {
            FnKind::Closure { captures: wanted } => self.want_all(&what, captures, wanted),
            FnKind::Direct => self.fail(format!("{what}: is no closure")),
        }
        if !self.params_of(target).is_empty() {
            self.fail(format!("{what}: has parameters"));
        }
        self.want(&what, target.result, self.function.result);
        let is_first = |block: &Block| block.stmts.first().is_some_and(|stmt| stmt.value == value);
        if !self.function.blocks.iter().any(is_first) {
            self.fail(format!("{what}: something stands before it in its block"));
        }
    }

    fn list_op(&mut self, op: ListOp, args: &[ValueId], result: TyId) {
        let types = &self.program.types;
        let list = match (op, args.first()) {
            (ListOp::WithCapacity, _) => result,
            (_, Some(&list)) => self.ty(list),
            (_, None) => return self.fail(format!("{}: no operands", list_op_name(op))),
        };
        let Some(element) = types.element(list) else {
            return self.fail(format!("{}: not on a list", list_op_name(op)));
        };
        let int = |value: &ValueId| self.is(*value, &Ty::Int);
        let same = |value: &ValueId, ty: TyId| self.ty(*value) == ty;
        let (fits, wanted) = match (op, args) {
            (ListOp::Length, [_]) => (*types.get(result) == Ty::Int, result),
            (ListOp::Get, [_, i]) => (int(i), element),
            (ListOp::Slice, [_, from, length]) => (int(from) && int(length), list),
            (ListOp::Push | ListOp::Unshift, [_, x]) => (same(x, element), list),
            (ListOp::Concat, [_, ys]) => (same(ys, list), list),
            (ListOp::WithCapacity, [n]) => (int(n), list),
            (ListOp::Replaced | ListOp::Inserted, [_, i, x]) => (int(i) && same(x, element), list),
            (ListOp::Removed, [_, i]) => (int(i), list),
            _ => (false, result),
        };
        if !fits {
            self.fail(format!("{}: operands of other types", list_op_name(op)));
        }
        self.want(list_op_name(op), result, wanted);
    }

    fn jump(&mut self, block: BlockId, args: &[ValueId]) {
        let params = &self.function.blocks[block.index()].params;
        let wanted: Vec<TyId> = params.iter().map(|&param| self.ty(param)).collect();
        self.want_all(&format!("jump to b{}", block.0), args, &wanted);
    }

    pub(super) fn term(&mut self, term: &Term) {
        let mut targets = Vec::new();
        term.each_target(|block, args| targets.push((block, args.to_vec())));
        for (block, args) in targets {
            self.jump(block, &args);
        }
        let result = self.function.result;
        match term {
            Term::Return(value) => self.want("what the function returns", self.ty(*value), result),
            Term::Branch { cond, .. } if !self.is(*cond, &Ty::Bool) => {
                self.fail("branch on what is no Bool");
            }
            Term::Switch { on, cases, .. } => {
                if !self.is(*on, &Ty::Int) {
                    self.fail("switch on what is no Int");
                }
                let mut seen = rustc_hash::FxHashSet::default();
                if !cases.iter().all(|(value, _)| seen.insert(*value)) {
                    self.fail("switch with a case twice");
                }
            }
            Term::TailCall { callee, args } => {
                let ty = self.call(*callee, args);
                self.want("result of a tail call", ty, result);
            }
            Term::TailCallClosure { callee, args } => {
                if let Some(ty) = self.call_closure(*callee, args) {
                    self.want("result of a tail call", ty, result);
                }
            }
            Term::Crash(Crash::Panic(value) | Crash::NoMatch(value))
                if !self.is(*value, &Ty::String) =>
            {
                self.fail("crash with what is no string");
            }
            Term::Crash(Crash::IndexOutOfRange(index, length))
                if !self.is(*index, &Ty::Int) || !self.is(*length, &Ty::Int) =>
            {
                self.fail("crash with what is no index");
            }
            _ => {}
        }
    }
}
