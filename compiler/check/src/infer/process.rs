//! The process part of function types: who runs in which process, `receive`, `spawn`, `self()`, and
//! what becomes `Never`.

use super::control::Want;
use super::instantiate::Instance;
use super::solve::Constraint;
use super::{Infer, MailSite, SpawnSite, Why, as_var};
use crate::diagnostics::{
    NeverReceives, NeverReplies, NotAFunction, ProcessMismatch, UsesMailbox, WrongArgumentCount,
};
use crate::thir::{self, ExprKind};
use crate::ty::{Ty, TyKind, VarId};
use crate::unify::slot;
use mesh_report::Span;
use mesh_resolve::hir::{self, Function};

impl<'e> Infer<'e> {
    /// The function at hand runs something of this process.
    pub fn runs(&mut self, process: Ty, span: Span) {
        let head = self.u.shallow(process);
        if head == self.u.shallow(self.cx.process) {
            return;
        }
        if as_var(head).is_some() && !self.is_shared(head) {
            // Fresh from a scheme: nothing else can want it to be `none`.
            self.u.here = Some(span);
            let _ = self.u.unify(self.cx.process, process);
            return;
        }
        self.fits(process, self.cx.process, span);
    }

    /// Whether the process is that of a function of the group, which others run too.
    fn is_shared(&mut self, process: Ty) -> bool {
        for i in 0..self.members.len() {
            if self.u.shallow(self.members[i].process) == process {
                return true;
            }
        }
        false
    }

    /// `p` is `none`, or the same as `q`.
    pub fn fits(&mut self, p: Ty, q: Ty, span: Span) {
        if p == q {
            return;
        }
        let at = self.add_constraint(Constraint::Fits(p, q, span));
        self.attempt(at);
    }

    pub fn attempt_fits(&mut self, p: Ty, q: Ty, span: Span, at: usize) -> Option<(Ty, Ty)> {
        let (a, b) = (self.u.shallow(p), self.u.shallow(q));
        match (a.kind(), b.kind()) {
            _ if a == b => None,
            (TyKind::NoProcess | TyKind::Error, _) | (_, TyKind::Error) => None,
            (TyKind::Var(_), TyKind::NoProcess) => {
                self.u.here = Some(span);
                let _ = self.u.unify(p, q);
                None
            }
            (TyKind::Var(_), _) => {
                self.u.watch(as_var(a)?, at as u32);
                if let Some(v) = as_var(b) {
                    self.u.watch(v, at as u32);
                }
                Some((p, q))
            }
            _ => {
                self.same_process(p, q, span);
                None
            }
        }
    }

    fn same_process(&mut self, p: Ty, q: Ty, span: Span) {
        self.u.here = Some(span);
        if let Err(clash) = self.u.unify(q, p) {
            let (have, want) = (self.u.shallow(p), self.u.shallow(q));
            if matches!(want.kind(), TyKind::NoProcess) || matches!(want.kind(), TyKind::Param(_)) {
                let any = matches!(want.kind(), TyKind::Param(_));
                self.report(UsesMailbox { span, any });
                return;
            }
            let texts = self.show_all(&[clash.expected, clash.found]);
            let decided = self.u.decided_at(clash.expected);
            let _ = have;
            self.report(ProcessMismatch {
                expected: texts[0].clone(),
                found: texts[1].clone(),
                span,
                decided,
            });
        }
    }

    /// What is left when the group is complete: first what demands `none` has spread, then the rest
    /// is made equal.
    pub fn settle_processes(&mut self) {
        self.solve();
        for at in 0..self.constraints.len() {
            if let Some((Constraint::Fits(p, q, span), cx)) = &self.constraints[at] {
                let (p, q, span, cx) = (*p, *q, *span, *cx);
                self.constraints[at] = None;
                self.at(cx, |infer| infer.same_process(p, q, span));
                self.solve();
            }
        }
    }

    /// The message and reply types of the process at hand, which uses its mailbox.
    fn own_process(&mut self, span: Span) -> Option<(Ty, Ty)> {
        let process = self.u.shallow(self.cx.process);
        match process.kind() {
            TyKind::Process(m, r) => return Some((*m, *r)),
            TyKind::Error => return None,
            _ => {}
        }
        let (m, r) = (self.fresh(), self.fresh());
        let made = Ty::new(TyKind::Process(m, r));
        self.u.here = Some(span);
        if self.u.unify(self.cx.process, made).is_err() {
            let any = matches!(process.kind(), TyKind::Param(_));
            self.report(UsesMailbox { span, any });
            return None;
        }
        Some((m, r))
    }

