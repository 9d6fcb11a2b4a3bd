//! DWARF's variables: in development builds every value with a name is one, so that debuggers show parameters and what
//! `let` and patterns bind. Nothing is stored for their sake: a variable is wherever its value is, and is gone where
//! nothing needs it any more.

use crate::debug::{Debug, Scope};
use crate::emit::Val;
use crate::function::Body;
use crate::layout::{Layout, Payload, Shape, Word};
use inkwell::AddressSpace;
use inkwell::basic_block::BasicBlock;
use inkwell::debug_info::{
    AsDIScope, DIEnumerator, DIExpression, DIFlags, DIFlagsConstants, DILocalVariable, DILocation,
    DIType, DebugInfoBuilder,
};
use inkwell::llvm_sys::debuginfo::LLVMDIBuilderInsertDbgValueRecordAtEnd;
use inkwell::values::AsValueRef;
use mesh_abi::object::LIST_LENGTH;
use mesh_core::ir::{BlockId, Place, Ty, TyId, ValueId};
use mesh_core::type_name;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// The variables of one function. A name that is bound again at the same type is one variable whose value changes, so
/// that a debugger shows the one that is meant.
pub type Variables<'ctx> = FxHashMap<(SmolStr, TyId), DILocalVariable<'ctx>>;

/// Types as debuggers know them.
pub type Known<'ctx> = FxHashMap<TyId, DIType<'ctx>>;

const BITS: u64 = 64;
/// How DWARF numbers the kinds of basic types.
const BOOLEAN: u32 = 2;
const FLOAT: u32 = 4;
const SIGNED: u32 = 5;
const UNSIGNED: u32 = 7;
const CHARACTER: u32 = 8;
/// LLVM's operation for a part of a variable: its offset and size in bits follow.
const FRAGMENT: i64 = 0x1000;
/// DWARF's operation that says that a variable is the address found so far, and not what is there.
const STACK_VALUE: i64 = 0x9f;

impl<'ctx> Body<'_, 'ctx, '_> {
    /// Says that from here on the variable that a value has the name of is that value.
    pub fn tell(&mut self, value: ValueId, place: Place) {
        if self.tells && self.function.values[value.index()].name.is_some() {
            let words = self.value(value).to_vec();
            self.tell_words(value, &words, place);
        }
    }

    /// The same where the value is these words, which may not be its own yet.
    pub fn tell_words(&mut self, value: ValueId, words: &[Val<'ctx>], place: Place) {
        let info = &self.function.values[value.index()];
        let name = info.name.as_ref().filter(|_| self.tells && !info.inlined);
        let (unit, debug) = (self.unit, &self.unit.debug);
        let Some(name) = name else { return };
        let ty = self.ty(value);
        if words.is_empty() {
            return;
        }
        let key = (name.clone(), ty);
        let known = self.scope.variables.get(&key).copied();
        let variable = known.unwrap_or_else(|| {
            let shown = self.shown(ty);
            let params = &self.function.blocks[BlockId(0).index()].params;
            let number = params.iter().position(|&param| param == value);
            debug.variable(&self.scope, name, shown, place, number)
        });
        self.scope.variables.insert(key, variable);
        let head = debug.location(unit.emit.llvm, &self.scope, self.function.span.into());
        let here = unit.emit.here();
        for (at, &word) in words.iter().enumerate() {
            let part = match words.len() {
                1 => Vec::new(),
                _ => vec![FRAGMENT, at as i64 * BITS as i64, BITS as i64],
            };
            let part = debug.builder.create_expression(part);
            bind(&debug.builder, variable, word, part, head, here);
        }
    }

    /// The object of a text that a variable is, if it is nothing else in this function: one of its own, at whose address a
    /// debugger finds it, since no register needs to hold it.
    pub fn shown_text(&self, value: ValueId, text: &str, place: Place) -> Option<Val<'ctx>> {
        let values = &self.function.values;
        let info = &values[value.index()];
        let name = info.name.as_ref().filter(|_| self.tells && !info.inlined)?;
        let mut same = values
            .iter()
            .filter(|other| other.name.as_ref() == Some(name));
        if same.nth(1).is_some() {
            return None;
        }
        let (unit, debug) = (self.unit, &self.unit.debug);
        let global = unit.own_string(text);
        let file = debug.file(self.scope.function.span.file);
        let line = debug.line(place.span);
        let itself = debug.builder.create_expression(vec![STACK_VALUE]);
        let variable = debug.builder.create_global_variable_expression(
            self.scope.subprogram.as_debug_info_scope(),
            name,
            "",
            file,
            line,
            self.shown(self.ty(value)),
            true,
            Some(itself),
            None,
            0,
        );
        let llvm = unit.emit.llvm;
        global.set_metadata(variable.as_metadata_value(llvm), llvm.get_kind_id("dbg"));
        Some(global.as_pointer_value().into())
    }

