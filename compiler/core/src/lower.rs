//! Lowers one typed body in one scope to a graph: names to values, control flow to blocks.
//!
//! An expression is lowered either for its value ([`Lowerer::value`], `None` where control does not
//! come back) or into a destination ([`Lowerer::lower_to`]): the function's result, where calls are tail
//! calls, or a block to go on in. Closures become functions of their own, lowered later.

mod actors;
mod analysis;
mod calls;
mod closures;
mod expr;
mod loops;
mod matching;
mod patterns;
#[cfg(test)]
mod tests;

pub use actors::spawned;
pub use analysis::Analysis;
pub use calls::{emit, emit_tail};
pub use closures::{LocalForm, LocalJob, LocalKey};

use crate::build::Builder;
use crate::ir::{self, Block, BlockId, Const, Op, Term, TyId, ValueId, ValueInfo};
use crate::specialise::{Callee, Scope, Specialiser, scope_of};
use mesh_check::thir::{Body, Clause};
use mesh_check::ty::Ty;
use mesh_report::{Span, bug};
use mesh_resolve::hir::{FnId, LocalId};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A lowered function's values and blocks.
pub type Graph = (Vec<ValueInfo>, Vec<Block>);

/// Where a value goes.
#[derive(Clone, Copy)]
pub enum Dest {
    /// It is what the function gives.
    Return,
    /// To a block with one parameter.
    Join(BlockId),
    /// Nowhere: control goes on in the block.
    Drop(BlockId),
}

/// Lowers one function.
pub struct Lowerer<'s, 'a> {
    sp: &'s mut Specialiser<'a>,
    body: &'a Body,
    analysis: Rc<Analysis<'a>>,
    scope: Scope,
    b: Builder,
    env: FxHashMap<LocalId, ValueId>,
    loops: Vec<loops::Loop>,
    /// In an arm of a `receive`: the call it answers.
    token: Option<actors::Token>,
    types: FxHashMap<Ty, TyId>,
    /// Whose body this is.
    function: ir::FnId,
}

/// An instance of a function item.
pub fn item(sp: &mut Specialiser<'_>, function: ir::FnId, id: FnId, args: &[Ty]) -> Graph {
    let Some(body) = sp.body(id) else {
        bug!(Span::DUMMY, "Core: a function without a body is lowered");
    };
    let scope = scope_of(&body.generics, args);
    let mut lowerer = Lowerer::new(sp, function, body, scope, body.span);
    let params = lowerer.params(&body.params);
    lowerer.clauses(&body.clauses, &params);
    lowerer.b.finish()
}

/// A closure or a local function.
pub fn local<'a>(sp: &mut Specialiser<'a>, function: ir::FnId, job: LocalJob<'a>) -> Graph {
    closures::lower(sp, function, job)
}

/// A closure that passes its parameters, and then its captures, on to `callee`.
pub fn wrapper(
    sp: &mut Specialiser<'_>,
    function: ir::FnId,
    callee: &Callee,
    params: &[TyId],
) -> Graph {
    let declared = &sp.program.functions[function.index()];
    let (result, span) = (declared.result, declared.span);
    let captures = match &declared.kind {
        ir::FnKind::Closure { captures } => captures.clone(),
        ir::FnKind::Direct => Vec::new(),
    };
    let mut b = Builder::new(span);
    let mut args: Vec<ValueId> = params
        .iter()
        .map(|&ty| b.param(BlockId(0), ty, None))
        .collect();
    for (index, ty) in captures.into_iter().enumerate() {
        args.push(b.push(Op::Capture(index as u32), ty));
    }
    let is_name = args.len() == params.len();
    calls::emit_tail(&mut b, sp, callee, args, result);
    let (values, mut blocks) = b.finish();
    // Where a function's name is a value, the call of it that stands here is nobody's.
    for block in &mut blocks {
        if is_name && matches!(block.term, ir::Term::TailCall { .. }) {
            block.term_place = ir::Place::NOWHERE;
        }
    }
    (values, blocks)
}

