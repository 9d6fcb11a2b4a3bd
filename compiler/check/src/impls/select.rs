//! Finding the impl for a type: for known types the one that applies, for types still being
//! inferred the ones that may.

use super::matching::{Bindings, matches, same};
use super::structural::ByStructure;
use super::table::{Head, ImplTable, Requirement};
use crate::program::{MethodInstance, Obligation, Selected};
use crate::ty::{Ty, TyKind, substitute};
use mesh_resolve::hir::{ImplId, ParamId};
use rustc_hash::FxHashMap;
use std::sync::RwLock;

/// How deep one search may go: language reference, "Interfaces".
pub const DEPTH: usize = 128;

/// Answers for types without variables, parameters or assumptions.
pub(super) type Memo = RwLock<FxHashMap<Obligation, Option<Selected>>>;

/// Why there is no impl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The innermost obligation nothing answers, from the outermost on.
    Missing(Vec<Obligation>),
    /// The search went deeper than [`DEPTH`]; its chain from the outermost on.
    TooDeep(Vec<Obligation>),
}

/// Impls that may answer an obligation with inference variables in it.
#[derive(Debug)]
pub enum Candidates {
    None,
    /// Exactly this impl can: instantiate its generics freshly, unify its arguments with the
    /// obligation's, take on its requirements.
    One(ImplId),
    /// By structure, if these hold.
    Structural(Vec<Obligation>),
    /// More must be known.
    Ambiguous,
}

/// The state of one search.
struct Search<'a> {
    table: &'a ImplTable,
    assumptions: &'a [Requirement],
    chain: Vec<Obligation>,
}

impl ImplTable {
    /// The impl of a type without variables or parameters.
    pub fn select(&self, obligation: &Obligation) -> Result<Selected, Failure> {
        let read = self.memo.read().unwrap_or_else(|e| e.into_inner());
        if let Some(Some(found)) = read.get(obligation) {
            return Ok(found.clone());
        }
        drop(read);
        let found = self.holds(obligation, &[]);
        if let Ok(selected) = &found {
            let mut memo = self.memo.write().unwrap_or_else(|e| e.into_inner());
            memo.insert(obligation.clone(), Some(selected.clone()));
        }
        found
    }

    /// The impl of a type that may mention parameters, of which only `assumptions` are known. A
    /// parameter's own bound counts as structural.
    pub fn holds(
        &self,
        obligation: &Obligation,
        assumptions: &[Requirement],
    ) -> Result<Selected, Failure> {
        Search {
            table: self,
            assumptions,
            chain: Vec::new(),
        }
        .solve(obligation)
    }

