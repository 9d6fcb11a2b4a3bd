//! One LLVM module while it is being filled: what functions, natives and constants it has declared
//! so far, each once.

use crate::analysis::Calls;
use crate::debug::Debug;
use crate::emit::Emit;
use crate::frames::Larger;
use crate::layout::{Layouts, Word};
use crate::signature::{Returns, Shape, Signature};
use crate::{Options, emit::Val};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::comdat::ComdatSelectionKind;
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::{Linkage, Module};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum};
use inkwell::values::{FunctionValue, GlobalValue, UnnamedAddress};
use inkwell::{AddressSpace, GlobalVisibility};
use mesh_abi::context::offset;
use mesh_abi::native::Native;
use mesh_core::ir::{FnId, FnKind, Program, Ty, TyId};
use mesh_report::{SourceMap, Span, bug};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// What a module consists of and has declared.
pub struct Unit<'ctx, 'p> {
    pub emit: Emit<'ctx>,
    pub module: Module<'ctx>,
    pub program: &'p Program,
    pub layouts: &'p Layouts,
    pub options: &'p Options,
    pub debug: Debug<'ctx, 'p>,
    pub calls: Calls,
    attributes: Vec<Attribute>,
    functions: RefCell<FxHashMap<FnId, FunctionValue<'ctx>>>,
    natives: RefCell<FxHashMap<&'static str, FunctionValue<'ctx>>>,
    signatures: RefCell<FxHashMap<Shape, Rc<Signature<'ctx>>>>,
    intrinsics: RefCell<FxHashMap<(&'static str, Option<Word>), FunctionValue<'ctx>>>,
    /// Constants by symbol or content; see `constants` and `descriptor`.
    pub globals: RefCell<FxHashMap<String, GlobalValue<'ctx>>>,
    pub(crate) type_keys: RefCell<Vec<Option<Rc<str>>>>,
    pub(crate) pending_types: RefCell<Vec<TyId>>,
}

impl<'ctx, 'p> Unit<'ctx, 'p> {
    pub fn new(
        llvm: &'ctx Context,
        name: &str,
        calls: Calls,
        program: &'p Program,
        layouts: &'p Layouts,
        sources: &'p SourceMap,
        options: &'p Options,
    ) -> Unit<'ctx, 'p> {
        let module = llvm.create_module(name);
        let emit = Emit::new(llvm);
        let debug = Debug::new(&module, name, sources, options.release);
        let mut attributes = vec![
            emit.enum_attribute("uwtable", 2),
            llvm.create_string_attribute("frame-pointer", "all"),
        ];
        attributes.push(llvm.create_string_attribute("probe-stack", "inline-asm"));
        Unit {
            emit,
            module,
            program,
            layouts,
            options,
            debug,
            calls,
            attributes,
            functions: RefCell::default(),
            natives: RefCell::default(),
            signatures: RefCell::default(),
            intrinsics: RefCell::default(),
            globals: RefCell::default(),
            type_keys: RefCell::new(vec![None; program.types.list.len()]),
            pending_types: RefCell::default(),
        }
    }

    /// The type's words.
    pub fn words(&self, ty: TyId) -> &'p [Word] {
        self.layouts.words(ty)
    }

    fn flatten(&self, types: impl Iterator<Item = TyId>) -> Vec<Word> {
        types
            .flat_map(|ty| self.words(ty).iter().copied())
            .collect()
    }

