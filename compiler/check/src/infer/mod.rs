//! Inference of one group of mutually recursive functions: expressions become typed ones with
//! variables in them, what cannot be decided yet becomes a constraint, and when the group is
//! complete the rest is generalised, defaulted or reported.

mod arity;
mod call;
mod closure;
mod construct;
mod control;
mod expr;
mod finish;
mod generalise;
mod group;
mod instantiate;
mod member;
mod method;
mod ops;
mod order;
mod pat;
mod process;
mod question;
mod report;
mod signature;
mod solve;
mod stmt;

pub use arity::declared as declared_arity;
pub use group::infer_group;

use crate::env::Env;
use crate::impls::Requirement;
use crate::program::Obligation;
use crate::scheme::SchemeParam;
use crate::thir;
use crate::ty::{Ty, TyKind, VarId};
use crate::unify::Unifier;
use mesh_report::{Diagnostic, Span};
use mesh_resolve::hir::{self, FnId, LocalId, ModuleId, ParamId, World};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use solve::Constraint;
use std::rc::Rc;

/// Bits of a parameter's id that a member of a group uses for its own; above stands the member.
const MEMBER_SHIFT: u32 = 20;
/// Inferred parameters of a group are numbered from here on.
const GROUP_INFERRED: u32 = crate::scheme::INFERRED + 1024;
/// Stack kept free before another level of expression is entered, and the size of the next piece.
const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

/// Infers groups on demand: a method call may reach a function no name refers to.
pub trait Demand {
    /// Tries to make the scheme of a function known; whether it may be used where the demand comes from, which must
    /// not depend on what other threads have done by now.
    fn ensure(&self, id: FnId) -> bool;
}

/// A function of the group.
pub struct Member {
    pub id: FnId,
    pub params: Vec<Ty>,
    pub result: Ty,
    pub process: Ty,
    pub declared: Vec<SchemeParam>,
    /// Its types are all written, so that it can be used at several within its group.
    pub typed: bool,
    /// Where its locals begin.
    pub base: u32,
    pub clauses: Vec<thir::Clause>,
    /// Bounds that hold in its body, as declared.
    pub bounds: Vec<Requirement>,
    /// Replaces its parameters by the unique ones used while inferring.
    pub shift: u32,
    /// How many locals without names it has.
    pub temps: usize,
    /// The first pattern of a `receive` in it.
    pub received_at: Option<Span>,
    /// A name in it was not found, so that what it receives and replies to is not known.
    pub unsound: bool,
    /// An impl's or interface's method, whose generics end with its process.
    pub method: bool,
}

/// What a local stands for.
#[derive(Clone)]
pub struct LocalVar {
    pub ty: Ty,
    pub scheme: Option<Rc<LocalScheme>>,
}

/// The type of a generalised `let` or local function.
pub struct LocalScheme {
    pub params: Vec<(ParamId, u8, bool)>,
    pub bounds: Vec<Requirement>,
}

/// Where inference stands.
#[derive(Clone, Copy)]
pub struct Cx {
    pub module: ModuleId,
    /// Index of the function in the group.
    pub member: usize,
    /// What `return` and the body give.
    pub ret: Ty,
    /// Where the result type was written.
    pub ret_span: Option<Span>,
    pub process: Ty,
}

/// A use of `?` whose conversion waits for both error types.
pub struct TrySite {
    pub from: Ty,
    pub to: Ty,
    pub span: Span,
    pub hole: u32,
}

/// The message or reply type of a spawned process, which becomes `Never` when the group is complete
/// and nothing uses it.
#[derive(Clone, Copy)]
pub struct SpawnSite {
    /// As it stands in the `Process` type.
    pub slot: Ty,
    pub reply: bool,
    pub span: Span,
}

/// A `send`, `call` or the like.
#[derive(Clone, Copy)]
pub struct MailSite {
    pub message: Ty,
    pub reply: Ty,
    pub span: Span,
    /// It waits for an answer.
    pub call: bool,
}