    pub fn self_pid(&mut self, span: Span) -> thir::Expr {
        match self.own_process(span) {
            Some((m, r)) => {
                let ty = self.env.lang("pid", vec![m, r]);
                self.make(ExprKind::SelfPid, ty, span)
            }
            None => self.error_expr(span),
        }
    }

    pub fn receive(
        &mut self,
        arms: &'e [hir::ReceiveArm],
        after: Option<&'e hir::After>,
        span: Span,
        want: Want,
    ) -> thir::Expr {
        let (message, _) = self
            .own_process(span)
            .unwrap_or_else(|| (Ty::error(), Ty::error()));
        let signal = self.env.lang("signal", Vec::new());
        let (ty, mut why) = want.unwrap_or_else(|| (self.fresh(), Why::Plain));
        let mut made = Vec::with_capacity(arms.len());
        let mut matched = Why::Plain;
        for arm in arms {
            let arm_made = if arm.signal {
                self.signal_arm(&arm.arm, signal, ty, why)
            } else {
                self.u.mark(message, slot::RECEIVED);
                let at = &mut self.members[self.cx.member].received_at;
                *at = at.or(Some(arm.arm.pat.span));
                self.arm(&arm.arm, message, matched, ty, why)
            };
            if !arm.signal && matches!(matched, Why::Plain) {
                matched = Why::Sibling(arm.arm.pat.span, "an earlier pattern of this `receive`");
            }
            if matches!(why, Why::Plain) {
                why = Why::Sibling(super::closure::last_span(&arm.arm.body), "the first arm");
            }
            made.push(thir::ReceiveArm {
                signal: arm.signal,
                arm: arm_made,
            });
        }
        let after = after.map(|after| {
            let timeout = self.timeout(&after.timeout);
            let body = self.check(&after.body, ty, why);
            Box::new((timeout, body))
        });
        self.make(ExprKind::Receive { arms: made, after }, ty, span)
    }

    /// `signal Down(m, reason)` leaves out who it was.
    fn signal_arm(&mut self, arm: &'e hir::Arm, signal: Ty, ty: Ty, why: Why) -> thir::Arm {
        self.arm(arm, signal, Why::Plain, ty, why)
    }

    /// Milliseconds, or a `Duration`.
    fn timeout(&mut self, e: &'e hir::Expr) -> thir::Expr {
        let made = self.infer(e);
        let duration = self.env.lang("duration", Vec::new());
        if !duration.is_error() && self.head(made.ty) == duration {
            return made;
        }
        self.coerce_expr(
            made,
            self.lang.int,
            Why::Fixed("a timeout is in milliseconds"),
        )
    }

    pub fn spawn(
        &mut self,
        callee: &'e hir::Expr,
        args: &'e [hir::Expr],
        link: bool,
        span: Span,
    ) -> thir::Expr {
        let name = match &callee.kind {
            hir::ExprKind::Fn(id) => Some(*id),
            _ => None,
        };
        let made = self.infer(callee);
        let head = self.head(made.ty);
        let TyKind::Fn(f) = head.kind() else {
            let known: Vec<thir::Expr> = args.iter().map(|arg| self.infer(arg)).collect();
            if as_var(head).is_none() {
                if !head.is_error() {
                    let ty = self.show(head);
                    self.report(NotAFunction {
                        ty,
                        span: made.span,
                        decided: self.u.decided_at(made.ty),
                        spawned: matches!(callee.kind, hir::ExprKind::Call { .. }),
                    });
                }
                return self.error_expr(span);
            }
            let (result, process) = (self.fresh(), self.u.fresh_process());
            let ty = Ty::func(known.iter().map(|e| e.ty).collect(), result, process);
            self.unify(made.ty, ty, made.span, Why::Plain);
            return self.spawned(made, known, process, link, span);
        };
        if f.params.len() != args.len() {
            self.report(WrongArgumentCount {
                what: "the spawned function".into(),
                expected: f.params.len(),
                found: args.len(),
                span,
                declared: name.map(|id| self.env.function(id).name_span),
                closure: false,
                hint: None,
            });
            return self.error_expr(span);
        }
        let checked = args
            .iter()
            .zip(&f.params)
            .enumerate()
            .map(|(i, (arg, &ty))| {
                let why = name.map_or(Why::Plain, |id| Why::Param(id, i as u32));
                self.check(arg, ty, why)
            })
            .collect();
        self.spawned(made, checked, f.process, link, span)
    }

