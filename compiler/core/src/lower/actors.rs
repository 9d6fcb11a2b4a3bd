//! The forms of actors: `spawn`, `receive`, `self()`, and answers to calls.
//!
//! A `receive` is a loop over primitives of the runtime. `rt.receive_begin` starts it; each
//! [`Op::ReceiveNext`] gives a message or signal that it has not looked at; where no arm matches,
//! `rt.receive_skip` leaves it in the mailbox and the loop goes on. Before the body of the arm that
//! matched, `rt.receive_take` takes the message out. That may move it, so an arm's variables are read
//! again from what it gives; a guard has read them from the message as it lay in the mailbox.
//!
//! An arm keeps its call: `rt.receive_take` gives the call's two words, which `reply` and `caller`
//! written in the arm use. Functions and closures answer whatever call is current instead, so after
//! everything in an arm that may have received another message, that arm's call is made current again.

use super::matching::{ArmState, Fail, Row, Tree};
use super::{Dest, Graph, Lowerer};
use crate::build::Builder;
use crate::ir::{self, BlockId, Const, FnKind, Op, Target, Term, TyId, ValueId, received};
use crate::specialise::{Callee, Job, Specialiser};
use mesh_check::thir::{Arm, Expr, ExprKind, FnRef, Pat, PatKind, ReceiveArm};
use mesh_report::{Span, bug};

/// The call that an arm answers: who called, and the number of the call; zeros for no call.
#[derive(Clone, Copy)]
pub struct Token {
    caller: ValueId,
    number: ValueId,
}

/// Calls a function of the runtime that gives a value of type `result`.
fn native(b: &mut Builder, name: &str, args: Vec<ValueId>, result: TyId) -> ValueId {
    let native = Callee::native(name);
    b.push(Op::CallNative { native, args }, result)
}

/// The closure that a spawned actor runs: calls `callee`, or else its first capture, with the other
/// captures. It leaves no frame of its own, so that the actor's function is the entry frame.
pub fn spawned(sp: &mut Specialiser<'_>, function: ir::FnId, callee: Option<&Callee>) -> Graph {
    let declared = &sp.program.functions[function.index()];
    let result = declared.result;
    let FnKind::Closure { captures } = declared.kind.clone() else {
        bug!(declared.span, "Core: what is spawned is no closure");
    };
    let mut b = Builder::new(Span::DUMMY);
    let mut args: Vec<ValueId> = (0u32..)
        .zip(captures)
        .map(|(index, ty)| b.push(Op::Capture(index), ty))
        .collect();
    match callee {
        Some(Callee::Function(id)) => b.end(Term::TailCall { callee: *id, args }),
        Some(other) => super::emit_tail(&mut b, sp, other, args, result),
        None => {
            let callee = args.remove(0);
            b.end(Term::TailCallClosure { callee, args });
        }
    }
    b.finish()
}

