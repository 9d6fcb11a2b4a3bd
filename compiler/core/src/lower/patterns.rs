//! Patterns that always match, and the ways into the matching of those that may not.

use super::analysis::each_local;
use super::matching::{ArmState, Fail, Row, Tree};
use super::{Dest, Lowerer};
use crate::ir::{BlockId, ValueId};
use mesh_check::thir::{Arm, Clause, Expr, Pat, PatKind};
use mesh_check::ty::Ty;
use mesh_resolve::hir::{TypeDefKind, TypeId};

impl<'a> Lowerer<'_, 'a> {
    /// Whether values of the type are all of one variant.
    pub(super) fn has_one_variant(&self, ty: TypeId) -> bool {
        self.variant_count(ty) == 1
    }

    pub(super) fn variant_count(&self, ty: TypeId) -> usize {
        match &self.sp.type_def(ty).kind {
            TypeDefKind::Struct(_) => 1,
            TypeDefKind::Sum(variants) => variants.len(),
            TypeDefKind::Alias(_) | TypeDefKind::Extern => 0,
        }
    }

    /// Whether a pattern matches every value by its mere shape.
    fn always_matches(&self, pat: &Pat) -> bool {
        match &pat.kind {
            PatKind::Wild | PatKind::Bind(_) => true,
            PatKind::As { pat, .. } => self.always_matches(pat),
            PatKind::Tuple(items) => items.iter().all(|item| self.always_matches(item)),
            PatKind::Variant { ty, fields, .. } => {
                self.has_one_variant(*ty) && fields.iter().all(|field| self.always_matches(field))
            }
            _ => false,
        }
    }

    /// Binds what a pattern that always matches names.
    fn bind_pat(&mut self, pat: &'a Pat, value: ValueId) {
        match &pat.kind {
            PatKind::Bind(local) => self.bind(*local, value),
            PatKind::As { pat, local } => {
                self.bind(*local, value);
                self.bind_pat(pat, value);
            }
            PatKind::Tuple(items) | PatKind::Variant { fields: items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    if !matches!(item.kind, PatKind::Wild) {
                        let field = self.field(value, 0, index as u32);
                        self.bind_pat(item, field);
                    }
                }
            }
            _ => {}
        }
    }

    /// Binds patterns that always match; `false`, and nothing done, where one may not.
    pub(super) fn bind_all(&mut self, pats: &'a [Pat], values: &[ValueId]) -> bool {
        if !pats.iter().all(|pat| self.always_matches(pat)) {
            return false;
        }
        for (pat, &value) in pats.iter().zip(values) {
            self.bind_pat(pat, value);
        }
        true
    }

    /// `let pat = value [else els]`. Says whether control goes on behind it.
    pub(super) fn bind_or_else(
        &mut self,
        pat: &'a Pat,
        value: ValueId,
        els: Option<&'a Expr>,
    ) -> bool {
        if self.bind_all(std::slice::from_ref(pat), &[value]) {
            return true;
        }
        let Some(els) = els else {
            return self.bind_matching(pat, value, Fail::Unreachable);
        };
        let otherwise = self.b.block();
        let tree = self.single(pat, value, Fail::Goto(otherwise, Vec::new()));
        if self.b.switch_to(otherwise) && self.effect(els) {
            // The checker lets only expressions through that leave.
            self.b.end(crate::ir::Term::Unreachable);
        }
        self.enter_arm(&tree, 0)
    }

    /// As a `let`, but goes to `skip` where the pattern does not match.
    pub(super) fn bind_or_skip(
        &mut self,
        pat: &'a Pat,
        value: ValueId,
        skip: BlockId,
        args: &[ValueId],
    ) -> bool {
        self.bind_all(std::slice::from_ref(pat), &[value])
            || self.bind_matching(pat, value, Fail::Goto(skip, args.to_vec()))
    }

    fn bind_matching(&mut self, pat: &'a Pat, value: ValueId, fail: Fail) -> bool {
        let tree = self.single(pat, value, fail);
        self.enter_arm(&tree, 0)
    }

    fn single(&mut self, pat: &'a Pat, value: ValueId, fail: Fail) -> Tree<'a> {
        let mut tree = Tree::new(fail);
        let arm = self.arm_state(std::slice::from_ref(pat), None);
        tree.arms.push(arm);
        let row = Row::new(0, std::slice::from_ref(pat), &[value]);
        self.compile(&mut tree, vec![row]);
        tree
    }

    /// The block an arm's body stands in, with a parameter for each variable of its patterns.
    pub(super) fn arm_state(&mut self, pats: &'a [Pat], guard: Option<&'a Expr>) -> ArmState<'a> {
        let block = self.b.block();
        let mut locals = Vec::new();
        for pat in pats {
            each_local(pat, &mut |local| locals.push(local));
        }
        for &local in &locals {
            let ty = self.local_ty(local);
            self.b.param(block, ty, None);
        }
        ArmState {
            guard,
            block,
            locals,
        }
    }

    /// Goes on in an arm's body with its variables bound. Says whether the arm is reached.
    pub(super) fn enter_arm(&mut self, tree: &Tree<'a>, arm: usize) -> bool {
        let state = &tree.arms[arm];
        if !self.b.switch_to(state.block) {
            return false;
        }
        let values = self.b.params(state.block).to_vec();
        for (&local, value) in state.locals.iter().zip(values) {
            self.bind(local, value);
        }
        true
    }

    pub(super) fn match_arms(&mut self, value: ValueId, ty: Ty, arms: &'a [Arm], dest: Dest) {
        let guarded = arms.iter().any(|arm| arm.guard.is_some());
        let fail = if guarded {
            Fail::NoMatch(vec![(value, ty)])
        } else {
            Fail::Unreachable
        };
        let mut tree = Tree::new(fail);
        let mut rows = Vec::with_capacity(arms.len());
        for (index, arm) in arms.iter().enumerate() {
            let pats = std::slice::from_ref(&arm.pat);
            let state = self.arm_state(pats, arm.guard.as_ref());
            tree.arms.push(state);
            rows.push(Row::new(index, pats, &[value]));
        }
        self.compile(&mut tree, rows);
        for (index, arm) in arms.iter().enumerate() {
            if self.enter_arm(&tree, index) {
                self.lower_to(&arm.body, dest);
            }
        }
    }

    pub(super) fn match_clauses(&mut self, clauses: &'a [Clause], params: &[ValueId]) {
        let guarded = clauses.iter().any(|clause| clause.guard.is_some());
        let fail = match (guarded, clauses.first()) {
            (true, Some(first)) => {
                let types = first.params.iter().map(|pat| pat.ty);
                Fail::NoMatch(params.iter().copied().zip(types).collect())
            }
            _ => Fail::Unreachable,
        };
        let mut tree = Tree::new(fail);
        let mut rows = Vec::with_capacity(clauses.len());
        for (index, clause) in clauses.iter().enumerate() {
            let state = self.arm_state(&clause.params, clause.guard.as_ref());
            tree.arms.push(state);
            rows.push(Row::new(index, &clause.params, params));
        }
        self.compile(&mut tree, rows);
        for (index, clause) in clauses.iter().enumerate() {
            if self.enter_arm(&tree, index) {
                self.lower_to(&clause.body, Dest::Return);
            }
        }
    }
}
