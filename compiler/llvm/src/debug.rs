//! DWARF: line tables, and for every function its name as reports show it, so that debuggers, profilers and crash reports speak of Mesh source.

use inkwell::context::AsContextRef;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DILocation, DIScope, DISubprogram,
    DWARFEmissionKind, DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};
use mesh_core::ir::Function;
use mesh_report::{FileId, SourceMap, Span};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The debug information of one module.
pub struct Debug<'ctx, 'p> {
    builder: DebugInfoBuilder<'ctx>,
    unit: DICompileUnit<'ctx>,
    sources: &'p SourceMap,
    files: RefCell<FxHashMap<FileId, DIFile<'ctx>>>,
    release: bool,
}

/// Where the instructions of one function come from.
pub struct Scope<'ctx> {
    pub subprogram: DISubprogram<'ctx>,
    file: FileId,
    /// For lines of other files, which inlining brought here.
    others: RefCell<FxHashMap<FileId, DIScope<'ctx>>>,
    line: u32,
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
            release,
        }
    }

    fn file(&self, id: FileId) -> DIFile<'ctx> {
        // The path as the user wrote it, whole: reports show it as it stands here.
        let make = || self.builder.create_file(self.sources.path(id), "");
        *self.files.borrow_mut().entry(id).or_insert_with(make)
    }

    /// The entry of a function that is being defined.
    pub fn function(&self, function: &Function) -> Scope<'ctx> {
        let id = function.span.file;
        let line = self.line(function.span);
        let file = self.file(id);
        let ty = self
            .builder
            .create_subroutine_type(file, None, &[], DIFlags::ZERO);
        let subprogram = self.builder.create_function(
            self.unit.as_debug_info_scope(),
            &function.name,
            // Reports show the name; a linkage name would take its place.
            Some(""),
            file,
            line,
            ty,
            !function.exported,
            true,
            line,
            DIFlags::ZERO,
            self.release,
        );
        Scope {
            subprogram,
            file: id,
            others: RefCell::default(),
            line,
        }
    }

    /// The place of an instruction; the function's head if the span is in no file.
    pub fn location(
        &self,
        context: impl AsContextRef<'ctx>,
        scope: &Scope<'ctx>,
        span: Span,
    ) -> DILocation<'ctx> {
        let at = self.sources.start(span);
        let (line, column) = at.map_or((scope.line, 0), |at| (at.line, at.column));
        let place = if at.is_none() || span.file == scope.file {
            scope.subprogram.as_debug_info_scope()
        } else {
            let make = || {
                let whole = scope.subprogram.as_debug_info_scope();
                self.builder
                    .create_lexical_block(whole, self.file(span.file), line, column)
                    .as_debug_info_scope()
            };
            *scope
                .others
                .borrow_mut()
                .entry(span.file)
                .or_insert_with(make)
        };
        self.builder
            .create_debug_location(context, line, column, place, None)
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