    fn spawned(
        &mut self,
        callee: thir::Expr,
        args: Vec<thir::Expr>,
        process: Ty,
        link: bool,
        span: Span,
    ) -> thir::Expr {
        let never = self.lang.never;
        let (m, r) = match self.u.shallow(process).kind() {
            TyKind::Process(m, r) => (*m, *r),
            TyKind::NoProcess => (never, never),
            TyKind::Error => (Ty::error(), Ty::error()),
            _ => {
                let (m, r) = (self.fresh(), self.fresh());
                let made = Ty::new(TyKind::Process(m, r));
                self.unify(made, process, span, Why::Plain);
                (m, r)
            }
        };
        self.spawn_spans.push(span);
        for (slot, reply) in [(m, false), (r, true)] {
            self.spawns.push(SpawnSite { slot, reply, span });
        }
        let ty = self.env.lang("pid", vec![m, r]);
        let kind = ExprKind::Spawn {
            callee: Box::new(callee),
            args,
            link,
        };
        self.make(kind, ty, span)
    }

    /// Remembers a call that sends: when the group is complete, its pid must take messages.
    pub fn mail_site(&mut self, function: &Function, instance: &Instance, span: Span) {
        let call = match function.lang.as_deref() {
            Some("send") => false,
            Some("call" | "try_call") => true,
            Some("whereis") => {
                self.named_pid(instance.result, span);
                return;
            }
            _ => return,
        };
        let Some(&pid) = instance.params.first() else {
            return;
        };
        if let TyKind::Con(_, args) = self.u.shallow(pid).kind()
            && let [message, reply] = args.as_slice()
        {
            self.mails.push(MailSite {
                message: *message,
                reply: *reply,
                span,
                call,
            });
        }
    }

    /// The message type of a pid got by name must be known: the name remembers it.
    fn named_pid(&mut self, option: Ty, span: Span) {
        if let TyKind::Con(_, args) = self.u.shallow(option).kind()
            && let Some(&pid) = args.first()
            && let TyKind::Con(_, args) = self.u.shallow(pid).kind()
            && let Some(&message) = args.first()
        {
            self.named_pids.push((message, span));
        }
    }

    /// Reports pids got by name whose message type nothing determines.
    pub fn settle_named_pids(&mut self) {
        for (message, span) in std::mem::take(&mut self.named_pids) {
            if as_var(self.u.shallow(message)).is_some() {
                let interface = "whereis".to_string();
                self.report(crate::diagnostics::Undetermined {
                    interface,
                    span,
                    shape: "Pid<T>?",
                });
            }
        }
    }

    /// Where a name was not found, a `receive` or `reply` may be what is missing, and nobody is told that there is none.
    pub fn settle_unsound(&mut self) {
        for i in 0..self.members.len() {
            if !self.members[i].unsound {
                continue;
            }
            let process = self.u.shallow(self.members[i].process);
            let parts = match process.kind() {
                TyKind::Process(m, r) => vec![*m, *r],
                _ => vec![process],
            };
            for part in parts {
                if as_var(self.u.shallow(part)).is_some() {
                    let _ = self.u.unify(part, Ty::error());
                }
            }
        }
    }

