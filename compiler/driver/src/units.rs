//! Object files: which units of code must be generated again, and generating them in parallel.

use crate::add_identity;
use crate::cache::{Cache, Key, KeyBuilder};
use crate::diagnostics::UnknownTarget;
use crate::pipeline::Lowered;
use mesh_core::ir::{FnId, FnKind, Function, Op, Program, Term, Ty, TyId, UnitId};
use mesh_core::print_function;
use mesh_llvm::Options;
use mesh_report::{Diagnostic, SourceMap, Span, bug};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The target of a name such as `aarch64-linux-gnu`, or this machine.
pub fn target(name: Option<&str>) -> Result<mesh_llvm::Target, Diagnostic> {
    let known = [
        mesh_llvm::Target::X86_64Linux,
        mesh_llvm::Target::Aarch64Linux,
    ];
    let machine = |triple: &str| triple.split('-').next().map(str::to_string);
    let found = match name {
        None => mesh_llvm::Target::host(),
        Some(name) => known
            .into_iter()
            .find(|target| machine(target.triple()) == machine(name)),
    };
    let name = name.unwrap_or(std::env::consts::ARCH);
    found.ok_or_else(|| {
        UnknownTarget {
            name: name.to_string(),
            known: known.map(|target| target.triple()),
        }
        .into()
    })
}

/// The object files of a program, entry included, each in the cache under what it is made from.
pub fn objects(
    lowered: &Lowered,
    options: &Options,
    cache: &Cache,
) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let Lowered { core, sources } = lowered;
    let mut parts = if options.release {
        vec![Part::Program]
    } else {
        let units = (0..core.units.len() as u32).map(UnitId);
        units
            .filter(|unit| !core.units[unit.index()].functions.is_empty())
            .map(Part::Unit)
            .collect()
    };
    parts.push(Part::Entry);
    let results = mesh_report::parallel::map(&parts, |_, part| {
        let key = part.key(core, sources, options);
        if let Some(path) = cache.get("obj", &key) {
            return Ok(path);
        }
        let object = part.compile(core, sources, options)?;
        cache
            .put("obj", &key, &object)
            .map_err(|diagnostic| vec![diagnostic])
    });
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(path) => paths.push(path),
            Err(diagnostics) => errors.extend(diagnostics),
        }
    }
    if errors.is_empty() {
        return Ok(paths);
    }
    // What stops one, such as a full disk, stops the others too, and is said once.
    let mut seen = std::collections::HashSet::new();
    errors.retain(|error: &Diagnostic| seen.insert(error.code));
    Err(errors)
}

/// What becomes one object file.
#[derive(Clone, Copy)]
enum Part {
    Unit(UnitId),
    Program,
    Entry,
}

impl Part {
    fn compile(
        self,
        core: &Program,
        sources: &SourceMap,
        options: &Options,
    ) -> Result<Vec<u8>, Vec<Diagnostic>> {
        match self {
            Part::Unit(unit) => mesh_llvm::compile_unit(core, unit, sources, options),
            Part::Program => mesh_llvm::compile_program(core, sources, options),
            Part::Entry => Ok(mesh_llvm::entry_object(core, options)),
        }
    }

    /// Of everything the code generator looks at for this part.
    fn key(self, core: &Program, sources: &SourceMap, options: &Options) -> Key {
        let mut key = KeyBuilder::default();
        add_identity(&mut key);
        key.add(options.target.triple().as_bytes())
            .add(&[u8::from(options.release)]);
        let mut walk = Walk {
            core,
            sources,
            key: &mut key,
            types: BTreeSet::new(),
        };
        match self {
            Part::Unit(unit) => {
                let unit = &core.units[unit.index()];
                walk.key.add(b"unit").add(unit.module.as_bytes());
                unit.functions.iter().for_each(|&id| walk.function(id));
            }
            Part::Program => {
                walk.key.add(b"program").add(core.name.as_bytes());
                (0..core.functions.len() as u32).for_each(|id| walk.function(FnId(id)));
            }
            Part::Entry => {
                walk.key.add(b"entry").add(core.name.as_bytes());
                if let Some(entry) = core.entry {
                    walk.signature(entry);
                }
            }
        }
        walk.layouts();
        key.key()
    }
}

/// Goes through functions and adds what their code depends on, in names that stay the same between compilations.
struct Walk<'a> {
    core: &'a Program,
    sources: &'a SourceMap,
    key: &'a mut KeyBuilder,
    types: BTreeSet<TyId>,
}

