//! Constants in static memory: texts, atoms, and closures that capture nothing.

use crate::emit::{Val, gc_space};
use crate::module::Unit;
use inkwell::values::{GlobalValue, IntValue, PointerValue};
use mesh_abi::descriptor::ObjectKind;
use mesh_abi::object::BUFFER_FROZEN;
use mesh_core::ir::{FnId, TyId};

/// Whether a word can stand in static memory.
pub fn is_constant(word: &Val) -> bool {
    match word {
        Val::IntValue(value) => value.is_const(),
        Val::FloatValue(value) => value.is_const(),
        Val::PointerValue(value) => value.is_const(),
        _ => false,
    }
}

impl<'ctx> Unit<'ctx, '_> {
    /// The string object of a text, one per text and module.
    pub fn string(&self, text: &str) -> PointerValue<'ctx> {
        let key = format!("string {text}");
        if let Some(found) = self.globals.borrow().get(&key) {
            return found.as_pointer_value();
        }
        let global = self.own_string(text);
        self.globals.borrow_mut().insert(key, global);
        global.as_pointer_value()
    }

    /// A string object of the text that is nobody else's.
    pub fn own_string(&self, text: &str) -> GlobalValue<'ctx> {
        let value = self.bytes_object(ObjectKind::String, text.as_bytes());
        self.private_constant(value, gc_space())
    }

    /// A bytes object.
    pub fn bytes(&self, bytes: &[u8]) -> PointerValue<'ctx> {
        let value = self.bytes_object(ObjectKind::Bytes, bytes);
        self.private_constant(value, gc_space()).as_pointer_value()
    }

    /// The atom's only object in the whole program; its address is the atom.
    pub fn atom(&self, name: &str) -> PointerValue<'ctx> {
        let symbol = format!("mesh.atom.{name}");
        if let Some(found) = self.globals.borrow().get(&symbol) {
            return found.as_pointer_value();
        }
        let value = self.bytes_object(ObjectKind::String, name.as_bytes());
        let global = self.shared_constant(&symbol, value.get_type(), gc_space());
        global.set_initializer(&value);
        self.globals.borrow_mut().insert(symbol, global);
        global.as_pointer_value()
    }

    /// Header, length, the bytes and a NUL.
    fn bytes_object(&self, kind: ObjectKind, bytes: &[u8]) -> Val<'ctx> {
        let header = self.header(self.text_object(kind), 0);
        let length = self.emit.int(bytes.len() as i64);
        let content = self.emit.llvm.const_string(bytes, true);
        self.emit
            .llvm
            .const_struct(&[header.into(), length.into(), content.into()], false)
            .into()
    }

    /// An object's header as a constant: its descriptor and the variant's tag.
    pub fn header(&self, desc: GlobalValue<'ctx>, tag: u32) -> IntValue<'ctx> {
        let address = desc.as_pointer_value().const_to_int(self.emit.i64);
        if tag == 0 {
            return address;
        }
        let tag = i64::from(tag) << mesh_abi::object::TAG_SHIFT;
        address.const_add(self.emit.int(tag))
    }

    /// The closure object of a function that captures nothing.
    pub fn static_closure(&self, function: FnId) -> PointerValue<'ctx> {
        let key = format!("closure {}", function.0);
        if let Some(found) = self.globals.borrow().get(&key) {
            return found.as_pointer_value();
        }
        let code = self.function(function).as_global_value().as_pointer_value();
        let header = self.header(self.closure_object(function), 0);
        let fields = [header.into(), code.into()];
        let value = self.emit.llvm.const_struct(&fields, false).into();
        let global = self.private_constant(value, gc_space());
        self.globals.borrow_mut().insert(key, global);
        global.as_pointer_value()
    }

    /// A record all of whose words are constants.
    pub fn static_record(&self, header: IntValue<'ctx>, words: &[Val<'ctx>]) -> PointerValue<'ctx> {
        let mut fields: Vec<Val<'ctx>> = vec![header.into()];
        fields.extend(words);
        let value = self.emit.llvm.const_struct(&fields, false);
        let global = self.private_constant(value.into(), gc_space());
        global.as_pointer_value()
    }

    /// A full buffer all of whose cells' words are constants. It is frozen: nobody appends to it.
    pub fn static_buffer(
        &self,
        element: TyId,
        count: usize,
        words: &[Val<'ctx>],
    ) -> PointerValue<'ctx> {
        let header = self.header(self.buffer_object(element), 0);
        let half = |n: usize| -> Val<'ctx> { self.emit.i32.const_int(n as u64, false).into() };
        let flags = half(BUFFER_FROZEN as usize);
        let (none, all) = (half(0), half(count));
        // Capacity, flags, the range that is filled, the range the collector has seen.
        let mut fields = vec![header.into(), all, flags, none, all, none, all];
        fields.extend(words);
        // An object owns a byte behind its last element.
        fields.push(self.emit.int(0).into());
        let value = self.emit.llvm.const_struct(&fields, false);
        let global = self.private_constant(value.into(), gc_space());
        global.as_pointer_value()
    }

    /// A text without a header: its bytes' address and length as constants.
    pub fn text(&self, text: &str) -> [Val<'ctx>; 2] {
        let key = format!("text {text}");
        let found = self.globals.borrow().get(&key).copied();
        let global = found.unwrap_or_else(|| {
            let bytes = self.emit.llvm.const_string(text.as_bytes(), true);
            let global = self.private_constant(bytes.into(), Default::default());
            global.set_alignment(1);
            self.globals.borrow_mut().insert(key, global);
            global
        });
        let length = self.emit.int(text.len() as i64);
        [global.as_pointer_value().into(), length.into()]
    }
}
