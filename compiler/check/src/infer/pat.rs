//! Patterns: checked against the type of what they are matched with, binding locals.

use super::{Infer, LocalVar, Why};
use crate::diagnostics::{ConstructorArity, IntOutOfRange, PrivateFields, UnknownLabel};
use crate::thir::{self, PatKind};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir::{self, TypeId};

impl<'e> Infer<'e> {
    pub fn pat(&mut self, pat: &'e hir::Pat, ty: Ty, why: Why) -> thir::Pat {
        use hir::PatKind as H;
        let span = pat.span;
        let kind = match &pat.kind {
            H::Error | H::Wild => PatKind::Wild,
            H::Bind(id) => {
                self.bind(*id, ty);
                PatKind::Bind(*id)
            }
            H::Lit(lit) => {
                let (lit, lit_ty) = self.literal(lit);
                self.unify(ty, lit_ty, span, why);
                PatKind::Lit(lit)
            }
            H::IntOutOfRange(text) => {
                let literal = text.to_string();
                self.report(IntOutOfRange { literal, span });
                self.unify(ty, self.lang.int, span, why);
                PatKind::Wild
            }
            H::Ctor {
                ctors,
                fields,
                rest,
            } => return self.ctor_pat(ctors, fields, *rest, ty, why, span),
            H::Struct { ty: id, fields } => {
                if !self.fields_visible(*id) {
                    let ty = self.env.type_def(*id).name.to_string();
                    self.report(PrivateFields { ty, span });
                }
                return self.variant_pat(*id, 0, fields, true, ty, why, span);
            }
            H::Tuple(items) => self.tuple_pat(items, ty, why, span),
            H::List { items, rest } => {
                let item = self.list_item(ty, span, why);
                let items = items.iter().map(|p| self.pat(p, item, why)).collect();
                let rest = rest.as_ref().map(|p| {
                    let list = self.list(item);
                    Box::new(self.pat(p, list, why))
                });
                PatKind::List { items, rest }
            }
            H::Prefix { prefix, rest } => {
                let string = self.lang.string;
                self.unify(ty, string, span, why);
                let rest = Box::new(self.pat(rest, string, why));
                PatKind::Prefix {
                    prefix: prefix.clone(),
                    rest,
                }
            }
            H::Range {
                low,
                high,
                inclusive,
            } => {
                self.unify(ty, self.lang.int, span, why);
                int_range(low, high, *inclusive)
            }
            H::Or(alternatives) => {
                let made = alternatives.iter().map(|p| self.pat(p, ty, why)).collect();
                PatKind::Or(made)
            }
            H::As { pat, local } => {
                let inner = Box::new(self.pat(pat, ty, why));
                self.bind(*local, ty);
                PatKind::As {
                    pat: inner,
                    local: *local,
                }
            }
            H::Ascribe { pat, ty: written } => {
                let at = written.span;
                let written = self.written(written);
                self.unify(ty, written, at, why);
                return self.pat(pat, written, Why::Declared(at));
            }
        };
        thir::Pat { kind, ty, span }
    }

    /// Gives a local its type; in the second alternative of an or-pattern it must be the same.
    pub fn bind(&mut self, id: hir::LocalId, ty: Ty) {
        let known = self.local(id).ty;
        if !known.is_error() {
            let at = self.members[self.cx.member].id;
            let span = self.env.function(at).locals[id.0 as usize].span;
            self.unify(known, ty, span, Why::Plain);
            return;
        }
        *self.local(id) = LocalVar { ty, scheme: None };
    }

    fn list_item(&mut self, ty: Ty, span: Span, why: Why) -> Ty {
        if let TyKind::Con(id, args) = self.u.shallow(ty).kind()
            && self.is_lang(*id, "list")
        {
            return args[0];
        }
        let item = self.fresh();
        let list = self.list(item);
        self.unify(ty, list, span, why);
        item
    }

    fn tuple_pat(&mut self, items: &'e [hir::Pat], ty: Ty, why: Why, span: Span) -> PatKind {
        let parts = match self.u.shallow(ty).kind() {
            TyKind::Tuple(parts) if parts.len() == items.len() => parts.clone(),
            _ => {
                let parts: Vec<Ty> = items.iter().map(|_| self.fresh()).collect();
                let tuple = Ty::new(TyKind::Tuple(parts.clone()));
                if self.unify(ty, tuple, span, why) {
                    parts
                } else {
                    vec![Ty::error(); items.len()]
                }
            }
        };
        PatKind::Tuple(
            items
                .iter()
                .zip(parts)
                .map(|(item, part)| self.pat(item, part, why))
                .collect(),
        )
    }

