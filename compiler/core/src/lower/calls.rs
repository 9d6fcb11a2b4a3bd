//! Calls: of items, of operations, of closures; in tail position or not.

use super::{LocalForm, Lowerer};
use crate::build::Builder;
use crate::intrinsics::{CrashKind, Intrinsic};
use crate::ir::{self, Const, Crash, Op, Term, TyId, ValueId};
use crate::specialise::{Callee, Specialiser, WrapperKey};
use mesh_check::thir::{Expr, ExprKind, FnRef};
use mesh_report::bug;

/// Calls `callee`, whose result (unless it is a function, which says its own) is of type `result`.
/// `None` where control does not come back.
pub fn emit(
    b: &mut Builder,
    sp: &mut Specialiser<'_>,
    callee: &Callee,
    args: Vec<ValueId>,
    result: TyId,
) -> Option<ValueId> {
    match callee {
        Callee::Function(id) => {
            let result = sp.program.functions[id.index()].result;
            let op = Op::Call { callee: *id, args };
            let value = b.push(op, result);
            if result == sp.common.never {
                b.end(Term::Unreachable);
                return None;
            }
            Some(value)
        }
        Callee::Native(name) => {
            let native = Callee::native(name);
            let (args, boxed_result) = boxed(b, sp, name, args);
            let op = Op::CallNative { native, args };
            if native.diverges {
                b.push(op, sp.common.never);
                b.end(Term::Unreachable);
                return None;
            }
            if boxed_result {
                let held = b.push(op, sp.common.boxed);
                return Some(b.push(Op::Unbox(held), result));
            }
            Some(b.push(op, result))
        }
        Callee::Number(number) => Some(b.push(Op::Const(Const::Int(*number)), result)),
        Callee::Text(text) => Some(b.push(Op::Const(Const::String(text.as_str().into())), result)),
        Callee::Intrinsic(name) => match (Callee::intrinsic(name), &args[..]) {
            (Intrinsic::Prim(prim), _) => Some(b.push(Op::Prim(prim, args), result)),
            (Intrinsic::List(op), _) => Some(b.push(Op::ListOp(op, args), result)),
            (Intrinsic::Same, &[value]) => Some(value),
            (Intrinsic::Concat, _) => Some(b.push(Op::Concat(args), result)),
            (Intrinsic::Crash(CrashKind::Panic), &[text]) => {
                b.end(Term::Crash(Crash::Panic(text)));
                None
            }
            (Intrinsic::Crash(CrashKind::NoMatch), &[text]) => {
                b.end(Term::Crash(Crash::NoMatch(text)));
                None
            }
            (Intrinsic::Crash(CrashKind::IndexOutOfRange), &[index, length]) => {
                b.end(Term::Crash(Crash::IndexOutOfRange(index, length)));
                None
            }
            (
                Intrinsic::Crash(_) | Intrinsic::Same | Intrinsic::Inspect | Intrinsic::OfType(..),
                _,
            ) => {
                // Only where an error has been reported for the callee.
                b.end(Term::Unreachable);
                None
            }
        },
    }
}

/// A native takes and gives values of any type in boxes: the arguments as it takes them, and
/// whether its result is one.
fn boxed(
    b: &mut Builder,
    sp: &Specialiser<'_>,
    name: &str,
    mut args: Vec<ValueId>,
) -> (Vec<ValueId>, bool) {
    let Some(boxing) = sp.boxing.get(name) else {
        return (args, false);
    };
    for (arg, _) in args
        .iter_mut()
        .zip(&boxing.params)
        .filter(|(_, boxed)| **boxed)
    {
        *arg = b.push(Op::Box(*arg), sp.common.boxed);
    }
    (args, boxing.result)
}

/// Calls `callee` as the last thing the function does.
pub fn emit_tail(
    b: &mut Builder,
    sp: &mut Specialiser<'_>,
    callee: &Callee,
    args: Vec<ValueId>,
    result: TyId,
) {
    if let Callee::Function(id) = callee
        && sp.program.functions[id.index()].result != sp.common.never
    {
        return b.end(Term::TailCall { callee: *id, args });
    }
    if let Some(value) = emit(b, sp, callee, args, result) {
        b.end(Term::Return(value));
    }
}

