//! The types of a module's items, for people to read: `mesh build --emit types`, golden tests.

use crate::impls::Requirement;
use crate::impls::lower::interface_def;
use crate::program::Checked;
use crate::scheme::{Scheme, SchemeParam};
use crate::show::{Namer, WHOLE};
use crate::ty::{Ty, TyKind};
use crate::unify::slot;
use mesh_report::Span;
use mesh_resolve::hir::{FnKind, Function, GenericParam, ModuleId, ParamId, World};
use std::fmt::Write;

/// One line for each function that a user wrote: `square: <T: Mul>(T) -> T.Output`.
pub fn print_types(checked: &Checked, module: ModuleId) -> String {
    let mut out = String::new();
    for f in &checked.world.modules[module.0 as usize].functions {
        let shown = match f.kind {
            FnKind::Default { .. } | FnKind::Test => false,
            FnKind::Generated => f.is_pub,
            _ => true,
        };
        if shown && let Some(scheme) = checked.env.scheme(f.id) {
            let _ = writeln!(
                out,
                "{}: {}",
                name(checked, f),
                scheme_text(&checked.world, f, scheme)
            );
        }
    }
    out
}

/// Methods have the interface or type before their names.
fn name(checked: &Checked, f: &Function) -> String {
    match &f.kind {
        FnKind::ImplMethod { impl_, .. } => {
            let head = checked.env.table.head(*impl_);
            let interface = &interface_def(&checked.world, head.interface).name;
            let module = &checked.world.modules[impl_.module.0 as usize];
            let generics = &module.impls[impl_.index as usize].generics;
            let ty = Namer::new(&checked.world, generics, &WHOLE).show(head.args[0]);
            format!("{interface} for {ty}: {}", f.name)
        }
        FnKind::InterfaceMethod { interface, .. } => {
            format!(
                "{}.{}",
                interface_def(&checked.world, *interface).name,
                f.name
            )
        }
        _ => f.name.to_string(),
    }
}

/// A function's type with its parameters, bounds and process.
pub fn scheme_text(world: &World, f: &Function, scheme: &Scheme) -> String {
    let generics = named(f, scheme);
    let mut namer = Namer::new(world, &generics, &WHOLE).with_processes();
    let mut used = Vec::new();
    let ty = &scheme.ty;
    ty.params.iter().for_each(|&t| params_in(t, &mut used));
    params_in(ty.result, &mut used);
    if let TyKind::Process(..) = ty.process.kind() {
        params_in(ty.process, &mut used);
    }
    let listed: Vec<String> = scheme
        .params
        .iter()
        .filter(|p| !p.process && (used.contains(&p.id) || !p.name.is_empty()))
        .map(|p| {
            let mut text = namer.show(Ty::param(p.id));
            let bounds = bounds_on(world, &mut namer, scheme, Ty::param(p.id));
            if !bounds.is_empty() {
                let _ = write!(text, ": {}", bounds.join(" + "));
            }
            text
        })
        .collect();
    let mut out = String::new();
    if !listed.is_empty() {
        let _ = write!(out, "<{}>", listed.join(", "));
    }
    let params: Vec<String> = ty.params.iter().map(|&t| namer.show(t)).collect();
    let _ = write!(out, "({}) -> {}", params.join(", "), namer.show(ty.result));
    if matches!(ty.process.kind(), TyKind::Process(..) | TyKind::NoProcess) {
        let _ = write!(out, " {}", process(&mut namer, scheme));
    }
    out
}

/// Only what is used of the mailbox is told.
fn process(namer: &mut Namer<'_>, scheme: &Scheme) -> String {
    let TyKind::Process(m, r) = scheme.ty.process.kind() else {
        return "receives none".into();
    };
    let open = |ty: &Ty, mark: u8| match ty.kind() {
        TyKind::Param(id) => {
            let marks = scheme.params.iter().find(|p| p.id == *id).map(|p| p.marks);
            marks.unwrap_or_default() & mark == 0
        }
        _ => false,
    };
    let mut parts = Vec::new();
    if !open(m, slot::RECEIVED) {
        parts.push(format!("receives {}", namer.show(*m)));
    }
    if !open(r, slot::REPLIED) {
        parts.push(format!("replies {}", namer.show(*r)));
    }
    if parts.is_empty() {
        parts.push("uses its mailbox".into());
    }
    parts.join(" ")
}

fn bounds_on(world: &World, namer: &mut Namer<'_>, scheme: &Scheme, ty: Ty) -> Vec<String> {
    let mut show = |req: &Requirement| {
        let mut args: Vec<String> = req.obligation.args[1..]
            .iter()
            .map(|&arg| namer.show(arg))
            .collect();
        args.extend(
            req.assoc
                .iter()
                .map(|(name, ty)| format!("{name} = {}", namer.show(*ty))),
        );
        let name = &interface_def(world, req.obligation.interface).name;
        if args.is_empty() {
            name.to_string()
        } else {
            format!("{name}<{}>", args.join(", "))
        }
    };
    scheme
        .bounds
        .iter()
        .filter(|req| req.obligation.args[0] == ty)
        .map(&mut show)
        .collect()
}

fn params_in(ty: Ty, out: &mut Vec<ParamId>) {
    if !ty.has_param() {
        return;
    }
    if let TyKind::Param(id) = ty.kind() {
        out.push(*id);
    }
    ty.each_part(|part| params_in(part, out));
}

/// The declared names, and `T`, `U` … for the others.
fn named(f: &Function, scheme: &Scheme) -> Vec<GenericParam> {
    let mut generics = f.generics.clone();
    let mut letters = "TUVWABCDEFGHIJKLMNOPQRSXYZ".chars().cycle();
    let mut round = 0;
    let unnamed = |p: &&SchemeParam| p.name.is_empty() && !p.process;
    for param in scheme.params.iter().filter(unnamed) {
        let name = loop {
            let letter = letters.next().unwrap_or('T');
            if letter == 'T' {
                round += 1;
            }
            let name = if round > 1 {
                format!("{letter}{round}")
            } else {
                letter.to_string()
            };
            if generics.iter().all(|g| g.name != name) {
                break name;
            }
        };
        generics.push(GenericParam {
            id: param.id,
            name: name.into(),
            bounds: Vec::new(),
            span: Span::DUMMY,
        });
    }
    generics
}
