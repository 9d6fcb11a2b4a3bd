//! Lists: what touches a buffer's cells is inline, what may copy a buffer is the runtime's.
//!
//! A list value is the buffer's address and `offset << 32 | length`, with a bit that says whether the buffer is the
//! list's alone (see `linear`). Lists whose elements have no words have no buffer: only their length counts.

use crate::constants::is_constant;
use crate::emit::{Val, must};
use crate::function::Body;
use crate::layout::{Shape, Word};
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::types::BasicType;
use inkwell::values::{BasicValue, IntValue, PointerValue};
use mesh_abi::object::{BUFFER_ELEMENTS, LIST_LENGTH, LIST_OFFSET_SHIFT, LIST_UNIQUE, ListBuffer};
use mesh_core::ir::{ListOp, TyId, ValueId};
use mesh_report::bug;
use std::mem::offset_of;

const CAPACITY: u64 = offset_of!(ListBuffer, capacity) as u64;
const FLAGS: u64 = offset_of!(ListBuffer, flags) as u64;
const LO: u64 = offset_of!(ListBuffer, lo) as u64;
const HI: u64 = offset_of!(ListBuffer, hi) as u64;

/// The two words of a list.
#[derive(Clone, Copy)]
struct List<'ctx> {
    buffer: PointerValue<'ctx>,
    range: IntValue<'ctx>,
}

impl<'ctx> List<'ctx> {
    fn of(words: &[Val<'ctx>]) -> List<'ctx> {
        List {
            buffer: words[0].into_pointer_value(),
            range: words[1].into_int_value(),
        }
    }

    fn words(self) -> Vec<Val<'ctx>> {
        vec![self.buffer.into(), self.range.into()]
    }
}

/// Which end of a list grows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Back,
    Front,
}