    fn ctor_pat(
        &mut self,
        ctors: &[hir::CtorRef],
        fields: &'e [hir::FieldPat],
        rest: bool,
        ty: Ty,
        why: Why,
        span: Span,
    ) -> thir::Pat {
        match self.pick_ctor(ctors, Some(ty), span) {
            Some(ctor) => self.variant_pat(ctor.ty, ctor.variant, fields, rest, ty, why, span),
            None => {
                for field in fields {
                    self.pat(&field.pat, Ty::error(), Why::Plain);
                }
                self.wild(span)
            }
        }
    }

    fn wild(&self, span: Span) -> thir::Pat {
        thir::Pat {
            kind: PatKind::Wild,
            ty: Ty::error(),
            span,
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the facts of one pattern")]
    fn variant_pat(
        &mut self,
        id: TypeId,
        variant: u32,
        fields: &'e [hir::FieldPat],
        rest: bool,
        ty: Ty,
        why: Why,
        span: Span,
    ) -> thir::Pat {
        let (whole, args) = match self.u.shallow(ty).kind() {
            TyKind::Con(found, args) if *found == id => (ty, args.clone()),
            _ => self.fresh_con(id),
        };
        let fits = whole == ty || self.unify(ty, whole, span, why);
        let mut types = self.env.field_types(id, variant, &args);
        if !fits {
            types.fill(Ty::error());
        }
        let info = self.fields_of(id, variant);
        let mut slots: Vec<Option<thir::Pat>> = types.iter().map(|_| None).collect();
        for (i, field) in fields.iter().enumerate() {
            let at = match &field.name {
                None => Some(i).filter(|&i| i < types.len()),
                Some((name, _)) => info.iter().position(|f| f.name == *name),
            };
            let made = self.pat(
                &field.pat,
                at.map_or_else(Ty::error, |at| types[at]),
                Why::Plain,
            );
            match at {
                Some(at) if slots[at].is_some() => {
                    let name = field.name.as_ref();
                    self.report(UnknownLabel {
                        name: self.variant_name(id, variant),
                        label: info[at].name.to_string(),
                        span: name.map_or(field.pat.span, |(_, span)| *span),
                        known: Vec::new(),
                        given: true,
                    });
                }
                Some(at) => slots[at] = Some(made),
                None => self.unknown_label(id, variant, field),
            }
        }
        let named = fields.iter().any(|f| f.name.is_some());
        if !rest && !named && fields.len() != types.len() {
            self.report_arity(id, variant, fields.len(), span);
        }
        let filled = slots
            .into_iter()
            .zip(types)
            .map(|(slot, ty)| {
                slot.unwrap_or(thir::Pat {
                    kind: PatKind::Wild,
                    ty,
                    span,
                })
            })
            .collect();
        thir::Pat {
            kind: PatKind::Variant {
                ty: id,
                variant,
                fields: filled,
            },
            ty,
            span,
        }
    }

    fn unknown_label(&mut self, id: TypeId, variant: u32, field: &hir::FieldPat) {
        let Some((label, span)) = &field.name else {
            return;
        };
        let known = self
            .fields_of(id, variant)
            .iter()
            .map(|f| f.name.to_string())
            .collect();
        let name = self.variant_name(id, variant);
        self.report(UnknownLabel {
            name,
            label: label.to_string(),
            span: *span,
            known,
            given: false,
        });
    }

    /// Reports a constructor with a wrong number of fields.
    pub fn report_arity(&mut self, id: TypeId, variant: u32, found: usize, span: Span) {
        let name = self.variant_name(id, variant);
        let expected = self.fields_of(id, variant).len();
        let declared = match &self.env.type_def(id).kind {
            hir::TypeDefKind::Sum(variants) => variants[variant as usize].span,
            _ => self.env.type_def(id).name_span,
        };
        self.report(ConstructorArity {
            name,
            expected,
            found,
            span,
            declared,
        });
    }

    pub fn variant_name(&self, id: TypeId, variant: u32) -> String {
        let def = self.env.type_def(id);
        match &def.kind {
            hir::TypeDefKind::Sum(variants) => variants[variant as usize].name.to_string(),
            _ => def.name.to_string(),
        }
    }

    /// The declared fields of a variant.
    pub fn fields_of(&self, id: TypeId, variant: u32) -> &'e [hir::FieldDef] {
        let env = self.env;
        match &env.type_def(id).kind {
            hir::TypeDefKind::Struct(fields) => fields,
            hir::TypeDefKind::Sum(variants) => {
                variants.get(variant as usize).map_or(&[], |v| &v.fields)
            }
            _ => &[],
        }
    }
}

fn int_range(low: &hir::Lit, high: &hir::Lit, inclusive: bool) -> PatKind {
    let (hir::Lit::Int(low), hir::Lit::Int(high)) = (low, high) else {
        return PatKind::Wild;
    };
    let last = if inclusive {
        Some(*high)
    } else {
        high.checked_sub(1)
    };
    match last {
        Some(high) => PatKind::IntRange { low: *low, high },
        // Nothing is below the least integer.
        None => PatKind::IntRange { low: 1, high: 0 },
    }
}