    /// The machine signature of a function of the program.
    pub fn signature_of(&self, id: FnId) -> Rc<Signature<'ctx>> {
        let function = &self.program.functions[id.index()];
        let params = function.blocks[0].params.iter();
        self.signature(Shape {
            plain: self.calls.is_plain(id),
            closure: function.kind != FnKind::Direct,
            params: self.flatten(params.map(|p| function.values[p.index()].ty)),
            result: self.words(function.result).to_vec(),
        })
    }

    /// The machine signature behind a closure value of type `ty`, and its result type.
    pub fn signature_of_closure(&self, ty: TyId, span: Span) -> (Rc<Signature<'ctx>>, TyId) {
        let Ty::Fn(params, result) = self.program.types.get(ty) else {
            bug!(span, "a call of a value that is no function");
        };
        let signature = self.signature(Shape {
            plain: false,
            closure: true,
            params: self.flatten(params.iter().copied()),
            result: self.words(*result).to_vec(),
        });
        (signature, *result)
    }

    fn signature(&self, shape: Shape) -> Rc<Signature<'ctx>> {
        if let Some(found) = self.signatures.borrow().get(&shape) {
            return found.clone();
        }
        let made = Signature::new(&self.emit, self.options.target, shape.clone());
        let made = Rc::new(made);
        self.signatures.borrow_mut().insert(shape, made.clone());
        made
    }

    /// The LLVM function behind a function of the program, declared on first use.
    pub fn function(&self, id: FnId) -> FunctionValue<'ctx> {
        if let Some(&found) = self.functions.borrow().get(&id) {
            return found;
        }
        let function = &self.program.functions[id.index()];
        let entry = self.program.entry == Some(id);
        let own = self.calls.is_member(id);
        let private = own && !entry && (self.calls.whole_program || !function.exported);
        let signature = self.signature_of(id);
        let linkage = if private {
            Linkage::Internal
        } else {
            Linkage::External
        };
        let made = self.declare_mesh(&function.symbol, &signature, linkage);
        if function.always_inline {
            self.emit.mark(made, "alwaysinline");
        }
        if crate::actors::parks(function) {
            // It asks whether its own frame is the entry frame.
            self.emit.mark(made, "noinline");
        }
        self.functions.borrow_mut().insert(id, made);
        made
    }

    /// A function with Mesh's calling convention.
    pub fn declare_mesh(
        &self,
        symbol: &str,
        signature: &Signature<'ctx>,
        linkage: Linkage,
    ) -> FunctionValue<'ctx> {
        let ty = signature.ty;
        let function = self.module.add_function(symbol, ty, Some(linkage));
        function.set_call_conventions(signature.convention());
        self.hide(function, linkage);
        self.add_attributes(function);
        function
    }

    /// What is not exported from the executable is reached without a table.
    pub fn hide(&self, function: FunctionValue<'ctx>, linkage: Linkage) {
        if linkage != Linkage::Internal {
            function
                .as_global_value()
                .set_visibility(GlobalVisibility::Hidden);
        }
    }

    /// What every function with a body has: unwind tables, a frame pointer, stack probes.
    pub fn add_attributes(&self, function: FunctionValue<'ctx>) {
        for &attribute in &self.attributes {
            function.add_attribute(AttributeLoc::Function, attribute);
        }
    }

    /// A native's C function: the context, then words.
    pub fn native(&self, native: &'static Native) -> FunctionValue<'ctx> {
        if let Some(&found) = self.natives.borrow().get(native.symbol) {
            return found;
        }
        let mut params: Vec<BasicMetadataTypeEnum> = vec![self.emit.raw.into()];
        params
            .extend(letters(native.params).map(|w| BasicMetadataTypeEnum::from(self.emit.word(w))));
        let result: Vec<Word> = letters(native.result).collect();
        let ty = match result.as_slice() {
            [word] => self.emit.word(*word).fn_type(&params, false),
            _ => self.emit.llvm.void_type().fn_type(&params, false),
        };
        let function = self.module.add_function(native.symbol, ty, None);
        if native.diverges {
            self.emit.mark(function, "noreturn");
            self.emit.mark(function, "cold");
        }
        if native.name.ends_with("_slow") {
            self.emit.mark(function, "cold");
            self.emit.mark(function, "noinline");
        }
        self.natives.borrow_mut().insert(native.symbol, function);
        function
    }

    /// The native of a row that the code generator itself relies on.
    pub fn runtime(&self, name: &str) -> FunctionValue<'ctx> {
        match mesh_abi::native::by_name(name) {
            Some(native) => self.native(native),
            None => bug!(Span::DUMMY, "the abi has no native {name}"),
        }
    }

    /// `on_segment(ctx, thunk, code)`: runs the packed call on the larger stack.
    pub fn on_segment(&self) -> FunctionValue<'ctx> {
        let symbol = mesh_abi::program::ON_SEGMENT;
        if let Some(&found) = self.natives.borrow().get(symbol) {
            return found;
        }
        let raw = self.emit.raw.into();
        let ty = self.emit.llvm.void_type().fn_type(&[raw, raw, raw], false);
        let function = self.module.add_function(symbol, ty, None);
        self.emit.mark(function, "cold");
        self.natives.borrow_mut().insert(symbol, function);
        function
    }

    /// An intrinsic of LLVM, overloaded on one word class or on none.
    pub fn intrinsic(&self, name: &'static str, over: Option<Word>) -> FunctionValue<'ctx> {
        if let Some(&found) = self.intrinsics.borrow().get(&(name, over)) {
            return found;
        }
        let types: Vec<BasicTypeEnum> = match over {
            // The only pointers intrinsics take here are addresses of frames.
            Some(Word::Ptr) => vec![self.emit.raw.into()],
            Some(word) => vec![self.emit.word(word)],
            None => Vec::new(),
        };
        let made = Intrinsic::find(name).and_then(|i| i.get_declaration(&self.module, &types));
        let Some(made) = made else {
            bug!(Span::DUMMY, "LLVM has no intrinsic {name}");
        };
        self.intrinsics.borrow_mut().insert((name, over), made);
        made
    }

    /// A constant that is one object in the whole program, by its symbol, and whether it is new
    /// here and needs its contents.
    pub fn shared_constant(
        &self,
        symbol: &str,
        ty: impl BasicType<'ctx>,
        space: AddressSpace,
    ) -> GlobalValue<'ctx> {
        let global = self.module.add_global(ty, Some(space), symbol);
        let comdat = self.module.get_or_insert_comdat(symbol);
        comdat.set_selection_kind(ComdatSelectionKind::Any);
        global.set_comdat(comdat);
        global.set_linkage(Linkage::LinkOnceODR);
        global.set_visibility(GlobalVisibility::Hidden);
        global.set_constant(true);
        global.set_alignment(8);
        global
    }

    /// A constant of this module, whose address means nothing.
    pub fn private_constant(&self, value: Val<'ctx>, space: AddressSpace) -> GlobalValue<'ctx> {
        let global = self.module.add_global(value.get_type(), Some(space), "");
        global.set_linkage(Linkage::Private);
        global.set_constant(true);
        global.set_unnamed_address(UnnamedAddress::Global);
        global.set_alignment(8);
        global.set_initializer(&value);
        global
    }

    /// The C-convention shim of a signature: `thunk(ctx, code)` calls `code` with the words packed
    /// in the argument block and leaves the result in the return block. See [`Signature::packed`].
    pub fn thunk(&self, signature: &Signature<'ctx>) -> FunctionValue<'ctx> {
        let symbol = signature.thunk_symbol();
        if let Some(found) = self.module.get_function(&symbol) {
            return found;
        }
        let emit = &self.emit;
        let raw = emit.raw.into();
        let ty = emit.llvm.void_type().fn_type(&[raw, raw], false);
        let function = self
            .module
            .add_function(&symbol, ty, Some(Linkage::LinkOnceODR));
        self.hide(function, Linkage::LinkOnceODR);
        let comdat = self.module.get_or_insert_comdat(&symbol);
        comdat.set_selection_kind(ComdatSelectionKind::Any);
        function.as_global_value().set_comdat(comdat);
        self.add_attributes(function);
        crate::frames::bound(emit, function, crate::frames::HELPER_FRAME);
        self.aside(|| self.thunk_body(signature, function));
        function
    }

    /// Whether only functions of the program are larger than expected: nothing asks for others.
    pub fn check_helpers(&self, larger: &Larger) {
        let functions = &self.program.functions;
        for (symbol, bytes) in larger {
            if !functions.iter().any(|function| function.symbol == *symbol) {
                bug!(Span::DUMMY, "`{symbol}` takes {bytes} bytes of stack");
            }
        }
    }

    fn thunk_body(&self, signature: &Signature<'ctx>, function: FunctionValue<'ctx>) {
        let emit = &self.emit;
        emit.go(emit.llvm.append_basic_block(function, ""));
        let (Some(ctx), Some(code)) = (function.get_nth_param(0), function.get_nth_param(1)) else {
            bug!(Span::DUMMY, "a thunk has two parameters");
        };
        let ctx_pointer = ctx.into_pointer_value();
        let base = emit.blocks(ctx_pointer);
        let mut args = vec![ctx];
        for (n, (_, word)) in signature.packed().into_iter().enumerate() {
            let slot = signature.overflow as usize + n;
            args.push(emit.load(word, base, offset::ARGS + 8 * slot as u64));
        }
        let args: Vec<_> = args.into_iter().map(Into::into).collect();
        let call = crate::emit::must(emit.builder.build_indirect_call(
            signature.ty,
            code.into_pointer_value(),
            &args,
            "",
        ));
        call.set_call_convention(signature.convention());
        if matches!(signature.returns, Returns::Word | Returns::Words) {
            let base = emit.blocks(ctx_pointer);
            for (n, value) in self.results(signature, call).into_iter().enumerate() {
                emit.store(base, offset::RET + 8 * n as u64, value);
            }
        }
        crate::emit::must(emit.builder.build_return(None));
    }

    /// The result's words of a call that gives them in registers.
    pub fn results(
        &self,
        signature: &Signature<'ctx>,
        call: inkwell::values::CallSiteValue<'ctx>,
    ) -> Vec<Val<'ctx>> {
        match signature.returns {
            Returns::Nothing | Returns::Block => Vec::new(),
            Returns::Word => vec![crate::emit::result_of(call)],
            Returns::Words => {
                let whole = crate::emit::result_of(call).into_struct_value();
                let one = |n: usize| {
                    let builder = &self.emit.builder;
                    crate::emit::must(builder.build_extract_value(whole, n as u32, ""))
                };
                (0..signature.shape.result.len()).map(one).collect()
            }
        }
    }
}

/// The classes behind the letters of a native's row.
pub fn letters(words: &'static str) -> impl Iterator<Item = Word> {
    words.bytes().map(|letter| match letter {
        b'i' => Word::Int,
        b'f' => Word::Float,
        b'p' | b'b' => Word::Ptr,
        other => bug!(Span::DUMMY, "the abi's letter {other} means no word"),
    })
}
