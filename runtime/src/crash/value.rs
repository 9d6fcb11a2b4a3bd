//! The text of a value of any type, as its descriptor says: for the message that a crash report names.
//!
//! It is cut off where it grows long or deep, so nothing here recurses far, and nothing allocates in a
//! heap or runs Mesh code.

use super::number;
use super::reason::escaped;
use super::report::pid_text;
use crate::heap::list::List;
use crate::heap::object::header;
use crate::heap::string::{Bytes, Str};
use crate::natives::float;
use mesh_abi::descriptor::{FieldDesc, Text, TypeDesc, TypeKind, VariantDesc};
use mesh_abi::object::IMMEDIATE_LIMIT;
use std::ptr::NonNull;

/// Characters of a whole text, about.
const MOST_TEXT: usize = 200;
/// Elements of a list, and bytes of a text in it, that are shown.
const MOST_ELEMENTS: usize = 10;
const MOST_BYTES: usize = 60;
/// Values within values.
const DEEPEST: usize = 8;

/// The text of what a box holds.
///
/// # Safety
/// `root` is a box: a record of one field.
pub unsafe fn text_of_box(root: NonNull<u8>) -> String {
    let mut text = Value(String::new());
    // SAFETY: the caller's promise.
    unsafe { text.in_box(root, 0) };
    text.0
}

/// # Safety
/// As every text of a descriptor.
unsafe fn name(text: Text) -> &'static str {
    let bytes = match text.len {
        0 => &[],
        // SAFETY: a text in static memory, which is not null as it is not empty.
        len => unsafe { std::slice::from_raw_parts(text.bytes, len as usize) },
    };
    std::str::from_utf8(bytes).unwrap_or("?")
}

/// # Safety
/// As every variant of a descriptor.
unsafe fn fields(variant: &VariantDesc) -> &'static [FieldDesc] {
    match variant.field_count {
        0 => &[],
        // SAFETY: it has as many as it says, in static memory.
        count => unsafe { std::slice::from_raw_parts(variant.fields, count as usize) },
    }
}

struct Value(String);

impl Value {
    fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// # Safety
    /// A value of the type stands at `words`.
    unsafe fn show(&mut self, words: *const u64, ty: &TypeDesc, depth: usize) {
        if depth == DEEPEST || self.0.len() >= MOST_TEXT {
            return self.push("…");
        }
        // SAFETY: the caller's promise; a value has the words and the variant that its type says.
        unsafe {
            let word = || *words;
            let object = || NonNull::new(*words as *mut u8);
            let variant = |at: u64| &*ty.variants.add(at as usize);
            match ty.kind {
                TypeKind::Unit => self.push("()"),
                TypeKind::Int => self.push(&number(word() as i64)),
                TypeKind::Float => self.push(&float::to_text(f64::from_bits(word()))),
                TypeKind::Bool => self.push(if word() == 0 { "false" } else { "true" }),
                TypeKind::Pid => self.push(&pid_text(word())),
                TypeKind::Atom => {
                    if let Some(text) = object() {
                        self.push(":");
                        self.push(Str::from_raw(text.cast()).as_str());
                    }
                }
                TypeKind::String => {
                    if let Some(text) = object() {
                        self.text(Str::from_raw(text.cast()).as_str());
                    }
                }
                TypeKind::Bytes => {
                    let count = object().map_or(0, |o| Bytes::from_raw(o.cast()).as_bytes().len());
                    self.push(&["Bytes of ", &number(count as i64)].concat());
                }
                TypeKind::Function => {
                    let ty = object().and_then(|o| header(o.as_ptr().addr()).0.ty.as_ref());
                    self.push("fn ");
                    self.push(ty.map_or("", |ty| name(ty.name)));
                }
                TypeKind::Opaque => self.push(name(ty.name)),
                TypeKind::List => self.list(words, &*(*(*ty.variants).fields).ty, depth),
                TypeKind::Flat => self.variant(words, ty, variant(0), depth),
                TypeKind::Boxed if ty.variant_count == 0 => match object() {
                    Some(root) => self.in_box(root, depth + 1),
                    None => self.push("()"),
                },
                TypeKind::Boxed => self.variant(payload(word()), ty, variant(0), depth),
                TypeKind::Enum => self.push(name(variant(word()).name)),
                TypeKind::Nullable => {
                    let is_empty = |at: &u64| variant(*at).field_count == 0;
                    let (empty, full) = if is_empty(&0) { (0, 1) } else { (1, 0) };
                    match word() {
                        0 => self.push(name(variant(empty).name)),
                        _ => self.variant(words, ty, variant(full), depth),
                    }
                }
                TypeKind::FlatSum => self.variant(words.add(1), ty, variant(word()), depth),
                TypeKind::BoxedSum if word() < IMMEDIATE_LIMIT => {
                    self.push(name(variant(word()).name));
                }
                TypeKind::BoxedSum => {
                    let (_, tag) = header(word() as usize);
                    self.variant(payload(word()), ty, variant(tag), depth);
                }
            }
        }
    }