/// A closure that makes a variant of its parameters.
pub fn constructor(
    sp: &mut Specialiser<'_>,
    function: ir::FnId,
    variant: u32,
    params: &[TyId],
) -> Graph {
    let declared = &sp.program.functions[function.index()];
    let mut b = Builder::new(declared.span);
    let fields = params
        .iter()
        .map(|&ty| b.param(BlockId(0), ty, None))
        .collect();
    let made = b.push(Op::Construct { variant, fields }, declared.result);
    b.end(Term::Return(made));
    b.finish()
}

impl<'s, 'a> Lowerer<'s, 'a> {
    fn new(
        sp: &'s mut Specialiser<'a>,
        function: ir::FnId,
        body: &'a Body,
        scope: Scope,
        span: Span,
    ) -> Lowerer<'s, 'a> {
        let analysis = sp.analysis(body);
        Lowerer {
            sp,
            body,
            analysis,
            scope,
            b: Builder::new(span),
            env: FxHashMap::default(),
            loops: Vec::new(),
            token: None,
            types: FxHashMap::default(),
            function,
        }
    }

    /// The Core type of a type in this body.
    fn ty(&mut self, ty: Ty) -> TyId {
        if let Some(&known) = self.types.get(&ty) {
            return known;
        }
        let core = self.sp.ir_type(ty, &self.scope);
        self.types.insert(ty, core);
        core
    }

    /// The entry block's parameters.
    fn params(&mut self, types: &[Ty]) -> Vec<ValueId> {
        types
            .iter()
            .map(|&ty| {
                let ty = self.ty(ty);
                self.b.param(BlockId(0), ty, None)
            })
            .collect()
    }

    fn local_ty(&mut self, local: LocalId) -> TyId {
        let Some(info) = self.body.locals.get(local.0 as usize) else {
            bug!(self.b.span(), "Core: a variable is not declared");
        };
        let ty = info.ty;
        self.ty(ty)
    }

    /// Makes `value` what `local` means from here on.
    fn bind(&mut self, local: LocalId, value: ValueId) {
        if let Some(info) = self.body.locals.get(local.0 as usize) {
            self.b.name(value, &info.name);
        }
        self.env.insert(local, value);
    }

    fn lookup(&mut self, local: LocalId) -> ValueId {
        match self.env.get(&local) {
            Some(&value) => value,
            None => {
                let info = self.body.locals.get(local.0 as usize);
                let name = info.map_or("?", |info| &info.name);
                bug!(self.b.span(), "Core: `{name}` has no value here")
            }
        }
    }

    /// The clauses of a function or closure, tried in order on its parameters.
    fn clauses(&mut self, clauses: &'a [Clause], params: &[ValueId]) {
        if let [clause] = clauses
            && clause.guard.is_none()
            && self.bind_all(&clause.params, params)
        {
            return self.lower_to(&clause.body, Dest::Return);
        }
        self.match_clauses(clauses, params);
    }

    fn constant(&mut self, constant: Const) -> ValueId {
        let common = self.sp.common;
        let ty = match constant {
            Const::Int(_) => common.int,
            Const::Float(_) => common.float,
            Const::Bool(_) => common.bool,
            Const::String(_) => common.string,
            Const::Atom(_) => common.atom,
            Const::Unit => common.unit,
            Const::Bytes(_) => bug!(self.b.span(), "Core: a constant of bytes"),
        };
        self.b.push(Op::Const(constant), ty)
    }

    fn unit(&mut self) -> ValueId {
        self.constant(Const::Unit)
    }

    /// Ends the current block by giving `value` to `dest`.
    fn deliver(&mut self, value: ValueId, dest: Dest) {
        match dest {
            Dest::Return => self.b.end(Term::Return(value)),
            Dest::Join(block) => self.b.jump(block, vec![value]),
            Dest::Drop(block) => self.b.jump(block, Vec::new()),
        }
    }
}
