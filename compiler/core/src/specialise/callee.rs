//! What a call calls: forwards followed, impls selected, natives and intrinsics found.

use super::{Boxing, Scope, Specialiser, scope_of};
use crate::intrinsics::{self, Intrinsic, TypeFact};
use crate::ir;
use crate::structural::{Method, StructuralKey};
use mesh_abi::native::{self, Native};
use mesh_check::program::{MethodInstance, Obligation};
use mesh_check::thir::{Body, Expr, ExprKind, FnRef, PatKind};
use mesh_check::ty::Ty;
use mesh_check::{method_instance, select_impl};
use mesh_report::{Span, bug};
use mesh_resolve::hir::{self, FnId, FnKind, LocalId};
use smol_str::SmolStr;
use std::rc::Rc;

/// How many forwards in a row are followed: more can only be a cycle.
const MAX_FORWARDS: u32 = 64;

/// What a call calls.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Callee {
    Function(ir::FnId),
    /// By the name of its row.
    Native(&'static str),
    /// By the name of its row.
    Intrinsic(&'static str),
    /// Nothing is called: a number.
    Number(i64),
    /// Nothing is called: a text.
    Text(SmolStr),
}

impl Callee {
    /// The row of a native.
    pub fn native(name: &str) -> &'static Native {
        match native::by_name(name) {
            Some(row) => row,
            None => bug!(Span::DUMMY, "Core: there is no native `{name}`"),
        }
    }

    /// What an intrinsic does.
    pub fn intrinsic(name: &str) -> Intrinsic {
        match intrinsics::by_name(name) {
            Some(row) => row.op,
            None => bug!(Span::DUMMY, "Core: there is no intrinsic `{name}`"),
        }
    }
}

/// An item or a structural method, before forwards are followed.
enum Named {
    Item(FnId, Rc<[Ty]>),
    Structural(StructuralKey),
}

impl<'a> Specialiser<'a> {
    /// What a reference in a body means with the scope's types.
    pub fn resolve(&mut self, reference: &FnRef, scope: &Scope, span: Span) -> Callee {
        match self.named(reference, scope, span) {
            Named::Item(id, args) => self.callee(id, args, span),
            Named::Structural(key) => Callee::Function(self.structural(key)),
        }
    }

    /// What method `method` of the interface marked `@lang(interface)` is for `ty`.
    pub fn lang_method(&mut self, interface: &str, method: &str, ty: Ty, span: Span) -> Callee {
        let reference = self.lang_method_ref(interface, method, ty, span);
        self.resolve(&reference, &scope_of(&[], &[]), span)
    }

    /// Whether that method is made from the type's structure.
    pub fn is_structural(&mut self, interface: &str, method: &str, ty: Ty) -> bool {
        let reference = self.lang_method_ref(interface, method, ty, Span::DUMMY);
        let named = self.named(&reference, &scope_of(&[], &[]), Span::DUMMY);
        matches!(named, Named::Structural(_))
    }

    fn lang_method_ref(&self, interface: &str, method: &str, ty: Ty, span: Span) -> FnRef {
        let world = &self.checked.world;
        let Some(&id) = world.lang.interfaces.get(interface) else {
            bug!(span, "Core: std marks no interface `{interface}`");
        };
        let declared = &world.modules[id.module.0 as usize].interfaces[id.index as usize];
        let at = declared.methods.iter().position(|&m| {
            let function = &world.modules[m.module.0 as usize].functions[m.index as usize];
            function.name == method
        });
        let Some(at) = at else {
            bug!(
                span,
                "Core: interface `{interface}` has no method `{method}`"
            );
        };
        FnRef::Method {
            interface: id,
            method: at as u32,
            interface_args: vec![ty],
            method_args: Vec::new(),
        }
    }

    /// The function item behind a reference.
    pub fn callee_of_item(&mut self, id: FnId, args: Rc<[Ty]>, span: Span) -> Callee {
        self.callee(id, args, span)
    }

    fn named(&mut self, reference: &FnRef, scope: &Scope, span: Span) -> Named {
        match reference {
            FnRef::Item { id, args } => Named::Item(*id, self.concrete_all(args, scope)),
            FnRef::Method {
                interface,
                method,
                interface_args,
                method_args,
            } => {
                let obligation = Obligation {
                    interface: *interface,
                    args: self.concrete_all(interface_args, scope).to_vec(),
                };
                let method_args = self.concrete_all(method_args, scope);
                let Some(selected) = select_impl(self.checked, &obligation) else {
                    let ty = self.short_type(obligation.args[0]);
                    let name = self.interface(*interface).name.clone();
                    bug!(span, "Core: `{ty}` has no impl of `{name}`");
                };
                let checked = self.checked;
                match method_instance(checked, &selected, &obligation, *method, &method_args) {
                    MethodInstance::Function { id, args } => {
                        Named::Item(id, self.concrete_all(&args, &scope_of(&[], &[])))
                    }
                    MethodInstance::Structural => Named::Structural(
                        self.structural_key(*interface, *method, obligation, span),
                    ),
                }
            }
        }
    }