    /// What may answer an obligation some of whose types are not known yet. `shallow` sees through
    /// bound variables. Parameters in the obligation are answered by the caller's bounds first.
    pub fn candidates(&self, obligation: &Obligation, shallow: &dyn Fn(Ty) -> Ty) -> Candidates {
        let subject = shallow(obligation.args[0]);
        let fits = |head: &&Head| {
            let mut bindings = Bindings::new();
            head.args.len() == obligation.args.len()
                && head
                    .args
                    .iter()
                    .zip(&obligation.args)
                    .all(|(&p, &t)| matches(p, t, shallow, true, &mut bindings))
        };
        let unknown = matches!(subject.kind(), TyKind::Var(_) | TyKind::Proj { .. });
        let mut found = self
            .heads_for(obligation.interface, subject)
            .into_iter()
            .filter(fits);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Candidates::Ambiguous,
            // Another impl may come to fit a type that is not known.
            (_, None) if unknown => Candidates::Ambiguous,
            (Some(head), None) => Candidates::One(head.id),
            (None, _) => match self.shape(obligation.interface) {
                Some(shape) => match self.by_structure(obligation.interface, shape, subject) {
                    ByStructure::If(goals) => Candidates::Structural(goals),
                    ByStructure::No => Candidates::None,
                },
                None => Candidates::None,
            },
        }
    }

    /// `ty` with every projection whose impl is known replaced by what it stands for.
    pub fn normalize(&self, ty: Ty) -> Ty {
        self.normalize_under(ty, &[])
    }

    /// The same where parameters have these bounds.
    pub fn normalize_under(&self, ty: Ty, assumptions: &[Requirement]) -> Ty {
        if !ty.has_proj() {
            return ty;
        }
        let ty = ty.map_parts(|part| self.normalize_under(part, assumptions));
        let TyKind::Proj {
            interface,
            name,
            args,
        } = ty.kind()
        else {
            return ty;
        };
        let known = assumptions.iter().find_map(|known| {
            let same_goal =
                known.obligation.interface == *interface && known.obligation.args == *args;
            let (_, to) = known.assoc.iter().find(|(n, _)| same_goal && n == name)?;
            Some(*to)
        });
        if let Some(known) = known {
            return self.normalize_under(known, assumptions);
        }
        match self.holds(
            &Obligation {
                interface: *interface,
                args: args.clone(),
            },
            assumptions,
        ) {
            Ok(Selected::Impl { id, args }) => match self.assoc(id, &args, name) {
                Some(to) => self.normalize_under(to, assumptions),
                None => ty,
            },
            _ => ty,
        }
    }

    /// An obligation with its types normalised.
    pub fn normalized(&self, goal: &Obligation, assumptions: &[Requirement]) -> Obligation {
        let args = goal.args.iter();
        let args = args.map(|&arg| self.normalize_under(arg, assumptions));
        Obligation {
            interface: goal.interface,
            args: args.collect(),
        }
    }

    /// An impl's associated type, for these types of its generics.
    pub fn assoc(&self, id: ImplId, args: &[Ty], name: &str) -> Option<Ty> {
        let head = self.head(id);
        let map: Vec<(ParamId, Ty)> = head
            .generics
            .iter()
            .copied()
            .zip(args.iter().copied())
            .collect();
        head.assoc
            .iter()
            .find(|(n, _)| n == name)
            .map(|&(_, ty)| substitute(ty, &map))
    }

    /// The function that method number `method` is for `selected`, which answers `obligation`.
    pub fn method_instance(
        &self,
        selected: &Selected,
        obligation: &Obligation,
        method: u32,
        method_args: &[Ty],
    ) -> MethodInstance {
        let with = |args: &[Ty]| args.iter().chain(method_args).copied().collect();
        if let Selected::Impl { id, args } = selected
            && let Some(own) = self.head(*id).methods[method as usize]
        {
            return MethodInstance::Function {
                id: own,
                args: with(args),
            };
        }
        let interface = super::lower::interface_def(&self.world, obligation.interface);
        let id = interface.methods[method as usize];
        let declared = &self.world.modules[id.module.0 as usize].functions[id.index as usize];
        if declared.clauses.is_empty() {
            return MethodInstance::Structural;
        }
        MethodInstance::Function {
            id,
            args: with(&obligation.args),
        }
    }
}