impl<'a> Lowerer<'_, 'a> {
    pub(super) fn self_pid(&mut self) -> ValueId {
        let pid = self.sp.program.types.intern(ir::Ty::Pid);
        native(&mut self.b, "rt.self_pid", Vec::new(), pid)
    }

    pub(super) fn spawn(
        &mut self,
        callee: &'a Expr,
        args: &'a [Expr],
        link: bool,
    ) -> Option<ValueId> {
        let ty = self.ty(callee.ty);
        let closure = match &callee.kind {
            ExprKind::Fn(reference) => {
                let target = self.sp.resolve(reference, &self.scope, callee.span);
                let captures = self.values(args)?;
                self.spawned_closure(ty, Some(target), captures, callee.span)
            }
            _ => match self.direct_local(callee) {
                Some((function, held)) => {
                    let mut captures = self.values(args)?;
                    captures.extend(held);
                    let target = Some(Callee::Function(function));
                    self.spawned_closure(ty, target, captures, callee.span)
                }
                None => {
                    let value = self.value(callee)?;
                    let mut captures = vec![value];
                    captures.extend(self.values(args)?);
                    if args.is_empty() {
                        value
                    } else {
                        self.spawned_closure(ty, None, captures, callee.span)
                    }
                }
            },
        };
        let link = self.constant(Const::Int(i64::from(link)));
        let pid = self.sp.program.types.intern(ir::Ty::Pid);
        Some(native(&mut self.b, "rt.spawn", vec![closure, link], pid))
    }

    /// A closure without parameters that calls `callee`, of the function type `ty`.
    fn spawned_closure(
        &mut self,
        ty: TyId,
        callee: Option<Callee>,
        captures: Vec<ValueId>,
        span: Span,
    ) -> ValueId {
        let ir::Ty::Fn(_, result) = *self.sp.program.types.get(ty) else {
            bug!(span, "Core: what is spawned is no function");
        };
        let name = match &callee {
            Some(Callee::Function(id)) => self.sp.program.functions[id.index()].name.to_string(),
            _ => format!("spawn in {}", self.outermost_name()),
        };
        let kind = FnKind::Closure {
            captures: captures.iter().map(|&value| self.b.ty(value)).collect(),
        };
        let job = Job::Spawned { callee };
        let function = self.declare("spawn".into(), name, kind, result, span, job);
        let closure = self.sp.program.types.intern(ir::Ty::Fn(Vec::new(), result));
        self.b.push(Op::MakeClosure { function, captures }, closure)
    }

    /// Where `reference` is `reply` or `caller` and stands in an arm: what it gives there.
    pub(super) fn answer(
        &mut self,
        reference: &FnRef,
        args: &[ValueId],
        result: TyId,
    ) -> Option<ValueId> {
        let (Some(Token { caller, number }), FnRef::Item { id, .. }) = (self.token, reference)
        else {
            return None;
        };
        let lang = &self.sp.checked.world.lang.functions;
        match args {
            [value] if lang.get("reply") == Some(id) => {
                let boxed = self.b.push(Op::Box(*value), self.sp.common.boxed);
                let args = vec![caller, number, boxed];
                Some(native(&mut self.b, "rt.reply", args, result))
            }
            [] if lang.get("caller") == Some(id) => {
                let args = vec![caller, number];
                Some(native(&mut self.b, "rt.caller", args, result))
            }
            _ => None,
        }
    }

    /// In an arm, behind what may have received another message: the arm's call is current again.
    pub(super) fn make_current(&mut self) {
        if let Some(Token { caller, number }) = self.token {
            let unit = self.sp.common.unit;
            native(&mut self.b, "rt.set_current", vec![caller, number], unit);
        }
    }

    /// A `receive` into a destination.
    pub(super) fn receive_to(
        &mut self,
        arms: &'a [ReceiveArm],
        after: Option<&'a (Expr, Expr)>,
        ty: TyId,
        dest: Dest,
    ) {
        if self.token.is_none() || matches!(dest, Dest::Return) {
            return self.receive(arms, after, dest);
        }
        let join = self.b.block();
        match dest {
            Dest::Drop(next) => {
                self.receive(arms, after, Dest::Drop(join));
                if self.b.switch_to(join) {
                    self.make_current();
                    self.b.jump(next, Vec::new());
                }
            }
            _ => {
                let value = self.b.param(join, ty, None);
                self.receive(arms, after, Dest::Join(join));
                if self.b.switch_to(join) {
                    self.make_current();
                    self.deliver(value, dest);
                }
            }
        }
    }

    fn receive(&mut self, arms: &'a [ReceiveArm], after: Option<&'a (Expr, Expr)>, dest: Dest) {
        let timeout = match after {
            Some((timeout, _)) => match self.timeout(timeout) {
                Some(timeout) => timeout,
                None => return,
            },
            None => self.constant(Const::Int(-1)),
        };
        let common = self.sp.common;
        native(&mut self.b, "rt.receive_begin", vec![timeout], common.unit);
        let head = self.b.block();
        self.b.jump(head, Vec::new());
        self.b.switch_to_header(head);
        let types = &mut self.sp.program.types;
        let found = types.intern(ir::Ty::Tuple(vec![common.int, common.boxed]));
        let op = Op::ReceiveNext {
            resume: None,
            captures: Vec::new(),
        };
        let next = self.b.push(op, found);
        let kind = self.field(next, 0, 0);
        let (nothing, message, signal, skip) = (
            self.b.block(),
            self.b.block(),
            self.b.block(),
            self.b.block(),
        );
        let mut cases = vec![
            (received::MESSAGE, Target::plain(message)),
            (received::SIGNAL, Target::plain(signal)),
        ];
        if after.is_some() {
            cases.push((received::NOTHING, Target::plain(nothing)));
        }
        self.b.end(Term::Switch {
            on: kind,
            cases,
            default: None,
        });
        self.b.switch_to(message);
        let messages: Vec<&'a Arm> = arms.iter().filter(|a| !a.signal).map(|a| &a.arm).collect();
        let message_tree = self.message_tree(next, &messages, skip);
        self.b.switch_to(signal);
        let signals: Vec<&'a Arm> = arms.iter().filter(|a| a.signal).map(|a| &a.arm).collect();
        let signal_tree = self.signal_tree(&signals, skip);
        if self.b.switch_to(skip) {
            native(&mut self.b, "rt.receive_skip", Vec::new(), common.unit);
            self.b.jump(head, Vec::new());
        }
        let outer = self.token;
        for (index, arm) in messages.iter().enumerate() {
            if self.b.switch_to(message_tree.arms[index].block) {
                self.message_arm(arm, dest);
            }
        }
        self.token = None;
        for (index, arm) in signals.iter().enumerate() {
            if self.enter_arm(&signal_tree, index) {
                self.take();
                self.lower_to(&arm.body, dest);
            }
        }
        self.token = outer;
        if let Some((_, body)) = after
            && self.b.switch_to(nothing)
        {
            self.lower_to(body, dest);
        }
    }

    /// Milliseconds, which are not negative: a negative number would be no timeout.
    fn timeout(&mut self, timeout: &'a Expr) -> Option<ValueId> {
        let value = self.value(timeout)?;
        let int = self.sp.common.int;
        let name = match self.b.ty(value) == int {
            true if matches!(timeout.kind, ExprKind::Lit(_)) => return Some(value),
            true => "int_milliseconds",
            false => "duration_milliseconds",
        };
        let lang = &self.sp.checked.world.lang.functions;
        let Some(&id) = lang.get(name) else {
            bug!(timeout.span, "Core: std marks no function `{name}`");
        };
        let callee = self.sp.callee_of_item(id, [].into(), timeout.span);
        self.emit(&callee, vec![value], int)
    }

    /// Finds the arm for the message in `next`, without taking it.
    fn message_tree(&mut self, next: ValueId, arms: &[&'a Arm], skip: BlockId) -> Tree<'a> {
        let mut tree = Tree::new(Fail::Goto(skip, Vec::new()));
        let Some(first) = arms.first() else {
            self.b.jump(skip, Vec::new());
            return tree;
        };
        let ty = self.ty(first.pat.ty);
        let boxed = self.field(next, 0, 1);
        let message = self.b.push(Op::Unbox(boxed), ty);
        let mut rows = Vec::with_capacity(arms.len());
        for (index, arm) in arms.iter().enumerate() {
            tree.arms.push(ArmState {
                guard: arm.guard.as_ref(),
                block: self.b.block(),
                // The body reads them again, from the message once it is taken.
                locals: Vec::new(),
            });
            let pats = std::slice::from_ref(&arm.pat);
            rows.push(Row::new(index, pats, &[message]));
        }
        self.compile(&mut tree, rows);
        tree
    }

    fn signal_tree(&mut self, arms: &[&'a Arm], skip: BlockId) -> Tree<'a> {
        let mut tree = Tree::new(Fail::Goto(skip, Vec::new()));
        let Some(first) = arms.first() else {
            self.b.jump(skip, Vec::new());
            return tree;
        };
        let lang = &self.sp.checked.world.lang.functions;
        let Some(&id) = lang.get("received_signal") else {
            bug!(
                first.pat.span,
                "Core: std marks no function `received_signal`"
            );
        };
        let callee = self.sp.callee_of_item(id, [].into(), first.pat.span);
        let ty = self.ty(first.pat.ty);
        let Some(signal) = self.emit(&callee, Vec::new(), ty) else {
            return tree;
        };
        let mut rows = Vec::with_capacity(arms.len());
        for (index, arm) in arms.iter().enumerate() {
            let pats = std::slice::from_ref(&arm.pat);
            let state = self.arm_state(pats, arm.guard.as_ref());
            tree.arms.push(state);
            rows.push(Row::new(index, pats, &[signal]));
        }
        self.compile(&mut tree, rows);
        tree
    }

    /// Takes the message, or the signal, out of the mailbox: the message, and its call.
    fn take(&mut self) -> (ValueId, Token) {
        let common = self.sp.common;
        let parts = vec![common.boxed, common.int, common.int];
        let taken = self.sp.program.types.intern(ir::Ty::Tuple(parts));
        let taken = native(&mut self.b, "rt.receive_take", Vec::new(), taken);
        let message = self.field(taken, 0, 0);
        let token = Token {
            caller: self.field(taken, 0, 1),
            number: self.field(taken, 0, 2),
        };
        (message, token)
    }

    fn message_arm(&mut self, arm: &'a Arm, dest: Dest) {
        let outer = self.b.set_span(arm.pat.span);
        let (boxed, token) = self.take();
        if binds(&arm.pat) {
            let ty = self.ty(arm.pat.ty);
            let message = self.b.push(Op::Unbox(boxed), ty);
            self.bind_known(&arm.pat, message);
        }
        self.b.set_span(outer);
        let outer = self.token.replace(token);
        self.lower_to(&arm.body, dest);
        self.token = outer;
    }

    /// Binds what a pattern names in a value that is known to match it.
    fn bind_known(&mut self, pat: &'a Pat, value: ValueId) {
        match &pat.kind {
            _ if !binds(pat) => {}
            PatKind::As { pat, local } => {
                self.bind(*local, value);
                self.bind_known(pat, value);
            }
            PatKind::Tuple(fields) => self.bind_fields(fields, value, 0),
            PatKind::Variant {
                variant, fields, ..
            } => self.bind_fields(fields, value, *variant),
            _ => {
                self.bind_or_else(pat, value, None);
            }
        }
    }

    fn bind_fields(&mut self, fields: &'a [Pat], value: ValueId, variant: u32) {
        for (index, pat) in (0u32..).zip(fields) {
            if binds(pat) {
                let field = self.field(value, variant, index);
                self.bind_known(pat, field);
            }
        }
    }
}

/// Whether a pattern names anything.
fn binds(pat: &Pat) -> bool {
    let mut any = false;
    super::analysis::each_local(pat, &mut |_| any = true);
    any
}
