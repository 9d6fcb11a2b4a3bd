//! Type descriptors: one static tree per type, emitted by the compiler, read by the collector, the
//! deep copy, `Debug` of opaque values and the term format between nodes.

/// A text in static memory, not terminated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub bytes: *const u8,
    pub len: u64,
}

/// What a word, or a run of words, means.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeKind {
    /// No words.
    Unit = 0,
    Int = 1,
    Float = 2,
    /// 0 or 1.
    Bool = 3,
    /// Address of the atom's unique static string object.
    Atom = 4,
    Pid = 5,
    /// Pointer to a string object.
    String = 6,
    /// Pointer to a bytes object.
    Bytes = 7,
    /// Pointer to a closure object.
    Function = 8,
    /// Two words; `parts[0]` has one field, the element.
    List = 9,
    /// Fields flat, one after another: a small struct or a tuple. One variant.
    Flat = 10,
    /// Pointer to an object with the fields: a large or recursive struct or tuple. One variant.
    /// Without any: a value of any type, in a record that says which; or null.
    Boxed = 11,
    /// A sum whose variants have no payload: the word is the variant's index.
    Enum = 12,
    /// Two variants, one without payload (word 0), one whose payload is a never-null pointer.
    Nullable = 13,
    /// Word 0 is the variant's index, the payload follows; unused words are 0.
    FlatSum = 14,
    /// A word below `IMMEDIATE_LIMIT` is the index of a variant without payload, any other a
    /// pointer to an object whose header carries the variant's index.
    BoxedSum = 15,
    /// A word the runtime alone understands (a handle).
    Opaque = 16,
}

impl TypeKind {
    /// Whether no word of a value is the address of an object that a copy or a collection follows.
    pub const fn is_plain(self) -> bool {
        match self {
            TypeKind::Unit
            | TypeKind::Int
            | TypeKind::Float
            | TypeKind::Bool
            | TypeKind::Atom
            | TypeKind::Pid
            | TypeKind::Enum
            | TypeKind::Opaque => true,
            TypeKind::String
            | TypeKind::Bytes
            | TypeKind::Function
            | TypeKind::List
            | TypeKind::Flat
            | TypeKind::Boxed
            | TypeKind::Nullable
            | TypeKind::FlatSum
            | TypeKind::BoxedSum => false,
        }
    }
}

/// One field: its place, in words from the start of its variant's payload, and its type.
/// In a `FlatSum` the tag word is not counted.
#[repr(C)]
pub struct FieldDesc {
    pub name: Text,
    pub offset: u64,
    pub ty: *const TypeDesc,
}

/// One variant of a sum, or the only one of a struct or tuple.
#[repr(C)]
pub struct VariantDesc {
    pub name: Text,
    pub field_count: u64,
    pub fields: *const FieldDesc,
}

/// A type as a value of it stands in a register, a field or an element.
#[repr(C)]
pub struct TypeDesc {
    pub kind: TypeKind,
    /// Words a value takes where it stands flat.
    pub words: u32,
    pub name: Text,
    pub variant_count: u64,
    pub variants: *const VariantDesc,
}

/// What kind of object a header describes.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectKind {
    String = 0,
    Bytes = 1,
    /// The payload of variant `tag` of `ty`, which is `Boxed` or `BoxedSum`.
    Record = 2,
    /// A list buffer of elements of `ty`.
    Buffer = 3,
    /// A closure: `ty` is a `Flat` of its captures, named after the function.
    Closure = 4,
}

/// What an object's header points to.
#[repr(C)]
pub struct ObjectDesc {
    pub kind: ObjectKind,
    /// Payload words after the header for `Record`, words per element for `Buffer`, capture words
    /// for `Closure`; 0 otherwise. Each variant of a sum has an `ObjectDesc` of its own, with the
    /// words of its payload.
    pub words: u32,
    pub ty: *const TypeDesc,
    /// For the collector, which reads these instead of the type where it can: bit `n` says that word
    /// `n` of the payload, the element or the captures is an object's address, null, or below
    /// `IMMEDIATE_LIMIT`.
    pub pointers: u64,
    /// Bit `n`: word `n` is a list's buffer, and word `n + 1` its range. [`BY_TYPE`] where neither
    /// mask can say it.
    pub lists: u64,
}

/// [`ObjectDesc::lists`] of an object whose words are not the same in all its values, or too many:
/// what they are is to be read from its type.
pub const BY_TYPE: u64 = u64::MAX;

// SAFETY: descriptors are immutable static data.
unsafe impl Sync for TypeDesc {}
// SAFETY: as above.
unsafe impl Sync for ObjectDesc {}
// SAFETY: as above.
unsafe impl Sync for VariantDesc {}
// SAFETY: as above.
unsafe impl Sync for FieldDesc {}
