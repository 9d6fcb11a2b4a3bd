//! `Eq`, `Ord`, `Hash`, `Display` and `Debug` made from the structure of a type.
//!
//! One function for each method and type; parts are handled by whatever method they have, so a type
//! with its own impl inside is respected. The last part is a tail call where the method allows it. Types
//! that contain themselves have loops instead, see [`deep`].

mod compare;
mod deep;
mod show;

use crate::build::Builder;
use crate::ir::{self, BlockId, Const, Op, Target, Term, TyId, ValueId};
use crate::lower::{self, Graph};
use crate::specialise::{Callee, Declaration, Specialiser};
use mesh_check::ty::{Ty, TyKind};
use mesh_report::{Span, bug};
use mesh_resolve::hir::TypeDefKind;
use smol_str::SmolStr;

/// A method that a type may have by structure.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Method {
    Eq,
    Compare,
    Hash,
    Display,
    Debug,
}

impl Method {
    /// By the interface's `@lang` name and the method's.
    pub fn of(interface: &str, method: &str) -> Option<Method> {
        match (interface, method) {
            ("eq", "eq") => Some(Method::Eq),
            ("ord", "compare") => Some(Method::Compare),
            ("hash", "hash") => Some(Method::Hash),
            ("display", "to_string") => Some(Method::Display),
            ("debug", "inspect") => Some(Method::Debug),
            _ => None,
        }
    }

    /// The interface's `@lang` name and the method's.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Method::Eq => ("eq", "eq"),
            Method::Compare => ("ord", "compare"),
            Method::Hash => ("hash", "hash"),
            Method::Display => ("display", "to_string"),
            Method::Debug => ("debug", "inspect"),
        }
    }
}

/// A method for one concrete type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StructuralKey {
    pub method: Method,
    pub ty: Ty,
}

/// What a structural method's function is called and gives.
pub fn declaration(sp: &mut Specialiser<'_>, key: &StructuralKey) -> Declaration {
    let (interface, method) = key.method.names();
    let Some(&id) = sp.checked.world.lang.interfaces.get(interface) else {
        bug!(Span::DUMMY, "Core: std marks no interface `{interface}`");
    };
    let (module, span) = match key.ty.kind() {
        TyKind::Con(ty, _) => (ty.module, sp.type_def(*ty).span),
        _ => (id.module, Span::DUMMY),
    };
    let interface = &sp.checked.world.modules[id.module.0 as usize].interfaces[id.index as usize];
    let name: SmolStr = format!("{}.{method}", interface.name).into();
    let result = match key.method {
        Method::Eq => sp.common.bool,
        Method::Hash => sp.common.int,
        Method::Display | Method::Debug => sp.common.string,
        Method::Compare => ordering(sp),
    };
    Declaration {
        symbol: format!("{name}<{}>", sp.type_key(key.ty)).into(),
        name,
        unit: sp.unit(module),
        span,
        kind: ir::FnKind::Direct,
        result,
    }
}

/// The graph of a structural method.
pub fn generate(sp: &mut Specialiser<'_>, function: ir::FnId, key: &StructuralKey) -> Graph {
    let span = sp.program.functions[function.index()].span;
    let result = sp.program.functions[function.index()].result;
    let ty = sp.core_type(key.ty);
    let mut b = Builder::new(span);
    let first = b.param(BlockId(0), ty, Some("self".into()));
    let mut generator = Generator {
        variants: variants(sp, key.ty),
        sp,
        b,
        key: key.clone(),
        result,
        first,
    };
    let other = match key.method {
        Method::Eq | Method::Compare => {
            Some(generator.b.param(BlockId(0), ty, Some("other".into())))
        }
        Method::Hash | Method::Display | Method::Debug => None,
    };
    let cycle = deep::cycle(generator.sp, key.method, key.ty);
    match (key.method, other) {
        _ if !cycle.is_empty() => generator.deep(&cycle, other),
        (Method::Eq, Some(other)) => generator.equal(other),
        (Method::Compare, Some(other)) => generator.compare(other),
        (Method::Display | Method::Debug, _) => generator.show(),
        _ => generator.hash(),
    }
    generator.b.finish()
}