    fn interface(&self, id: mesh_resolve::hir::InterfaceId) -> &'a mesh_resolve::hir::Interface {
        &self.checked.world.modules[id.module.0 as usize].interfaces[id.index as usize]
    }

    fn structural_key(
        &self,
        interface: mesh_resolve::hir::InterfaceId,
        method: u32,
        obligation: Obligation,
        span: Span,
    ) -> StructuralKey {
        let interface = self.interface(interface);
        let name = &self.hir_function(interface.methods[method as usize]).name;
        match Method::of(interface.lang.as_deref().unwrap_or(""), name) {
            Some(method) => StructuralKey {
                method,
                ty: obligation.args[0],
            },
            None => bug!(
                span,
                "Core: `{}.{name}` has no structural form",
                interface.name
            ),
        }
    }

    fn callee(&mut self, id: FnId, args: Rc<[Ty]>, span: Span) -> Callee {
        let key = (id, args);
        if let Some(known) = self.callees.get(&key) {
            return known.clone();
        }
        let callee = self.follow(key.0, key.1.clone(), span);
        self.callees.insert(key, callee.clone());
        callee
    }

    fn follow(&mut self, mut id: FnId, mut args: Rc<[Ty]>, span: Span) -> Callee {
        for _ in 0..MAX_FORWARDS {
            let function = self.hir_function(id);
            match function.kind {
                FnKind::Native | FnKind::Intrinsic => {
                    let operation = self.operation(id, span);
                    return self.of_type(&operation, &args, span).unwrap_or(operation);
                }
                _ => {}
            }
            if self.grows(id, &args, span) {
                // An error has been reported: any callee will do.
                return Callee::Intrinsic("Prelude.panic");
            }
            let Some(body) = self.body(id) else {
                bug!(span, "Core: `{}` has no body", function.name);
            };
            // A program's own function has a frame in reports, however little it does.
            let is_std = self.checked.world.modules[id.module.0 as usize].is_std;
            let Some(target) = forwarded(body).filter(|_| is_std) else {
                break;
            };
            let scope = scope_of(&body.generics, &args);
            match self.named(target, &scope, span) {
                Named::Item(to, to_args) => (id, args) = (to, to_args),
                Named::Structural(key) => return Callee::Function(self.structural(key)),
            }
        }
        Callee::Function(self.instance(id, &args, span))
    }

    /// What an intrinsic says of a type argument of the instance at hand.
    fn of_type(&mut self, operation: &Callee, args: &[Ty], span: Span) -> Option<Callee> {
        let Callee::Intrinsic(name) = operation else {
            return None;
        };
        let (argument, fact) = match Callee::intrinsic(name) {
            Intrinsic::OfType(argument, fact) => (argument, fact),
            Intrinsic::Inspect => {
                let ty = args.first().copied().unwrap_or(Ty::unit());
                return Some(self.lang_method("debug", "inspect", ty, span));
            }
            _ => return None,
        };
        let ty = args.get(argument).copied().unwrap_or(Ty::unit());
        Some(match fact {
            TypeFact::Name => Callee::Text(self.type_name(ty)),
            TypeFact::Fingerprint if self.lang_args(ty, "never").is_some() => Callee::Number(0),
            TypeFact::Fingerprint => {
                let step =
                    |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
                let hash = self.type_key(ty).bytes().fold(0xcbf2_9ce4_8422_2325, step);
                Callee::Number(hash as i64)
            }
        })
    }

    /// Remembers what a native takes and gives in boxes.
    fn note_boxing(&mut self, function: &hir::Function, row: &'static str) {
        let is_param =
            |ty: Option<&hir::Ty>| ty.is_some_and(|ty| matches!(ty.kind, hir::TyKind::Param(_)));
        let boxing = Boxing {
            params: function
                .params
                .iter()
                .map(|param| is_param(param.ty.as_ref()))
                .collect(),
            result: is_param(function.result.as_ref()),
        };
        if boxing.result || boxing.params.contains(&true) {
            self.boxing.insert(row, boxing);
        }
    }

    /// The row of a native or intrinsic.
    fn operation(&mut self, id: FnId, span: Span) -> Callee {
        let function = self.hir_function(id);
        let name = format!("{}.{}", self.module_name(id.module), function.name);
        if function.kind == FnKind::Intrinsic {
            if let Some(row) = intrinsics::by_name(&name) {
                return Callee::Intrinsic(row.name);
            }
        } else if let Some(row) = native::by_name(&name) {
            self.note_boxing(function, row.name);
            return Callee::Native(row.name);
        }
        let is_native = function.kind == FnKind::Native;
        let place = if function.name_span.is_dummy() {
            span
        } else {
            function.name_span
        };
        self.missing_operation(name, is_native, place);
        Callee::Intrinsic("Prelude.panic")
    }
}

/// The function a body passes its parameters on to, in order, doing nothing else.
fn forwarded(body: &Body) -> Option<&FnRef> {
    let [clause] = &body.clauses[..] else {
        return None;
    };
    if clause.guard.is_some() {
        return None;
    }
    let mut params = Vec::with_capacity(clause.params.len());
    for pat in &clause.params {
        match pat.kind {
            PatKind::Bind(local) => params.push(local),
            _ => return None,
        }
    }
    let ExprKind::Call { callee, args } = &plain(&clause.body).kind else {
        return None;
    };
    let passed = |(arg, param): (&Expr, &LocalId)| matches!(&plain(arg).kind, ExprKind::Local { id, args } if id == param && args.is_empty());
    let all = args.len() == params.len() && args.iter().zip(&params).all(passed);
    all.then_some(callee)
}

/// An expression without blocks around it that only hold it.
fn plain(mut expr: &Expr) -> &Expr {
    while let ExprKind::Block {
        stmts,
        value: Some(value),
    } = &expr.kind
    {
        if !stmts.is_empty() {
            break;
        }
        expr = value;
    }
    expr
}