/// Why a type is expected, for the second label.
#[derive(Clone, Copy)]
pub enum Why {
    Plain,
    /// Written there.
    Declared(Span),
    /// A declared result.
    Result(Span),
    /// What the `init` of a service gives.
    Initial(Span),
    /// A parameter of the function.
    Param(FnId, u32),
    /// A field or payload.
    Field(Span),
    /// What another branch, arm or element gave.
    Sibling(Span, &'static str),
    /// The left side of an operator.
    Operand(Span, &'static str),
    Condition,
    /// The value the pattern is matched against.
    Matched(Span),
    /// A part of syntax has a fixed type.
    Fixed(&'static str),
}

/// Frequent types.
#[derive(Clone, Copy)]
pub struct Lang {
    pub int: Ty,
    pub float: Ty,
    pub bool: Ty,
    pub string: Ty,
    pub atom: Ty,
    pub unit: Ty,
    pub never: Ty,
}

/// The state of inference of one group.
pub struct Infer<'e> {
    pub env: &'e Env,
    pub world: &'e World,
    pub demand: &'e dyn Demand,
    pub u: Unifier,
    pub diagnostics: Vec<Diagnostic>,
    pub members: Vec<Member>,
    pub by_id: FxHashMap<FnId, usize>,
    pub locals: Vec<LocalVar>,
    pub givens: Vec<Requirement>,
    /// Names of parameters, for messages.
    pub generics: Vec<hir::GenericParam>,
    pub constraints: Vec<Option<(Constraint<'e>, Cx)>>,
    /// Obligations taken for granted because they are being answered.
    pub assumed: FxHashSet<Obligation>,
    /// Expressions that are made later.
    pub holes: Vec<Option<thir::Expr>>,
    pub tries: Vec<TrySite>,
    pub spawns: Vec<SpawnSite>,
    pub mails: Vec<MailSite>,
    /// Message types of pids got by name.
    pub named_pids: Vec<(Ty, Span)>,
    /// Where actors are started.
    pub spawn_spans: Vec<Span>,
    /// Uses of a member within the group: who, what it used, at which types.
    pub uses: Vec<(usize, usize, Vec<Ty>, Span)>,
    pub next_param: u32,
    pub cx: Cx,
    pub lang: Lang,
    /// Generics of generalised locals, for references from within.
    pub local_generics: FxHashMap<u32, Vec<ParamId>>,
    /// Locals without names: their function and type.
    pub temps: Vec<(usize, Ty)>,
    /// Error types that the first `?` decided, and where it stands.
    pub question_decided: Vec<(Ty, Span)>,
    /// A `let` that holds unchecked closures is not generalised.
    pub unchecked: u32,
    /// Bounds of the group's inferred parameters.
    pub bounds: Vec<Requirement>,
    /// Goals whose failure has been reported, by place.
    pub reported: FxHashSet<(Span, Obligation)>,
    /// Inferred parameters of the group.
    pub inferred: Vec<SchemeParam>,
    /// Parameters that must turn out to take closures.
    pub last_params: Vec<order::LastParam<'e>>,
}

impl<'e> Infer<'e> {
    pub fn fresh(&mut self) -> Ty {
        self.u.fresh()
    }

    /// What a local stands for.
    pub fn local(&mut self, id: LocalId) -> &mut LocalVar {
        let at = self.members[self.cx.member].base + id.0;
        &mut self.locals[at as usize]
    }

    /// The head of a type, after everything that has become decidable is decided.
    pub fn head(&mut self, ty: Ty) -> Ty {
        self.solve();
        self.u.shallow(ty)
    }

    pub fn option(&self, inner: Ty) -> Ty {
        self.env.lang("option", vec![inner])
    }

    pub fn list(&self, item: Ty) -> Ty {
        self.env.lang("list", vec![item])
    }

    /// Whether a declared type is the one syntax knows by this name.
    pub fn is_lang(&self, id: hir::TypeId, name: &str) -> bool {
        self.world.lang.types.get(name) == Some(&id)
    }

    /// An expression of this type at this place.
    pub fn make(&self, kind: thir::ExprKind, ty: Ty, span: Span) -> thir::Expr {
        thir::Expr { kind, ty, span }
    }

    /// An expression that stands where an error has been reported.
    pub fn error_expr(&self, span: Span) -> thir::Expr {
        self.make(thir::ExprKind::Lit(thir::Lit::Unit), Ty::error(), span)
    }

    /// A place for an expression that is made later.
    pub fn hole(&mut self) -> u32 {
        self.holes.push(None);
        self.holes.len() as u32 - 1
    }

    pub fn report(&mut self, diagnostic: impl Into<Diagnostic>) {
        self.diagnostics.push(diagnostic.into());
    }

    /// A new parameter for a generalised variable.
    pub fn new_param(&mut self) -> ParamId {
        self.next_param += 1;
        ParamId(self.next_param - 1)
    }

    /// `ty` with the parameters of the current function replaced by its unique ones.
    pub fn shifted(&self, ty: Ty) -> Ty {
        shift(ty, self.members[self.cx.member].shift)
    }

    /// The type as a user writes it.
    pub fn show(&self, ty: Ty) -> String {
        self.show_all(&[ty]).pop().unwrap_or_default()
    }

    /// Types in one message, whose unknown parts share names.
    pub fn show_all(&self, types: &[Ty]) -> Vec<String> {
        let resolve = |ty: Ty| self.u.peek(ty);
        let mut namer = crate::show::Namer::new(self.world, &self.generics, &resolve);
        types.iter().map(|&ty| namer.show(ty)).collect()
    }

    /// Makes the types equal or reports `found` at `span`.
    pub fn unify(&mut self, expected: Ty, found: Ty, span: Span, why: Why) -> bool {
        self.u.here = Some(span);
        match self.u.unify(expected, found) {
            Ok(()) => true,
            Err(clash) => {
                self.report_clash(expected, found, clash, span, why);
                false
            }
        }
    }

    /// Lets a value of type `found` stand where `expected` is wanted: equal types, but a function's
    /// process only has to fit.
    pub fn coerce(&mut self, expected: Ty, found: Ty, span: Span, why: Why) -> bool {
        if !matches!(self.u.peek(found).kind(), TyKind::Fn(_)) {
            return self.unify(expected, found, span, why);
        }
        let (e, f) = (self.u.shallow(expected), self.u.shallow(found));
        if let (TyKind::Fn(want), TyKind::Fn(have)) = (e.kind(), f.kind())
            && want.params.len() == have.params.len()
        {
            self.u.here = Some(span);
            for (&w, &h) in want.params.iter().zip(&have.params) {
                if let Err(clash) = self.u.unify(w, h) {
                    self.report_clash(expected, found, clash, span, why);
                    return false;
                }
            }
            if let Err(clash) = self.u.unify(want.result, have.result) {
                self.report_clash(expected, found, clash, span, why);
                return false;
            }
            self.fits(have.process, want.process, span);
            return true;
        }
        self.unify(expected, found, span, why)
    }

    /// Makes an expression fit a type, after the fact.
    pub fn coerce_expr(&mut self, e: thir::Expr, expected: Ty, why: Why) -> thir::Expr {
        if !self.coerce(expected, e.ty, e.span, why) {
            return self.error_expr(e.span);
        }
        e
    }
}

/// Moves declared parameters out of the way of other functions' ones.
pub fn shift(ty: Ty, by: u32) -> Ty {
    if by == 0 || !ty.has_param() {
        return ty;
    }
    if let TyKind::Param(id) = ty.kind() {
        return Ty::param(ParamId(id.0 + by));
    }
    ty.map_parts(|part| shift(part, by))
}

/// Undoes [`shift`].
pub fn unshift(ty: Ty) -> Ty {
    if !ty.has_param() {
        return ty;
    }
    if let TyKind::Param(id) = ty.kind() {
        return Ty::param(ParamId(id.0 & ((1 << MEMBER_SHIFT) - 1)));
    }
    ty.map_parts(unshift)
}

/// Replaces the types of a requirement.
pub fn map_requirement(req: &Requirement, mut map: impl FnMut(Ty) -> Ty) -> Requirement {
    Requirement {
        obligation: Obligation {
            interface: req.obligation.interface,
            args: req.obligation.args.iter().map(|&ty| map(ty)).collect(),
        },
        assoc: req
            .assoc
            .iter()
            .map(|(name, ty)| (name.clone(), map(*ty)))
            .collect(),
        span: req.span,
    }
}

/// The variable a type is, if it is one.
pub fn as_var(ty: Ty) -> Option<VarId> {
    match ty.kind() {
        TyKind::Var(v) => Some(*v),
        _ => None,
    }
}

/// A name with the arguments that were written.
pub type Assoc = Vec<(SmolStr, Ty)>;