impl Walk<'_> {
    fn function(&mut self, id: FnId) {
        let Some(function) = self.core.functions.get(id.index()) else {
            bug!(
                Span::DUMMY,
                "a unit has a function that the program has not"
            );
        };
        let mut text = String::new();
        print_function(self.core, function, &mut text);
        self.key.add(text.as_bytes());
        self.types
            .extend(function.values.iter().map(|value| value.ty));
        self.types.insert(function.result);
        self.places(function);
        for block in &function.blocks {
            for stmt in &block.stmts {
                match stmt.op {
                    Op::Call { callee, .. } => self.signature(callee),
                    Op::MakeClosure { function, .. } => self.signature(function),
                    _ => {}
                }
            }
            if let Term::TailCall { callee, .. } = block.term {
                self.signature(callee);
            }
        }
    }

    /// Lines and columns go into tables for debuggers and reports.
    fn places(&mut self, function: &Function) {
        let mut places = Vec::new();
        // What was inlined stands in files of its own.
        let mut files = vec![function.span.file];
        let mut place = |span: Span| {
            let at = self
                .sources
                .start(span)
                .map_or((0, 0), |at| (at.line, at.column));
            let file = files.iter().position(|file| *file == span.file);
            let file = file.unwrap_or_else(|| {
                files.push(span.file);
                files.len() - 1
            });
            places.extend(
                [file as u32, at.0, at.1]
                    .into_iter()
                    .flat_map(u32::to_le_bytes),
            );
        };
        place(function.span);
        for call in &function.inlined {
            place(call.span);
            place(call.call.span);
        }
        for block in &function.blocks {
            block.stmts.iter().for_each(|stmt| place(stmt.place.span));
            place(block.term_place.span);
        }
        for file in files {
            self.key.add(self.sources.path(file).as_bytes());
        }
        self.key.add(&places);
    }

    /// How a function that is called is called.
    fn signature(&mut self, id: FnId) {
        let callee = &self.core.functions[id.index()];
        let params = callee.blocks.first().map_or(&[][..], |block| &block.params);
        let types: Vec<TyId> = params
            .iter()
            .map(|param| callee.values[param.index()].ty)
            .collect();
        self.key
            .add(callee.symbol.as_bytes())
            .add(&[u8::from(callee.exported)]);
        for ty in types.into_iter().chain([callee.result]) {
            self.key
                .add(mesh_core::type_name(&self.core.types, ty).as_bytes());
            self.types.insert(ty);
        }
        // What a caller may do with its lists afterwards.
        let fates = callee.fates.iter().map(|&fate| fate as u8);
        self.key.add(&fates.collect::<Vec<_>>());
        if let FnKind::Closure { captures } = &callee.kind {
            self.types.extend(captures.iter().copied());
        }
    }

    /// The declarations behind all types seen, and behind those in them.
    fn layouts(&mut self) {
        let types = &self.core.types;
        let (mut seen, mut open) = (
            BTreeSet::new(),
            Vec::from_iter(std::mem::take(&mut self.types)),
        );
        let mut declared = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match types.get(id) {
                Ty::Tuple(items) => open.extend(items),
                Ty::List(item) => open.push(*item),
                Ty::Fn(params, result) => {
                    open.extend(params);
                    open.push(*result);
                }
                Ty::Data(data) => {
                    let data = types.data(*data);
                    let fields = data.variants.iter().flat_map(|variant| &variant.fields);
                    open.extend(fields.map(|field| field.ty));
                    declared.insert(describe(self.core, data));
                }
                _ => {}
            }
        }
        for text in declared {
            self.key.add(text.as_bytes());
        }
    }
}

/// A data type's declaration, with its fields' types by name.
fn describe(core: &Program, data: &mesh_core::ir::Data) -> String {
    let mut text = format!("{} {} {}", data.key, data.name, data.is_struct);
    for variant in &data.variants {
        text.push_str(&format!("\n{}", variant.name));
        for field in &variant.fields {
            text.push_str(&format!(
                " {}:{}",
                field.name,
                mesh_core::type_name(&core.types, field.ty)
            ));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "\
struct Main.Point = (x: Int, y: Int)
entry @main
fn @main \"main\" unit Main exported -> Int {
b0():
  v0: Int = const 1
  v1: Int = call @twice(v0)
  return v1
}
fn @twice \"Other.twice\" unit Other exported -> Int {
b0(v0: Int):
  v1: Int = Int.raw_add (v0, v0)
  return v1
}
";

    fn keys(text: &str) -> Vec<Key> {
        let core = mesh_core::testing::parse(text).expect("Core");
        let options = Options {
            release: false,
            target: mesh_llvm::Target::X86_64Linux,
        };
        let units = (0..core.units.len() as u32).map(|unit| Part::Unit(UnitId(unit)));
        units
            .chain([Part::Entry])
            .map(|part| part.key(&core, &SourceMap::new(), &options))
            .collect()
    }

    #[test]
    fn an_edit_changes_the_key_of_its_own_unit_only() {
        let before = keys(PROGRAM);
        assert_eq!(before, keys(PROGRAM));
        let after = keys(&PROGRAM.replace("Int.raw_add (v0, v0)", "Int.raw_mul (v0, v0)"));
        let same: Vec<bool> = before.iter().zip(&after).map(|(a, b)| a == b).collect();
        assert_eq!(same, [true, false, true]);
    }

    #[test]
    fn machines_are_known_by_their_first_word() {
        assert_eq!(
            target(Some("aarch64-linux-gnu")).ok(),
            Some(mesh_llvm::Target::Aarch64Linux)
        );
        assert_eq!(
            target(Some("vax")).err().map(|error| error.code),
            Some("E0812")
        );
    }
}