impl Search<'_> {
    fn solve(&mut self, obligation: &Obligation) -> Result<Selected, Failure> {
        // A type that needs itself, as a recursive type does, has what its other parts have.
        if self.chain.contains(obligation) {
            return Ok(Selected::Structural);
        }
        self.chain.push(obligation.clone());
        if self.chain.len() > DEPTH {
            return Err(Failure::TooDeep(self.chain.clone()));
        }
        let found = self.solve_here(obligation);
        self.chain.pop();
        found
    }

    fn solve_here(&mut self, obligation: &Obligation) -> Result<Selected, Failure> {
        if self.assumed(obligation) {
            return Ok(Selected::Structural);
        }
        let mut failure = None;
        for head in self
            .table
            .heads_for(obligation.interface, obligation.args[0])
        {
            let Some(args) = self.match_head(head, obligation) else {
                continue;
            };
            match self.requirements(head, &args) {
                Ok(()) => return Ok(Selected::Impl { id: head.id, args }),
                Err(Failure::TooDeep(chain)) => return Err(Failure::TooDeep(chain)),
                Err(missing) => failure = failure.or(Some(missing)),
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let shape = self.table.shape(obligation.interface);
        if let Some(shape) = shape
            && let ByStructure::If(goals) =
                self.table
                    .by_structure(obligation.interface, shape, obligation.args[0])
        {
            for goal in goals {
                self.solve(&self.table.normalized(&goal, self.assumptions))?;
            }
            return Ok(Selected::Structural);
        }
        Err(Failure::Missing(self.chain.clone()))
    }

    fn assumed(&self, obligation: &Obligation) -> bool {
        self.assumptions
            .iter()
            .any(|known| self.implies(&known.obligation, obligation, 0))
    }

    /// Whether a bound is the obligation, or requires it.
    fn implies(&self, known: &Obligation, wanted: &Obligation, depth: usize) -> bool {
        if known == wanted {
            return true;
        }
        if depth > DEPTH {
            return false;
        }
        self.table.supers(known).iter().any(|above| {
            let above = &above.obligation;
            // To look behind projections may lead here again, so it is done only where it may decide.
            let behind = above.interface == wanted.interface
                && above.args.iter().any(|ty| ty.has_proj())
                && self.table.normalized(above, self.assumptions) == *wanted;
            behind || self.implies(above, wanted, depth + 1)
        })
    }

    fn match_head(&self, head: &Head, obligation: &Obligation) -> Option<Vec<Ty>> {
        let mut bindings = Bindings::new();
        let whole = |ty: Ty| ty;
        let fits = head.args.len() == obligation.args.len()
            && head
                .args
                .iter()
                .zip(&obligation.args)
                .all(|(&p, &t)| matches(p, t, &whole, false, &mut bindings));
        let bound = |id: &ParamId| {
            bindings
                .iter()
                .find(|(p, _)| p == id)
                .map_or_else(Ty::error, |&(_, ty)| ty)
        };
        fits.then(|| head.generics.iter().map(bound).collect())
    }

    fn requirements(&mut self, head: &Head, args: &[Ty]) -> Result<(), Failure> {
        let map: Vec<(ParamId, Ty)> = head
            .generics
            .iter()
            .copied()
            .zip(args.iter().copied())
            .collect();
        for requirement in &head.requirements {
            let wanted = &requirement.obligation;
            let goal = Obligation {
                interface: wanted.interface,
                args: wanted
                    .args
                    .iter()
                    .map(|&arg| substitute(arg, &map))
                    .collect(),
            };
            let goal = self.table.normalized(&goal, self.assumptions);
            self.solve(&goal)?;
            for (name, ty) in &requirement.assoc {
                let proj = TyKind::Proj {
                    interface: goal.interface,
                    name: name.clone(),
                    args: goal.args.clone(),
                };
                let actual = self.table.normalize_under(Ty::new(proj), self.assumptions);
                let expected = self
                    .table
                    .normalize_under(substitute(*ty, &map), self.assumptions);
                if !same(actual, expected, &|ty| ty, false) {
                    return Err(Failure::Missing(
                        self.chain.iter().cloned().chain([goal]).collect(),
                    ));
                }
            }
        }
        Ok(())
    }
}

impl ImplTable {
    /// What an interface requires of the type that has it.
    pub fn supers(&self, obligation: &Obligation) -> Vec<Requirement> {
        let def = super::lower::interface_def(&self.world, obligation.interface);
        let scope = super::lower::Scope {
            world: &self.world,
            self_ty: Some(obligation.args[0]),
            interface: None,
            generics: &def.generics,
            fill: None,
        };
        let map: Vec<(ParamId, Ty)> = def
            .generics
            .iter()
            .map(|g| g.id)
            .zip(obligation.args.iter().copied())
            .collect();
        let lower = |ty: &mesh_resolve::hir::Ty| substitute(scope.lower(ty), &map);
        let each = |bound: &mesh_resolve::hir::Bound| Requirement {
            obligation: Obligation {
                interface: bound.interface,
                args: std::iter::once(obligation.args[0])
                    .chain(bound.args.iter().map(lower))
                    .collect(),
            },
            assoc: bound
                .assoc
                .iter()
                .map(|(name, ty)| (name.clone(), lower(ty)))
                .collect(),
            span: bound.span,
        };
        def.supers.iter().map(each).collect()
    }
}