    /// # Safety
    /// `root` is a box.
    unsafe fn in_box(&mut self, root: NonNull<u8>, depth: usize) {
        // SAFETY: a box is a record, whose only variant has the value as its field.
        unsafe {
            let (desc, _) = header(root.as_ptr().addr());
            if let Some(ty) = desc.ty.as_ref()
                && let Some(field) = fields(&*ty.variants).first()
            {
                let words = payload(root.as_ptr() as u64);
                self.show(words.add(field.offset as usize), &*field.ty, depth);
            }
        }
    }

    fn text(&mut self, text: &str) {
        let mut end = MOST_BYTES.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.push("\"");
        self.push(&escaped(&text[..end]));
        self.push(if end < text.len() { "…\"" } else { "\"" });
    }

    /// # Safety
    /// A list of such elements stands at `words`.
    unsafe fn list(&mut self, words: *const u64, element: &TypeDesc, depth: usize) {
        // SAFETY: the caller's promise.
        let list = unsafe { List::from_words(*words as *mut u8, *words.add(1) as i64) };
        let width = element.words as usize;
        let all = list.words(width);
        self.push("[");
        for at in 0..list.len().min(MOST_ELEMENTS) {
            if at > 0 {
                self.push(", ");
            }
            // SAFETY: the list has so many elements.
            unsafe { self.show(all.as_ptr().add(at * width), element, depth + 1) };
        }
        let more = list.len() > MOST_ELEMENTS;
        self.push(if more { ", …]" } else { "]" });
    }

    /// A tuple, a struct, or a variant of a sum.
    ///
    /// # Safety
    /// A payload of the variant stands at `words`.
    unsafe fn variant(
        &mut self,
        words: *const u64,
        ty: &TypeDesc,
        variant: &VariantDesc,
        depth: usize,
    ) {
        // SAFETY: the caller's promise, and what descriptors say.
        unsafe {
            let (own, fields) = (name(variant.name), fields(variant));
            let is_sum = ty.variant_count > 1;
            self.push(own);
            if fields.is_empty() && !own.is_empty() {
                return;
            }
            let named = fields.first().is_some_and(|field| field.name.len > 0);
            let (open, close) = match named && !is_sum {
                true => (" { ", " }"),
                false => ("(", ")"),
            };
            self.push(open);
            for (at, field) in fields.iter().enumerate() {
                if at > 0 {
                    self.push(", ");
                }
                if field.name.len > 0 {
                    self.push(name(field.name));
                    self.push(": ");
                }
                self.show(words.add(field.offset as usize), &*field.ty, depth + 1);
            }
            self.push(close);
        }
    }
}

/// Where the fields of an object stand.
///
/// # Safety
/// The word is the address of a record.
unsafe fn payload(word: u64) -> *const u64 {
    // SAFETY: behind its header.
    unsafe { (word as *const u64).add(1) }
}