    /// Decides which spawned message and reply types are `Never`: those that no parameter of the
    /// group's functions mentions and that nothing receives or replies to.
    pub fn settle_spawns(&mut self) {
        let open = self.parameter_vars();
        let open_slots = self.parameter_slots();
        let never = self.lang.never;
        let mut dead: Vec<(SpawnSite, Ty)> = Vec::new();
        for site in std::mem::take(&mut self.spawns) {
            let marks = self.u.marks(site.slot);
            let needed = if site.reply {
                slot::REPLIED
            } else {
                slot::RECEIVED
            };
            if marks & (needed | slot::DECLARED) != 0 {
                continue;
            }
            let head = self.u.shallow(site.slot);
            let of_parameter = self
                .u
                .slot_of(site.slot)
                .is_some_and(|s| open_slots.contains(&s));
            match head.kind() {
                TyKind::Var(v) if open.contains(v) => {
                    let mark = if site.reply {
                        slot::SPAWNED_REPLY
                    } else {
                        slot::SPAWNED_MESSAGE
                    };
                    self.u.mark(head, mark);
                }
                TyKind::Var(_) if site.reply && self.is_awaited(head) => dead.push((site, head)),
                TyKind::Var(_) => {
                    self.u.here = Some(site.span);
                    let _ = self.u.unify(site.slot, never);
                }
                TyKind::Param(_) | TyKind::Error => {}
                _ if of_parameter => {}
                _ if head == never => {}
                _ => dead.push((site, head)),
            }
        }
        for (site, head) in dead {
            self.report_dead(site);
            if as_var(head).is_some() {
                // What waits for the reply has been told, and what becomes of the reply follows from that.
                let _ = self.u.unify(head, Ty::error());
            }
        }
        for site in std::mem::take(&mut self.mails) {
            self.check_mail(site);
        }
    }

    /// Whether a call in this group waits for a reply of this type, which nothing has decided.
    fn is_awaited(&mut self, reply: Ty) -> bool {
        let calls = self.mails.iter().filter(|mail| mail.call);
        let awaited: Vec<Ty> = calls.map(|mail| mail.reply).collect();
        awaited.iter().any(|&ty| self.u.shallow(ty) == reply)
    }

    /// A send or call has given a type to what the actor does not use: that one is the error.
    fn report_dead(&mut self, site: SpawnSite) {
        let root = self.u.root(site.slot);
        for mail in self.mails.clone() {
            let at = if site.reply { mail.reply } else { mail.message };
            if root.is_some() && self.u.root(at) == root && (mail.call || !site.reply) {
                if site.reply {
                    self.report(NeverReplies {
                        span: mail.span,
                        spawned: Some(site.span),
                        service: None,
                    });
                } else {
                    self.report(NeverReceives {
                        span: mail.span,
                        spawned: Some(site.span),
                    });
                }
                self.mails.retain(|m| m.span != mail.span);
                return;
            }
        }
    }

    fn check_mail(&mut self, mail: MailSite) {
        let never = self.lang.never;
        if self.u.shallow(mail.message) == never {
            self.report(NeverReceives {
                span: mail.span,
                spawned: self.spawned_at(mail.message),
            });
        } else if mail.call && self.u.shallow(mail.reply) == never {
            let service = self.service_of(mail.message);
            self.report(NeverReplies {
                span: mail.span,
                spawned: self.spawned_at(mail.reply),
                service,
            });
        }
    }

    /// The service whose messages these are: their type is named after it.
    fn service_of(&mut self, message: Ty) -> Option<String> {
        let TyKind::Con(id, _) = self.u.shallow(message).kind() else {
            return None;
        };
        let (service, _) = self.env.type_def(*id).name.split_once('.')?;
        Some(service.to_string())
    }

    /// The spawn that made a type `Never`.
    fn spawned_at(&self, ty: Ty) -> Option<Span> {
        let at = self.u.decided_at(ty)?;
        self.spawn_spans.contains(&at).then_some(at)
    }

    /// Variables that the parameters of the group's functions mention.
    fn parameter_vars(&mut self) -> Vec<VarId> {
        let mut vars = Vec::new();
        for i in 0..self.members.len() {
            for ty in self.members[i].params.clone() {
                self.u.free_vars(ty, &mut vars);
            }
        }
        vars
    }

    /// Slots of the processes of functions that are parameters.
    fn parameter_slots(&mut self) -> Vec<u32> {
        let mut slots = Vec::new();
        for i in 0..self.members.len() {
            for ty in self.members[i].params.clone() {
                self.slots_in(ty, &mut slots);
            }
        }
        slots
    }

    fn slots_in(&mut self, ty: Ty, out: &mut Vec<u32>) {
        let ty = self.u.shallow(ty);
        if let TyKind::Process(m, r) = ty.kind() {
            out.extend(self.u.slot_of(*m));
            out.extend(self.u.slot_of(*r));
        }
        ty.each_part(|part| self.slots_in(part, out));
    }
}