impl<'a> Lowerer<'_, 'a> {
    pub(super) fn call(
        &mut self,
        callee: &FnRef,
        args: &'a [Expr],
        expr: &Expr,
    ) -> Option<ValueId> {
        let args = self.values(args)?;
        let result = self.ty(expr.ty);
        if let Some(value) = self.answer(callee, &args, result) {
            return Some(value);
        }
        let callee = self.sp.resolve(callee, &self.scope, expr.span);
        self.emit(&callee, args, result)
    }

    pub(super) fn tail_call(&mut self, callee: &FnRef, args: &'a [Expr], expr: &Expr) {
        let Some(args) = self.values(args) else {
            return;
        };
        let result = self.ty(expr.ty);
        if let Some(value) = self.answer(callee, &args, result) {
            return self.b.end(Term::Return(value));
        }
        let callee = self.sp.resolve(callee, &self.scope, expr.span);
        emit_tail(&mut self.b, self.sp, &callee, args, result);
    }

    pub(super) fn emit(
        &mut self,
        callee: &Callee,
        args: Vec<ValueId>,
        result: TyId,
    ) -> Option<ValueId> {
        let value = emit(&mut self.b, self.sp, callee, args, result)?;
        if let Callee::Function(_) = callee {
            self.make_current();
        }
        Some(value)
    }

    pub(super) fn call_value(&mut self, callee: &'a Expr, args: &'a [Expr]) -> Option<ValueId> {
        if let Some((function, captures)) = self.direct_local(callee) {
            let mut args = self.values(args)?;
            args.extend(captures);
            let unit = self.sp.common.unit;
            return self.emit(&Callee::Function(function), args, unit);
        }
        let callee = self.value(callee)?;
        let args = self.values(args)?;
        let result = self.closure_result(callee);
        let value = self.b.push(Op::CallClosure { callee, args }, result);
        if result == self.sp.common.never {
            self.b.end(Term::Unreachable);
            return None;
        }
        self.make_current();
        Some(value)
    }

    pub(super) fn tail_call_value(&mut self, callee: &'a Expr, args: &'a [Expr], expr: &Expr) {
        if let Some((function, captures)) = self.direct_local(callee) {
            let Some(mut args) = self.values(args) else {
                return;
            };
            args.extend(captures);
            let result = self.ty(expr.ty);
            let callee = Callee::Function(function);
            return emit_tail(&mut self.b, self.sp, &callee, args, result);
        }
        let Some(callee) = self.value(callee) else {
            return;
        };
        let Some(args) = self.values(args) else {
            return;
        };
        if self.closure_result(callee) != self.sp.common.never {
            return self.b.end(Term::TailCallClosure { callee, args });
        }
        let never = self.sp.common.never;
        self.b.push(Op::CallClosure { callee, args }, never);
        self.b.end(Term::Unreachable);
    }

    fn closure_result(&mut self, callee: ValueId) -> TyId {
        match self.sp.program.types.get(self.b.ty(callee)) {
            ir::Ty::Fn(_, result) => *result,
            _ => bug!(self.b.span(), "Core: what is called is no function"),
        }
    }

    /// Where the callee is a local function by name: its function and what it captures.
    pub(super) fn direct_local(&mut self, callee: &'a Expr) -> Option<(ir::FnId, Vec<ValueId>)> {
        let ExprKind::Local { id, args } = &callee.kind else {
            return None;
        };
        if !self.analysis.functions.contains_key(id) {
            return None;
        }
        Some(self.local_function(*id, args, LocalForm::Direct))
    }

    /// A callee as a closure of type `ty`.
    pub(super) fn function_value(&mut self, callee: Callee, ty: TyId) -> ValueId {
        let span = self.b.span();
        let function = self.sp.wrapper(WrapperKey::Callee(callee, ty), span);
        self.b.push(
            Op::MakeClosure {
                function,
                captures: Vec::new(),
            },
            ty,
        )
    }

    /// A constructor as a closure of type `ty`.
    pub(super) fn constructor_value(&mut self, variant: u32, ty: TyId) -> ValueId {
        let span = self.b.span();
        let function = self.sp.wrapper(WrapperKey::Constructor(ty, variant), span);
        self.b.push(
            Op::MakeClosure {
                function,
                captures: Vec::new(),
            },
            ty,
        )
    }
}