    /// The function's parameters, which are these words at its start.
    pub fn tell_arguments(&mut self, words: &[Val<'ctx>]) {
        let (function, mut rest) = (self.function, words);
        for &param in &function.blocks[0].params {
            let (own, after) = rest.split_at(self.unit.words(self.ty(param)).len());
            rest = after;
            self.tell_words(param, own, function.span.into());
        }
    }

    /// The parameters of a block.
    pub fn tell_params(&mut self, id: BlockId, place: Place) {
        let function = self.function;
        for &param in &function.blocks[id.index()].params {
            self.tell(param, place);
        }
    }

    /// A type as debuggers show it.
    fn shown(&self, ty: TyId) -> DIType<'ctx> {
        let debug = &self.unit.debug;
        if let Some(&known) = debug.types.borrow().get(&ty) {
            return known;
        }
        let types = &self.unit.program.types;
        let name = type_name(types, ty);
        let layout = self.unit.layouts.get(ty);
        let made = match types.get(ty) {
            Ty::Int => debug.basic(&name, SIGNED),
            Ty::Float => debug.basic(&name, FLOAT),
            Ty::Bool => debug.basic(&name, BOOLEAN),
            Ty::Atom | Ty::Pid => debug.basic(&name, UNSIGNED),
            Ty::String | Ty::Bytes => debug.text(&name),
            _ => self.compound(ty, &name, layout),
        };
        debug.types.borrow_mut().insert(ty, made);
        made
    }

    fn compound(&self, ty: TyId, name: &str, layout: &Layout) -> DIType<'ctx> {
        let debug = &self.unit.debug;
        let types = &self.unit.program.types;
        match (&layout.shape, layout.words.as_slice()) {
            (Shape::List { .. }, [_, _]) => debug.list(name),
            (Shape::Flat(payload), words) => {
                let members = self.members(ty, payload);
                debug.record(name, words.len(), &members)
            }
            (Shape::Enum(_), [_]) => match types.get(ty) {
                Ty::Data(data) => {
                    let variants = &types.data(*data).variants;
                    let names = variants.iter().map(|variant| variant.name.as_str());
                    debug.enumeration(name, names)
                }
                _ => debug.basic(name, UNSIGNED),
            },
            (_, [Word::Int]) => debug.basic(name, UNSIGNED),
            (_, [Word::Float]) => debug.basic(name, FLOAT),
            (_, [Word::Ptr]) => debug.pointer(name),
            (_, words) => {
                // A sum: which variant, and words whose meaning depends on that.
                let int = debug.basic("Int", UNSIGNED);
                let named = |at| match at {
                    0 => "variant".to_string(),
                    at => format!("word_{at}"),
                };
                let members: Vec<_> = (0..words.len()).map(|at| (named(at), at, 1, int)).collect();
                debug.record(name, words.len(), &members)
            }
        }
    }

    /// The fields of a struct or tuple that stands in words: name, first word, number of words, type.
    fn members(&self, ty: TyId, payload: &Payload) -> Vec<(String, usize, usize, DIType<'ctx>)> {
        let types = &self.unit.program.types;
        let named = |at: usize| {
            let data = match types.get(ty) {
                Ty::Data(data) => types.data(*data),
                _ => return None,
            };
            let field = data.variants.first()?.fields.get(at)?;
            Some(field.name.to_string()).filter(|name| !name.is_empty())
        };
        let fields = payload.fields.iter().enumerate();
        fields
            .map(|(at, &(first, ty))| {
                let name = named(at).unwrap_or_else(|| format!("_{at}"));
                let words = self.unit.words(ty).len();
                (name, first as usize, words, self.shown(ty))
            })
            .collect()
    }
}

/// Adds the record that `word` is what `variable`, or the part of it that `part` says, is from the end of `block` on.
fn bind<'ctx>(
    builder: &DebugInfoBuilder<'ctx>,
    variable: DILocalVariable<'ctx>,
    word: Val<'ctx>,
    part: DIExpression<'ctx>,
    at: DILocation<'ctx>,
    block: BasicBlock<'ctx>,
) {
    // SAFETY: all of these are of the one context that `'ctx` is, and the block has no end yet. What inkwell has for this
    // needs an instruction to stand before, and takes the record that LLVM 19 gives back for an instruction.
    unsafe {
        LLVMDIBuilderInsertDbgValueRecordAtEnd(
            builder.as_mut_ptr(),
            word.as_value_ref(),
            variable.as_mut_ptr(),
            part.as_mut_ptr(),
            at.as_mut_ptr(),
            block.as_mut_ptr(),
        );
    }
}

