//! DWARF: line tables, and for every function its name as reports show it, also where its body was inlined, so that
//! debuggers, profilers and crash reports speak of Mesh source.

use crate::variables::{Known, Variables};
use inkwell::context::AsContextRef;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DILocation, DIScope, DISubprogram,
    DWARFEmissionKind, DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};
use mesh_core::ir::{Function, InlineId, Place};
use mesh_report::{FileId, SourceMap, Span};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::RefCell;

/// The debug information of one module.
pub struct Debug<'ctx, 'p> {
    pub builder: DebugInfoBuilder<'ctx>,
    pub unit: DICompileUnit<'ctx>,
    sources: &'p SourceMap,
    files: RefCell<FxHashMap<FileId, DIFile<'ctx>>>,
    /// By symbol.
    subprograms: RefCell<FxHashMap<SmolStr, DISubprogram<'ctx>>>,
    pub types: RefCell<Known<'ctx>>,
    release: bool,
}

/// Where the instructions of one function come from.
pub struct Scope<'ctx, 'p> {
    pub subprogram: DISubprogram<'ctx>,
    pub function: &'p Function,
    pub variables: Variables<'ctx>,
    /// By call: what its body is, and where the call stands; made on first use.
    inlined: RefCell<Vec<Option<(DISubprogram<'ctx>, DILocation<'ctx>)>>>,
    /// For lines of other files than that of the function whose code they are.
    others: RefCell<FxHashMap<(Option<InlineId>, FileId), DIScope<'ctx>>>,
}

impl<'ctx, 'p> Debug<'ctx, 'p> {
    pub fn new(
        module: &Module<'ctx>,
        name: &str,
        sources: &'p SourceMap,
        release: bool,
    ) -> Debug<'ctx, 'p> {
        let context = module.get_context();
        let version = |n| context.i32_type().const_int(n, false);
        module.add_basic_value_flag(
            "Debug Info Version",
            FlagBehavior::Warning,
            version(u64::from(inkwell::debug_info::debug_metadata_version())),
        );
        module.add_basic_value_flag("Dwarf Version", FlagBehavior::Warning, version(4));
        module.add_basic_value_flag("PIC Level", FlagBehavior::Override, version(2));
        module.add_basic_value_flag("uwtable", FlagBehavior::Override, version(2));
        module.add_basic_value_flag("frame-pointer", FlagBehavior::Override, version(2));
        let (builder, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C,
            name,
            "",
            "mesh",
            release,
            "",
            0,
            "",
            DWARFEmissionKind::Full,
            0,
            false,
            false,
            "",
            "",
        );
        Debug {
            builder,
            unit,
            sources,
            files: RefCell::default(),
            subprograms: RefCell::default(),
            types: RefCell::default(),
            release,
        }
    }

    pub fn file(&self, id: FileId) -> DIFile<'ctx> {
        // The path as the user wrote it, whole: reports show it as it stands here.
        let make = || self.builder.create_file(self.sources.path(id), "");
        *self.files.borrow_mut().entry(id).or_insert_with(make)
    }

    /// The entry of a function that is being defined.
    pub fn function(&self, function: &'p Function) -> Scope<'ctx, 'p> {
        let local = !function.exported;
        Scope {
            subprogram: self.subprogram(&function.symbol, &function.name, function.span, local),
            function,
            variables: Variables::default(),
            inlined: RefCell::new(vec![None; function.inlined.len()]),
            others: RefCell::default(),
        }
    }

    fn subprogram(
        &self,
        symbol: &SmolStr,
        name: &str,
        span: Span,
        local: bool,
    ) -> DISubprogram<'ctx> {
        if let Some(&found) = self.subprograms.borrow().get(symbol) {
            return found;
        }
        let line = self.line(span);
        let file = self.file(span.file);
        let ty = self
            .builder
            .create_subroutine_type(file, None, &[], DIFlags::ZERO);
        let made = self.builder.create_function(
            self.unit.as_debug_info_scope(),
            name,
            // Reports show the name; a linkage name would take its place.
            Some(""),
            file,
            line,
            ty,
            local,
            true,
            line,
            DIFlags::ZERO,
            self.release,
        );
        self.subprograms.borrow_mut().insert(symbol.clone(), made);
        made
    }

    /// The place of an instruction; the function's head if its span is in no file.
    pub fn location(
        &self,
        context: impl AsContextRef<'ctx> + Copy,
        scope: &Scope<'ctx, 'p>,
        place: Place,
    ) -> DILocation<'ctx> {
        let (subprogram, head, at) = self.surroundings(context, scope, place.within);
        let whole = subprogram.as_debug_info_scope();
        let builder = &self.builder;
        let Some(start) = self.sources.start(place.span) else {
            let line = self.line(head);
            return builder.create_debug_location(context, line, 0, whole, at);
        };
        let (line, column) = (start.line, start.column);
        let file = place.span.file;
        let within = if file == head.file {
            whole
        } else {
            let make = || {
                builder
                    .create_lexical_block(whole, self.file(file), line, column)
                    .as_debug_info_scope()
            };
            let mut others = scope.others.borrow_mut();
            *others.entry((place.within, file)).or_insert_with(make)
        };
        builder.create_debug_location(context, line, column, within, at)
    }

    /// The function whose body code is from, its span, and for inlined code where the call stood. A
    /// call that the compiler made up has no line, and so no frame in reports.
    fn surroundings(
        &self,
        context: impl AsContextRef<'ctx> + Copy,
        scope: &Scope<'ctx, 'p>,
        within: Option<InlineId>,
    ) -> (DISubprogram<'ctx>, Span, Option<DILocation<'ctx>>) {
        let Some(call) = within else {
            return (scope.subprogram, scope.function.span, None);
        };
        let inlined = &scope.function.inlined[call.index()];
        let found = scope.inlined.borrow()[call.index()];
        let (subprogram, at) = found.unwrap_or_else(|| {
            let name = &inlined.name;
            let subprogram = self.subprogram(&inlined.symbol, name, inlined.span, false);
            let at = if inlined.call.span.is_dummy() {
                let (outer, _, at) = self.surroundings(context, scope, inlined.call.within);
                let outer = outer.as_debug_info_scope();
                self.builder.create_debug_location(context, 0, 0, outer, at)
            } else {
                self.location(context, scope, inlined.call)
            };
            (subprogram, at)
        });
        scope.inlined.borrow_mut()[call.index()] = Some((subprogram, at));
        (subprogram, inlined.span, Some(at))
    }

    /// 1-based line where a span starts; 0 in no file.
    pub fn line(&self, span: Span) -> u32 {
        self.sources.start(span).map_or(0, |at| at.line)
    }

    /// The path of a span's file, as the user wrote it.
    pub fn path(&self, span: Span) -> &'p str {
        self.sources.path(span.file)
    }

    /// Completes the records; nothing may be added afterwards.
    pub fn finish(&self) {
        self.builder.finalize();
    }
}
