//! Types as users write them: `Int?`, `Int!String`, `fn(A) -> B`, parameters by their declared names
//! and the others as `a`, `b` ….

use crate::ty::{FnTy, Ty, TyKind, VarId};
use mesh_resolve::hir::{GenericParam, ParamId, TypeId, World};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Names types; one instance for a whole message, so that one unknown has one name in it.
pub struct Namer<'w> {
    world: &'w World,
    declared: FxHashMap<ParamId, SmolStr>,
    invented: FxHashMap<ParamId, String>,
    variables: FxHashMap<VarId, String>,
    resolve: &'w dyn Fn(Ty) -> Ty,
    processes: bool,
}

/// How tightly a type holds what stands beside it.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    /// Anything may stand here.
    Loose,
    /// What a `?` or `!` may follow.
    Tight,
}

/// The resolver of types without inference variables.
pub const WHOLE: fn(Ty) -> Ty = |ty| ty;

impl<'w> Namer<'w> {
    /// `generics` name the parameters; `resolve` sees through bound variables.
    pub fn new(
        world: &'w World,
        generics: &[GenericParam],
        resolve: &'w dyn Fn(Ty) -> Ty,
    ) -> Namer<'w> {
        Namer {
            world,
            declared: generics.iter().map(|g| (g.id, g.name.clone())).collect(),
            invented: FxHashMap::default(),
            variables: FxHashMap::default(),
            resolve,
            processes: false,
        }
    }

    /// Shows the process of function types too, as `receives … replies …`.
    pub fn with_processes(mut self) -> Namer<'w> {
        self.processes = true;
        self
    }

    /// The type.
    pub fn show(&mut self, ty: Ty) -> String {
        let mut out = String::new();
        self.write(ty, Level::Loose, &mut out);
        out
    }

    fn write(&mut self, ty: Ty, level: Level, out: &mut String) {
        let ty = (self.resolve)(ty);
        match ty.kind() {
            TyKind::Var(id) => {
                let name = unknown(self.variables.len() + self.invented.len());
                out.push_str(self.variables.entry(*id).or_insert(name));
            }
            TyKind::Param(id) => self.param(*id, out),
            TyKind::Con(id, args) => self.con(*id, args, out),
            TyKind::Tuple(items) => self.list("(", items, ")", out),
            TyKind::Fn(f) => {
                let loose = level == Level::Loose;
                out.push_str(if loose { "" } else { "(" });
                self.func(f, out);
                out.push_str(if loose { "" } else { ")" });
            }
            TyKind::Process(m, r) => {
                out.push_str("receives ");
                self.write(*m, Level::Tight, out);
                out.push_str(" replies ");
                self.write(*r, Level::Tight, out);
            }
            TyKind::NoProcess => out.push_str("receives none"),
            TyKind::Proj { name, args, .. } => {
                self.write(args[0], Level::Tight, out);
                out.push('.');
                out.push_str(name);
            }
            TyKind::Error => out.push('_'),
        }
    }

    fn param(&mut self, id: ParamId, out: &mut String) {
        if let Some(name) = self.declared.get(&id) {
            out.push_str(name);
            return;
        }
        let name = unknown(self.variables.len() + self.invented.len());
        out.push_str(self.invented.entry(id).or_insert(name));
    }

    fn con(&mut self, id: TypeId, args: &[Ty], out: &mut String) {
        let lang = |name: &str| self.world.lang.types.get(name) == Some(&id);
        match args {
            [inner] if lang("option") => {
                self.write(*inner, Level::Tight, out);
                out.push('?');
            }
            [ok, err] if lang("result") => {
                self.write(*ok, Level::Tight, out);
                out.push('!');
                self.write(*err, Level::Tight, out);
            }
            [message, reply] if lang("pid") && self.is_never(*reply) => {
                out.push_str(&self.name(id));
                self.list("<", &[*message], ">", out);
            }
            [] => out.push_str(&self.name(id)),
            _ => {
                out.push_str(&self.name(id));
                self.list("<", args, ">", out);
            }
        }
    }

    fn is_never(&self, ty: Ty) -> bool {
        let never = self.world.lang.types.get("never");
        matches!((self.resolve)(ty).kind(), TyKind::Con(id, _) if Some(id) == never)
    }

    /// The declared name, with its module where another module declares the same.
    fn name(&self, id: TypeId) -> String {
        let module = &self.world.modules[id.module.0 as usize];
        let name = &module.types[id.index as usize].name;
        let elsewhere = self
            .world
            .modules
            .iter()
            .any(|m| m.id != id.module && m.types.iter().any(|t| t.name == *name));
        if elsewhere && !module.is_std {
            format!("{}.{name}", module.name)
        } else {
            name.to_string()
        }
    }

    fn func(&mut self, f: &FnTy, out: &mut String) {
        self.list("fn(", &f.params, ") -> ", out);
        self.write(f.result, Level::Loose, out);
        let process = (self.resolve)(f.process);
        if self.processes && matches!(process.kind(), TyKind::Process(..) | TyKind::NoProcess) {
            out.push(' ');
            self.write(process, Level::Loose, out);
        }
    }

    fn list(&mut self, open: &str, items: &[Ty], close: &str, out: &mut String) {
        out.push_str(open);
        for (i, &item) in items.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            self.write(item, Level::Loose, out);
        }
        out.push_str(close);
    }
}

/// `a`, `b` … `z`, `a1` ….
fn unknown(n: usize) -> String {
    let letter = char::from(b'a' + (n % 26) as u8);
    if n < 26 {
        letter.to_string()
    } else {
        format!("{letter}{}", n / 26)
    }
}