impl<'ctx> Body<'_, 'ctx, '_> {
    /// A fresh list of these elements.
    pub fn list_of(&self, ty: TyId, items: &[ValueId]) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        let element = self.element(ty);
        let count = emit.int(items.len() as i64);
        let size = self.cell(element);
        if items.is_empty() || size == 0 {
            return self.without_buffer(count).words();
        }
        let words = self.stored(items);
        if words.iter().all(is_constant) {
            let buffer = self.unit.static_buffer(element, items.len(), &words);
            return List {
                buffer,
                range: count,
            }
            .words();
        }
        let list = self.reserve(element, count);
        let first = self.cell_at(list.buffer, element, self.offset(list));
        self.store_cell(first, &words);
        let filled = emit.add(self.offset(list), count);
        let filled = must(emit.builder.build_int_truncate(filled, emit.i32, ""));
        emit.store(list.buffer, HI, filled);
        let range = emit.or(list.range, count);
        List { range, ..list }.words()
    }

    pub fn list_op(&mut self, op: ListOp, args: &[ValueId], result: TyId) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        if op == ListOp::WithCapacity {
            let element = self.element(result);
            if self.cell(element) == 0 {
                return self.without_buffer(emit.int(0)).words();
            }
            let count = emit.as_int(self.one(args[0]));
            return self.reserve(element, count).words();
        }
        let list = List::of(self.value(args[0]));
        let element = self.element(self.ty(args[0]));
        let int = |n: usize| emit.as_int(self.one(args[n]));
        match op {
            ListOp::Length => vec![self.length(list).into()],
            ListOp::Get => self.get(list, element, int(1)),
            ListOp::Slice => {
                let from = emit.add(self.offset(list), int(1));
                let mut range = emit.or(emit.shl(from, LIST_OFFSET_SHIFT), int(2));
                if self.linear.keeps(args[0]) {
                    let unique = emit.and(list.range, emit.int(LIST_UNIQUE as i64));
                    range = emit.or(range, unique);
                }
                List { range, ..list }.words()
            }
            ListOp::Push => self.grow(list, element, self.stored(&args[1..]), End::Back),
            ListOp::Unshift => self.grow(list, element, self.stored(&args[1..]), End::Front),
            ListOp::Concat => self.concat_lists(list, List::of(self.value(args[1])), element),
            ListOp::Replaced => {
                let item = self.stored(&args[2..]);
                self.splice(list, element, int(1), 1, Some(item))
            }
            ListOp::Inserted => {
                let item = self.stored(&args[2..]);
                self.splice(list, element, int(1), 0, Some(item))
            }
            ListOp::Removed => self.splice(list, element, int(1), 1, None),
            ListOp::WithCapacity => bug!(self.span, "handled above"),
        }
    }

    fn element(&self, ty: TyId) -> TyId {
        match self.unit.layouts.get(ty).shape {
            Shape::List { element } => element,
            _ => bug!(self.span, "a list operation on what is no list"),
        }
    }

    /// Bytes of a cell.
    fn cell(&self, element: TyId) -> u64 {
        8 * self.unit.words(element).len() as u64
    }

    fn without_buffer(&self, length: IntValue<'ctx>) -> List<'ctx> {
        List {
            buffer: self.unit.emit.gc.const_null(),
            range: length,
        }
    }

    /// The length of a list, by its words.
    pub fn length_of(&self, words: &[Val<'ctx>]) -> IntValue<'ctx> {
        self.length(List::of(words))
    }

    fn length(&self, list: List<'ctx>) -> IntValue<'ctx> {
        let emit = &self.unit.emit;
        emit.and(list.range, emit.int(LIST_LENGTH as i64))
    }

    fn offset(&self, list: List<'ctx>) -> IntValue<'ctx> {
        self.unit.emit.lshr(list.range, LIST_OFFSET_SHIFT)
    }

    /// The address of a cell, counted from the buffer's first.
    fn cell_at(
        &self,
        buffer: PointerValue<'ctx>,
        element: TyId,
        at: IntValue<'ctx>,
    ) -> PointerValue<'ctx> {
        let emit = &self.unit.emit;
        let first = emit.at(buffer, BUFFER_ELEMENTS);
        let row = emit.i64.array_type((self.cell(element) / 8) as u32);
        // SAFETY: the caller's index lies within the buffer; one index for one dimension.
        let row = row.as_basic_type_enum();
        must(unsafe { emit.builder.build_in_bounds_gep(row, first, &[at], "") })
    }

    fn store_cell(&self, cell: PointerValue<'ctx>, words: &[Val<'ctx>]) {
        for (n, &word) in words.iter().enumerate() {
            self.unit.emit.store(cell, 8 * n as u64, word);
        }
    }

    fn get(&self, list: List<'ctx>, element: TyId, index: IntValue<'ctx>) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        let words = self.unit.words(element);
        if words.is_empty() {
            return Vec::new();
        }
        let at = emit.add(self.offset(list), index);
        let cell = self.cell_at(list.buffer, element, at);
        let words = words.iter().enumerate();
        words
            .map(|(n, &class)| emit.load(class, cell, 8 * n as u64))
            .collect()
    }

    /// An empty list with room for `count` elements behind.
    fn reserve(&self, element: TyId, count: IntValue<'ctx>) -> List<'ctx> {
        let empty = self.without_buffer(self.unit.emit.int(0));
        self.reserve_more("rt.list_reserve_back", empty, element, count)
    }

    fn reserve_more(
        &self,
        native: &str,
        list: List<'ctx>,
        element: TyId,
        count: IntValue<'ctx>,
    ) -> List<'ctx> {
        let desc = self.address(self.unit.buffer_object(element));
        let args = [list.buffer.into(), list.range.into(), count.into(), desc];
        self.ask_list(native, &args)
    }

    /// Calls a runtime function that gives a list.
    fn ask_list(&self, name: &str, args: &[Val<'ctx>]) -> List<'ctx> {
        let mut all: Vec<Val<'ctx>> = vec![self.ctx.into()];
        all.extend(args);
        self.unit.emit.call(self.unit.runtime(name), &all);
        List::of(&self.read_return_block(&[Word::Ptr, Word::Int]))
    }

    fn load_u32(&self, buffer: PointerValue<'ctx>, at: u64) -> IntValue<'ctx> {
        let emit = &self.unit.emit;
        let value = emit.load_as(emit.i32.into(), buffer, at).into_int_value();
        must(emit.builder.build_int_z_extend(value, emit.i64, ""))
    }

    /// One element more at an end: in place where the list ends where its buffer's filled range
    /// does and there is a cell left, else through the runtime, which makes room.
    fn grow(
        &self,
        list: List<'ctx>,
        element: TyId,
        item: Vec<Val<'ctx>>,
        end: End,
    ) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        let one = emit.int(1);
        if self.cell(element) == 0 {
            let range = emit.add(list.range, one);
            return List { range, ..list }.words();
        }
        let look = emit.next_block();
        let slow = emit.cold_block(self.llvm);
        let null = emit.gc.const_null();
        let none = emit.pcmp(IntPredicate::EQ, list.buffer, null);
        emit.branch(none, slow, look);
        emit.go(look);
        let fast = emit.next_block();
        let room = self.has_room(list, end);
        emit.branch(room, fast, slow);
        emit.go(slow);
        let native = match end {
            End::Back => "rt.list_reserve_back",
            End::Front => "rt.list_reserve_front",
        };
        let other = self.reserve_more(native, list, element, one);
        let slow_end = emit.here();
        emit.jump(fast);
        emit.go(fast);
        let list = self.merge([(list, look), (other, slow_end)]);
        let (at, bound) = match end {
            End::Back => {
                let at = emit.add(self.offset(list), self.length(list));
                (at, (HI, emit.add(at, one)))
            }
            End::Front => {
                let at = emit.sub(self.offset(list), one);
                (at, (LO, at))
            }
        };
        self.store_cell(self.cell_at(list.buffer, element, at), &item);
        let (field, bound) = bound;
        let bound = must(emit.builder.build_int_truncate(bound, emit.i32, ""));
        emit.store(list.buffer, field, bound);
        // At the front the offset falls by one too.
        let step = match end {
            End::Back => one,
            End::Front => emit.int(1 - (1 << LIST_OFFSET_SHIFT)),
        };
        let range = emit.add(list.range, step);
        List { range, ..list }.words()
    }

    /// Whether a list may grow in place. Any flag of the buffer speaks against it.
    fn has_room(&self, list: List<'ctx>, end: End) -> IntValue<'ctx> {
        let emit = &self.unit.emit;
        let buffer = list.buffer;
        let flags = emit
            .load_as(emit.i32.into(), buffer, FLAGS)
            .into_int_value();
        let plain = emit.icmp(IntPredicate::EQ, flags, emit.i32.const_zero());
        let offset = self.offset(list);
        let (at_end, cell_left) = match end {
            End::Back => {
                let hi = self.load_u32(buffer, HI);
                let stop = emit.add(offset, self.length(list));
                let capacity = self.load_u32(buffer, CAPACITY);
                (
                    emit.icmp(IntPredicate::EQ, stop, hi),
                    emit.icmp(IntPredicate::ULT, hi, capacity),
                )
            }
            End::Front => {
                let lo = self.load_u32(buffer, LO);
                (
                    emit.icmp(IntPredicate::EQ, offset, lo),
                    emit.icmp(IntPredicate::NE, lo, emit.int(0)),
                )
            }
        };
        emit.and(plain, emit.and(at_end, cell_left))
    }

    fn merge(&self, ways: [(List<'ctx>, BasicBlock<'ctx>); 2]) -> List<'ctx> {
        let emit = &self.unit.emit;
        let buffer = emit.phi(emit.gc.into());
        let range = emit.phi(emit.i64.into());
        for (list, from) in ways {
            buffer.add_incoming(&[(&list.buffer as &dyn BasicValue, from)]);
            range.add_incoming(&[(&list.range as &dyn BasicValue, from)]);
        }
        List {
            buffer: buffer.as_basic_value().into_pointer_value(),
            range: range.as_basic_value().into_int_value(),
        }
    }

    fn concat_lists(&self, a: List<'ctx>, b: List<'ctx>, element: TyId) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        if self.cell(element) == 0 {
            let length = emit.add(self.length(a), self.length(b));
            return self.without_buffer(length).words();
        }
        let desc = self.address(self.unit.buffer_object(element));
        let mut args = a.words();
        args.extend(b.words());
        args.push(desc);
        self.ask_list("rt.list_concat", &args).words()
    }

    /// A copy with `removed` elements at `index` replaced by one, or by none.
    fn splice(
        &self,
        list: List<'ctx>,
        element: TyId,
        index: IntValue<'ctx>,
        removed: i64,
        item: Option<Vec<Val<'ctx>>>,
    ) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        let inserted = i64::from(item.is_some());
        if self.cell(element) == 0 {
            let length = emit.add(self.length(list), emit.int(inserted - removed));
            return self.without_buffer(length).words();
        }
        let desc = self.address(self.unit.buffer_object(element));
        let mut args = list.words();
        let counts = [index, emit.int(removed), emit.int(inserted)];
        args.extend(counts.map(Val::from));
        args.push(desc);
        let copy = self.ask_list("rt.list_splice", &args);
        if let Some(item) = item {
            let at = emit.add(self.offset(copy), index);
            self.store_cell(self.cell_at(copy.buffer, element, at), &item);
        }
        copy.words()
    }
}
