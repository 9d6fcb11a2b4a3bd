//! Descriptors: what the runtime gets to know of types and objects, as `mesh_abi::descriptor` lays
//! it out. Every module that needs one emits it; the linker keeps one.

use crate::emit::Val;
use crate::layout::{Payload, Shape};
use crate::module::Unit;
use crate::trace::masks;
use inkwell::AddressSpace;
use inkwell::types::StructType;
use inkwell::values::{BasicValue, GlobalValue};
use mesh_abi::descriptor::{ObjectKind, TypeKind};
use mesh_core::ir::{FnId, FnKind, Ty, TyId};
use std::rc::Rc;

impl<'ctx> Unit<'ctx, '_> {
    /// The descriptor of a list buffer's object, by its element.
    pub fn buffer_object(&self, element: TyId) -> GlobalValue<'ctx> {
        let symbol = format!("mesh.buffer.{}", self.type_key(element));
        let one = Payload {
            words: self.words(element).to_vec(),
            fields: vec![(0, element)],
        };
        self.object(symbol, ObjectKind::Buffer, &one, Some(element))
    }

    /// The descriptor of a record: the payload of a variant of `ty`.
    pub fn record_object(&self, ty: TyId, variant: u32, payload: &Payload) -> GlobalValue<'ctx> {
        let symbol = format!("mesh.record.{variant}.{}", self.type_key(ty));
        self.object(symbol, ObjectKind::Record, payload, Some(ty))
    }

    /// The descriptor of a box: a record of a type with one field, the value.
    pub fn box_object(&self, held: TyId) -> GlobalValue<'ctx> {
        let key = self.type_key(held);
        let symbol = format!("mesh.box.{key}");
        if let Some(found) = self.globals.borrow().get(&symbol) {
            return *found;
        }
        let type_symbol = format!("mesh.boxed.{key}");
        let ty = self.shared_constant(&type_symbol, self.type_struct(), AddressSpace::default());
        let payload = Payload {
            words: self.words(held).to_vec(),
            fields: vec![(0, held)],
        };
        let variants = [(String::new(), payload, Vec::new())];
        self.fill_type(ty, TypeKind::Boxed, 1, self.text("Boxed"), &variants);
        self.object_of(symbol, ObjectKind::Record, &variants[0].1, Some(ty))
    }

    /// The descriptor of strings and of bytes.
    pub fn text_object(&self, kind: ObjectKind) -> GlobalValue<'ctx> {
        let name = if kind == ObjectKind::Bytes {
            "bytes"
        } else {
            "string"
        };
        self.object(
            format!("mesh.object.{name}"),
            kind,
            &Payload::default(),
            None,
        )
    }

    /// The descriptor of a closure's object. The name's bytes stand in a string object, from which
    /// compiled code gets the function's name as a value.
    pub fn closure_object(&self, function: FnId) -> GlobalValue<'ctx> {
        let function = &self.program.functions[function.index()];
        let symbol = format!("mesh.closure.{}", function.symbol);
        if let Some(found) = self.globals.borrow().get(&symbol) {
            return *found;
        }
        let captures = match &function.kind {
            FnKind::Direct => &[][..],
            FnKind::Closure { captures } => captures,
        };
        let mut payload = Payload::default();
        for &ty in captures {
            payload.fields.push((payload.words.len() as u32, ty));
            payload.words.extend(self.words(ty));
        }
        let type_symbol = format!("mesh.captures.{}", function.symbol);
        let ty = self.shared_constant(&type_symbol, self.type_struct(), AddressSpace::default());
        let text = self.string(&function.name);
        let start = self.emit.int(mesh_abi::object::STRING_BYTES as i64);
        // SAFETY: within the string object, whose bytes start there.
        let bytes = unsafe { text.const_in_bounds_gep(self.emit.i8, &[start]) };
        let bytes = bytes.const_address_space_cast(self.emit.raw);
        let name = [
            bytes.into(),
            self.emit.int(function.name.len() as i64).into(),
        ];
        let words = payload.words.len();
        let variants = [(String::new(), payload, Vec::new())];
        self.fill_type(ty, TypeKind::Flat, words, name, &variants);
        self.object_of(symbol, ObjectKind::Closure, &variants[0].1, Some(ty))
    }

    fn object(
        &self,
        symbol: String,
        kind: ObjectKind,
        payload: &Payload,
        ty: Option<TyId>,
    ) -> GlobalValue<'ctx> {
        if let Some(found) = self.globals.borrow().get(&symbol) {
            return *found;
        }
        let ty = ty.map(|ty| self.type_desc(ty));
        self.object_of(symbol, kind, payload, ty)
    }

    fn object_of(
        &self,
        symbol: String,
        kind: ObjectKind,
        payload: &Payload,
        ty: Option<GlobalValue<'ctx>>,
    ) -> GlobalValue<'ctx> {
        let emit = &self.emit;
        let ty = ty.map_or(emit.raw.const_null(), GlobalValue::as_pointer_value);
        let number = |n: u64| -> Val<'ctx> { emit.i32.const_int(n, false).into() };
        let masks = masks(self.layouts, payload);
        let fields = [
            number(kind as u64),
            number(payload.words.len() as u64),
            ty.into(),
            emit.int(masks.pointers as i64).into(),
            emit.int(masks.lists as i64).into(),
        ];
        let value = emit.llvm.const_struct(&fields, false);
        let global = self.shared_constant(&symbol, value.get_type(), AddressSpace::default());
        global.set_initializer(&value);
        self.globals.borrow_mut().insert(symbol, global);
        global
    }

    /// The descriptor of a type. Its contents are filled in by [`Unit::finish_types`], for types
    /// refer to each other.
    pub fn type_desc(&self, ty: TyId) -> GlobalValue<'ctx> {
        let symbol = format!("mesh.type.{}", self.type_key(ty));
        if let Some(found) = self.globals.borrow().get(&symbol) {
            return *found;
        }
        let global = self.shared_constant(&symbol, self.type_struct(), AddressSpace::default());
        self.globals.borrow_mut().insert(symbol, global);
        self.pending_types.borrow_mut().push(ty);
        global
    }

    /// Fills in every descriptor that was asked for, and those they refer to.
    pub fn finish_types(&self) {
        loop {
            let next = self.pending_types.borrow_mut().pop();
            let Some(ty) = next else { return };
            let global = self.type_desc(ty);
            let kind = self.kind(ty);
            let name = self.text(&self.type_name(ty));
            let variants = self.variants(ty);
            self.fill_type(global, kind, self.words(ty).len(), name, &variants);
        }
    }

    fn kind(&self, ty: TyId) -> TypeKind {
        match &self.layouts.get(ty).shape {
            Shape::Scalar => match self.program.types.get(ty) {
                Ty::Int => TypeKind::Int,
                Ty::Float => TypeKind::Float,
                Ty::Bool => TypeKind::Bool,
                Ty::Atom => TypeKind::Atom,
                Ty::Pid => TypeKind::Pid,
                Ty::String => TypeKind::String,
                Ty::Bytes => TypeKind::Bytes,
                Ty::Fn(..) => TypeKind::Function,
                Ty::Opaque(_) => TypeKind::Opaque,
                Ty::Boxed => TypeKind::Boxed,
                _ => TypeKind::Unit,
            },
            Shape::List { .. } => TypeKind::List,
            Shape::Flat(_) => TypeKind::Flat,
            Shape::Boxed(_) => TypeKind::Boxed,
            Shape::Enum(_) => TypeKind::Enum,
            Shape::Nullable { .. } => TypeKind::Nullable,
            Shape::FlatSum(_) => TypeKind::FlatSum,
            Shape::BoxedSum(_) => TypeKind::BoxedSum,
        }
    }

    /// The variants with their payloads and field names; the element of a list as a field.
    fn variants(&self, ty: TyId) -> Vec<(String, Payload, Vec<String>)> {
        match self.program.types.get(ty) {
            Ty::List(element) => {
                let fields = vec![(0, *element)];
                let words = Vec::new();
                vec![(String::new(), Payload { words, fields }, Vec::new())]
            }
            Ty::Tuple(_) => {
                let payload = self.layouts.get(ty).shape.payload(0);
                vec![(
                    String::new(),
                    payload.cloned().unwrap_or_default(),
                    Vec::new(),
                )]
            }
            Ty::Data(id) => {
                let data = self.program.types.data(*id);
                let shape = &self.layouts.get(ty).shape;
                let one = |(at, variant): (usize, &mesh_core::ir::Variant)| {
                    let payload = shape.payload(at as u32).cloned().unwrap_or_default();
                    let names = variant.fields.iter().map(|f| f.name.to_string());
                    (variant.name.to_string(), payload, names.collect())
                };
                data.variants.iter().enumerate().map(one).collect()
            }
            _ => Vec::new(),
        }
    }

    fn type_struct(&self) -> StructType<'ctx> {
        let emit = &self.emit;
        let fields = [
            emit.i32.into(),
            emit.i32.into(),
            emit.raw.into(),
            emit.i64.into(),
            emit.i64.into(),
            emit.raw.into(),
        ];
        emit.llvm.struct_type(&fields, false)
    }

    fn fill_type(
        &self,
        global: GlobalValue<'ctx>,
        kind: TypeKind,
        words: usize,
        name: [Val<'ctx>; 2],
        variants: &[(String, Payload, Vec<String>)],
    ) {
        let emit = &self.emit;
        let number = |n: u64| -> Val<'ctx> { emit.i32.const_int(n, false).into() };
        let count = |n: usize| -> Val<'ctx> { emit.int(n as i64).into() };
        let mut rows = Vec::new();
        for (variant, payload, names) in variants {
            let mut fields = Vec::new();
            for (at, (offset, ty)) in payload.fields.iter().enumerate() {
                let [bytes, length] = self.text(names.get(at).map_or("", String::as_str));
                let ty = self.type_desc(*ty).as_pointer_value().into();
                fields.extend([bytes, length, count(*offset as usize), ty]);
            }
            let [bytes, length] = self.text(variant);
            let fields = self.table(&fields);
            rows.extend([bytes, length, count(payload.fields.len()), fields]);
        }
        let table = self.table(&rows);
        let [bytes, length] = name;
        let fields = [
            number(kind as u64),
            number(words as u64),
            bytes,
            length,
            count(variants.len()),
            table,
        ];
        let value = emit.llvm.const_struct(&fields, false);
        global.set_initializer(&value.as_basic_value_enum());
    }

    /// A constant array of records, given as the sequence of all their words.
    fn table(&self, words: &[Val<'ctx>]) -> Val<'ctx> {
        if words.is_empty() {
            return self.emit.raw.const_null().into();
        }
        let value = self.emit.llvm.const_struct(words, false).into();
        let global = self.private_constant(value, AddressSpace::default());
        global.as_pointer_value().into()
    }

    /// The type as reports and the term format name it.
    fn type_name(&self, ty: TyId) -> Rc<str> {
        match self.program.types.get(ty) {
            Ty::Data(id) => Rc::from(self.program.types.data(*id).name.as_str()),
            _ => self.type_key(ty),
        }
    }

    /// Unique among types and stable between compilations.
    pub fn type_key(&self, ty: TyId) -> Rc<str> {
        if let Some(found) = &self.type_keys.borrow()[ty.index()] {
            return found.clone();
        }
        // Parts are interned before what they are part of, so filling in all keys up to this one
        // in order needs no recursion.
        for at in 0..=ty.index() {
            let missing = self.type_keys.borrow()[at].is_none();
            if missing {
                let key = self.make_key(TyId(at as u32));
                self.type_keys.borrow_mut()[at] = Some(key);
            }
        }
        self.type_keys.borrow()[ty.index()]
            .clone()
            .unwrap_or_default()
    }

    fn make_key(&self, ty: TyId) -> Rc<str> {
        let part = |ty: &TyId| -> Rc<str> {
            let keys = self.type_keys.borrow();
            keys[ty.index()].clone().unwrap_or_default()
        };
        let parts = |list: &[TyId]| list.iter().map(part).collect::<Vec<_>>().join(", ");
        let text = match self.program.types.get(ty) {
            Ty::Int => "Int".to_string(),
            Ty::Float => "Float".to_string(),
            Ty::Bool => "Bool".to_string(),
            Ty::String => "String".to_string(),
            Ty::Bytes => "Bytes".to_string(),
            Ty::Atom => "Atom".to_string(),
            Ty::Unit => "()".to_string(),
            Ty::Never => "Never".to_string(),
            Ty::Pid => "Pid".to_string(),
            Ty::Tuple(items) => format!("({})", parts(items)),
            Ty::List(element) => format!("List<{}>", part(element)),
            Ty::Fn(params, result) => format!("fn({}) -> {}", parts(params), part(result)),
            Ty::Data(id) => self.program.types.data(*id).key.to_string(),
            Ty::Opaque(name) => name.to_string(),
            Ty::Boxed => "Boxed".to_string(),
        };
        if text.len() <= LONGEST_KEY {
            return text.into();
        }
        let cut = (0..=LONGEST_KEY)
            .rev()
            .find(|&at| text.is_char_boundary(at));
        format!("{}#{:016x}", &text[..cut.unwrap_or(0)], fnv(&text)).into()
    }
}

/// Longer keys are cut and end in a hash of the whole.
const LONGEST_KEY: usize = 200;

fn fnv(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