impl<'ctx> Debug<'ctx, '_> {
    fn variable(
        &self,
        scope: &Scope<'ctx, '_>,
        name: &str,
        ty: DIType<'ctx>,
        place: Place,
        parameter: Option<usize>,
    ) -> DILocalVariable<'ctx> {
        let file = self.file(scope.function.span.file);
        let whole = scope.subprogram.as_debug_info_scope();
        let line = self.line(place.span);
        match parameter {
            Some(at) => {
                let number = at as u32 + 1;
                let flags = DIFlags::ZERO;
                self.builder
                    .create_parameter_variable(whole, name, number, file, line, ty, true, flags)
            }
            None => {
                let flags = DIFlags::ZERO;
                self.builder
                    .create_auto_variable(whole, name, file, line, ty, true, flags, 0)
            }
        }
    }

    fn basic(&self, name: &str, encoding: u32) -> DIType<'ctx> {
        let bits = if encoding == CHARACTER { 8 } else { BITS };
        let made = self
            .builder
            .create_basic_type(name, bits, encoding, DIFlags::ZERO);
        match made {
            Ok(made) => made.as_type(),
            Err(_) => mesh_report::bug!(mesh_report::Span::DUMMY, "a type without a name"),
        }
    }

    /// A pointer to what only the runtime looks into.
    fn pointer(&self, name: &str) -> DIType<'ctx> {
        let pointee = self.structure(name, 0, DIFlags::FWD_DECL, &[]);
        self.pointer_to(pointee)
    }

    fn pointer_to(&self, pointee: DIType<'ctx>) -> DIType<'ctx> {
        let space = AddressSpace::default();
        let made = self
            .builder
            .create_pointer_type("", pointee, BITS, 0, space);
        made.as_type()
    }

    /// A text: its length, and its bytes where they are not kept elsewhere for their number.
    fn text(&self, name: &str) -> DIType<'ctx> {
        let (int, byte) = (self.basic("Int", SIGNED), self.basic("Byte", CHARACTER));
        let unknown = 0..0;
        let lengths = std::slice::from_ref(&unknown);
        let bytes = self.builder.create_array_type(byte, 0, 8, lengths);
        let at = 8 * mesh_abi::object::STRING_BYTES;
        let members = [
            self.member("length", at - BITS, BITS, int),
            self.member("bytes", at, 0, bytes.as_type()),
        ];
        self.pointer_to(self.structure(name, at, DIFlags::ZERO, &members))
    }

    fn list(&self, name: &str) -> DIType<'ctx> {
        let Ok(half) = self
            .builder
            .create_basic_type("Half", 32, UNSIGNED, DIFlags::ZERO)
        else {
            return self.basic(name, UNSIGNED);
        };
        let members = [
            self.member("buffer", 0, BITS, self.pointer("Buffer")),
            self.part(
                "length",
                BITS,
                LIST_LENGTH.count_ones().into(),
                half.as_type(),
            ),
            self.member("offset", BITS + 32, 32, half.as_type()),
        ];
        self.structure(name, 2 * BITS, DIFlags::ZERO, &members)
    }

    fn record(
        &self,
        name: &str,
        words: usize,
        members: &[(String, usize, usize, DIType<'ctx>)],
    ) -> DIType<'ctx> {
        let members: Vec<_> = members
            .iter()
            .map(|(name, first, words, ty)| {
                self.member(name, *first as u64 * BITS, *words as u64 * BITS, *ty)
            })
            .collect();
        self.structure(name, words as u64 * BITS, DIFlags::ZERO, &members)
    }

    fn enumeration<'a>(&self, name: &str, variants: impl Iterator<Item = &'a str>) -> DIType<'ctx> {
        let (scope, file) = (self.unit.as_debug_info_scope(), self.unit.get_file());
        let variants: Vec<DIEnumerator<'ctx>> = variants
            .enumerate()
            .map(|(at, name)| self.builder.create_enumerator(name, at as i64, true))
            .collect();
        let inner = self.basic("Int", UNSIGNED);
        self.builder
            .create_enumeration_type(scope, name, file, 0, BITS, 0, &variants, inner)
            .as_type()
    }

    fn member(&self, name: &str, at: u64, bits: u64, ty: DIType<'ctx>) -> DIType<'ctx> {
        let (scope, file) = (self.unit.as_debug_info_scope(), self.unit.get_file());
        self.builder
            .create_member_type(scope, name, file, 0, bits, 0, at, DIFlags::ZERO, ty)
            .as_type()
    }

    /// A member that is a part of a word.
    fn part(&self, name: &str, at: u64, bits: u64, ty: DIType<'ctx>) -> DIType<'ctx> {
        let (scope, file) = (self.unit.as_debug_info_scope(), self.unit.get_file());
        self.builder
            .create_member_type(scope, name, file, 0, bits, 0, at, DIFlags::BIT_FIELD, ty)
            .as_type()
    }

    fn structure(
        &self,
        name: &str,
        bits: u64,
        flags: DIFlags,
        members: &[DIType<'ctx>],
    ) -> DIType<'ctx> {
        let (scope, file) = (self.unit.as_debug_info_scope(), self.unit.get_file());
        self.builder
            .create_struct_type(
                scope, name, file, 0, bits, 0, flags, None, members, 0, None, "",
            )
            .as_type()
    }
}