/// The type marked `@lang("ordering")`.
fn ordering(sp: &mut Specialiser<'_>) -> TyId {
    match sp.checked.world.lang.types.get("ordering") {
        Some(&id) => sp.core_type(Ty::con(id, Vec::new())),
        None => bug!(Span::DUMMY, "Core: std marks no type `ordering`"),
    }
}

/// A variant's name and the types of its fields.
struct Shape {
    name: SmolStr,
    fields: Vec<Ty>,
}

/// The variants of a struct, sum or tuple; none for anything else.
fn variants(sp: &mut Specialiser<'_>, ty: Ty) -> Vec<Shape> {
    match ty.kind() {
        TyKind::Tuple(items) => vec![Shape {
            name: SmolStr::default(),
            fields: items.clone(),
        }],
        TyKind::Con(id, args) => sp
            .fields_of(*id, args)
            .into_iter()
            .map(|variant| Shape {
                name: variant.name,
                fields: variant.fields.into_iter().map(|(_, ty)| ty).collect(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

struct Generator<'s, 'a> {
    sp: &'s mut Specialiser<'a>,
    b: Builder,
    key: StructuralKey,
    variants: Vec<Shape>,
    result: TyId,
    /// `self`
    first: ValueId,
}

impl Generator<'_, '_> {
    fn int(&mut self, value: i64) -> ValueId {
        self.b
            .push(Op::Const(Const::Int(value)), self.sp.common.int)
    }

    fn text(&mut self, text: &str) -> ValueId {
        self.b
            .push(Op::Const(Const::String(text.into())), self.sp.common.string)
    }

    fn bool(&mut self, value: bool) -> ValueId {
        self.b
            .push(Op::Const(Const::Bool(value)), self.sp.common.bool)
    }

    fn give(&mut self, value: ValueId) {
        self.b.end(Term::Return(value));
    }

    fn tag(&mut self, value: ValueId) -> ValueId {
        self.b.push(Op::Tag(value), self.sp.common.int)
    }

    fn field(&mut self, base: ValueId, variant: usize, field: usize, ty: Ty) -> ValueId {
        let ty = self.sp.core_type(ty);
        let op = Op::Field {
            base,
            variant: variant as u32,
            field: field as u32,
        };
        self.b.push(op, ty)
    }

    /// The same method for a part.
    fn method_for(&mut self, ty: Ty) -> Callee {
        let (interface, method) = self.key.method.names();
        let span = self.b.span();
        self.sp.lang_method(interface, method, ty, span)
    }

    fn call(&mut self, callee: &Callee, args: Vec<ValueId>) -> Option<ValueId> {
        lower::emit(&mut self.b, self.sp, callee, args, self.result)
    }

    fn tail_call(&mut self, callee: &Callee, args: Vec<ValueId>) {
        lower::emit_tail(&mut self.b, self.sp, callee, args, self.result);
    }

    fn has_one_variant(&self) -> bool {
        self.variants.len() == 1
    }

    /// Whether the type is a struct or sum; else it is a tuple or has no parts.
    fn is_declared(&self) -> bool {
        match self.key.ty.kind() {
            TyKind::Con(id, _) => !matches!(self.sp.type_def(*id).kind, TypeDefKind::Extern),
            _ => false,
        }
    }

    /// Calls `each` for every variant in `wanted`, in a block of its own, for a sum with tag `on`; what
    /// it leaves out goes to `default`.
    fn switch(
        &mut self,
        on: ValueId,
        wanted: &[usize],
        default: Option<BlockId>,
        mut each: impl FnMut(&mut Self, usize),
    ) {
        let blocks: Vec<BlockId> = wanted.iter().map(|_| self.b.block()).collect();
        let cases = wanted.iter().zip(&blocks);
        self.b.end(Term::Switch {
            on,
            cases: cases
                .map(|(&variant, &block)| (variant as i64, Target::plain(block)))
                .collect(),
            default: default.map(Target::plain),
        });
        for (&variant, block) in wanted.iter().zip(blocks) {
            self.b.switch_to(block);
            each(self, variant);
        }
    }
}
