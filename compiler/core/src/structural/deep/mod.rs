//! The methods of types that contain themselves, by way of any number of others: `Node(Tree, Int, Tree)`,
//! `Rose(Int, List<Rose>)`, expressions made of terms made of expressions.
//!
//! A value of such a type may be millions deep, so its method is a loop that keeps what it has not
//! finished on a list in the heap: the machine stack stays flat, and text is joined once. Each type on
//! the way has a block that looks at a value of it. A part that leads back is gone into at once: a frame on the
//! list says where to go on behind it, unless it is the last part, behind which there is nothing
//! to do. So a chain, `Cons(Int, Chain)`, needs no list at all.
//!
//! `hash` takes what it comes by into one number, in order. Text goes to a list of pieces; the
//! closing parentheses of values whose last part is gone into are counted.

mod cycle;
mod list;

use super::{Generator, Method, Shape, variants};
use crate::ir::{
    self, BlockId, Const, Field, ListOp, Op, Prim, Target, Term, TyId, ValueId, Variant,
};
use crate::specialise::Callee;
use mesh_check::ty::Ty;
use smol_str::SmolStr;

pub use cycle::cycle;

/// A type on the way.
struct Member {
    ty: Ty,
    core: TyId,
    /// Of a list, its element's type.
    element: Option<Ty>,
    variants: Vec<Shape>,
    /// Looks at a value.
    visit: BlockId,
    /// Of a list: goes on at a position.
    from: BlockId,
}

/// Where to go on behind a part: at a field, or in a list.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Frame {
    member: usize,
    variant: usize,
    field: usize,
}

/// What the loop carries from block to block.
#[derive(Clone)]
struct State {
    /// One value, or the two that are compared.
    subjects: Vec<ValueId>,
    /// The hash so far, or the pieces of text.
    all: Option<ValueId>,
    /// Parentheses to close behind the value.
    open: Option<ValueId>,
    /// The newest frame, where there are any.
    stack: Option<ValueId>,
}

struct Deep<'g, 's, 'a> {
    g: &'g mut Generator<'s, 'a>,
    members: Vec<Member>,
    frames: Vec<Frame>,
    /// The type of frames.
    stack: TyId,
    pieces: TyId,
    /// Takes a value as done.
    done: BlockId,
}

impl Generator<'_, '_> {
    /// The method as a loop, for a type that leads back to itself by way of the types of `cycle`; `other` is
    /// what it is compared with.
    pub(super) fn deep(&mut self, cycle: &[Ty], other: Option<ValueId>) {
        let members = cycle.iter().map(|&ty| self.member(ty)).collect();
        let string = self.sp.common.string;
        let pieces = self.sp.program.types.intern(ir::Ty::List(string));
        let done = self.b.block();
        let mut deep = Deep {
            members,
            frames: Vec::new(),
            stack: self.sp.common.unit,
            pieces,
            done,
            g: self,
        };
        deep.find_frames();
        deep.run(other);
    }

    fn member(&mut self, ty: Ty) -> Member {
        let element = self.sp.lang_args(ty, "list").map(|args| args[0]);
        Member {
            ty,
            core: self.sp.core_type(ty),
            element,
            variants: variants(self.sp, ty),
            visit: self.b.block(),
            from: self.b.block(),
        }
    }
}

impl Deep<'_, '_, '_> {
    fn shows(&self) -> bool {
        matches!(self.g.key.method, Method::Display | Method::Debug)
    }

    fn member_of(&self, ty: Ty) -> Option<usize> {
        self.members.iter().position(|member| member.ty == ty)
    }

    /// Lists all frames there may be, and makes the type that holds them.
    fn find_frames(&mut self) {
        for (member, of) in self.members.iter().enumerate() {
            if of.element.is_some() {
                self.frames.push(Frame {
                    member,
                    variant: 0,
                    field: 0,
                });
            }
            for (variant, shape) in of.variants.iter().enumerate() {
                for field in 1..shape.fields.len() {
                    if self.member_of(shape.fields[field - 1]).is_some() {
                        self.frames.push(Frame {
                            member,
                            variant,
                            field,
                        });
                    }
                }
            }
        }
        if self.frames.is_empty() {
            return;
        }
        let function = self.g.sp.structural(self.g.key.clone());
        let symbol = &self.g.sp.program.functions[function.index()].symbol;
        let name: SmolStr = format!("{symbol}$open").into();
        let (id, stack) = self.g.sp.program.types.add_data(ir::Data {
            name: name.clone(),
            key: name,
            is_struct: false,
            variants: Vec::new(),
        });
        self.stack = stack;
        let mut all = vec![Variant {
            name: "None".into(),
            fields: Vec::new(),
        }];
        for frame in &self.frames {
            let field = |ty| Field {
                name: SmolStr::default(),
                ty,
            };
            let types = self.frame_types(*frame);
            all.push(Variant {
                name: format!("Open{}", all.len()).into(),
                fields: types.into_iter().map(field).collect(),
            });
        }
        self.g.sp.program.types.data[id.index()].variants = all;
    }

    /// Subjects, the position in a list, open parentheses, the next frame.
    fn frame_types(&self, frame: Frame) -> Vec<TyId> {
        let int = self.g.sp.common.int;
        let member = &self.members[frame.member];
        let mut types = vec![member.core; self.subject_count()];
        if member.element.is_some() {
            types.push(int);
        }
        if self.shows() {
            types.push(int);
        }
        types.push(self.stack);
        types
    }

    fn subject_count(&self) -> usize {
        match self.g.key.method {
            Method::Eq | Method::Compare => 2,
            Method::Hash | Method::Display | Method::Debug => 1,
        }
    }

    /// Gives a block parameters: subjects of a type, and the rest of the state.
    fn params(&mut self, block: BlockId, subject: Option<TyId>) -> State {
        let count = subject.map_or(0, |_| self.subject_count());
        let subjects = (0..count)
            .filter_map(|_| Some(self.g.b.param(block, subject?, None)))
            .collect();
        let int = self.g.sp.common.int;
        let all = match self.g.key.method {
            Method::Hash => Some(self.g.b.param(block, int, None)),
            Method::Display | Method::Debug => Some(self.g.b.param(block, self.pieces, None)),
            Method::Eq | Method::Compare => None,
        };
        let open = self.shows().then(|| self.g.b.param(block, int, None));
        let stack = (!self.frames.is_empty()).then(|| self.g.b.param(block, self.stack, None));
        State {
            subjects,
            all,
            open,
            stack,
        }
    }

    /// The arguments for such parameters.
    fn args(state: &State, subjects: bool) -> Vec<ValueId> {
        let subjects = if subjects { &state.subjects[..] } else { &[] };
        let rest = state.all.iter().chain(&state.open).chain(&state.stack);
        subjects.iter().chain(rest).copied().collect()
    }

    fn run(&mut self, other: Option<ValueId>) {
        let mut states = Vec::new();
        let mut froms = Vec::new();
        for at in 0..self.members.len() {
            let Member {
                visit, from, core, ..
            } = self.members[at];
            states.push(self.params(visit, Some(core)));
            let state = self.params(from, Some(core));
            let index = self.g.b.param(from, self.g.sp.common.int, None);
            froms.push((state, index));
        }
        let done = self.params(self.done, None);
        let first = self.first_state(other);
        let visit = self.members[0].visit;
        self.g.b.jump(visit, Self::args(&first, true));
        for (at, state) in states.into_iter().enumerate() {
            self.g.b.switch_to_header(self.members[at].visit);
            if self.members[at].element.is_some() {
                self.visit_list(at, state);
                let (state, index) = froms[at].clone();
                self.g.b.switch_to_header(self.members[at].from);
                self.list_from(at, state, index);
            } else {
                self.visit(at, state);
            }
        }
        self.g.b.switch_to_header(self.done);
        self.pop(done);
    }

    fn first_state(&mut self, other: Option<ValueId>) -> State {
        let all = match self.g.key.method {
            Method::Eq | Method::Compare => None,
            Method::Hash => Some(self.g.int(0)),
            Method::Display | Method::Debug => {
                Some(self.g.b.push(Op::List(Vec::new()), self.pieces))
            }
        };
        let open = self.shows().then(|| self.g.int(0));
        let none = Op::Construct {
            variant: 0,
            fields: Vec::new(),
        };
        let stack = (!self.frames.is_empty()).then(|| self.g.b.push(none, self.stack));
        State {
            subjects: [self.g.first].into_iter().chain(other).collect(),
            all,
            open,
            stack,
        }
    }

    /// Looks at a value that is no list.
    fn visit(&mut self, member: usize, mut state: State) {
        let count = self.members[member].variants.len();
        if count == 1 {
            return self.fields(member, 0, 0, state);
        }
        let tag = self.g.tag(state.subjects[0]);
        match self.g.key.method {
            Method::Eq => {
                let other = self.g.tag(state.subjects[1]);
                self.must_equal(tag, other);
            }
            Method::Compare => {
                let other = self.g.tag(state.subjects[1]);
                self.must_compare_equal(tag, other);
            }
            Method::Hash => {
                let Some(all) = self.hash_number(state.all, tag) else {
                    return;
                };
                state.all = Some(all);
            }
            Method::Display | Method::Debug => {}
        }
        let blocks: Vec<BlockId> = (0..count).map(|_| self.g.b.block()).collect();
        let cases = blocks.iter().enumerate();
        let cases = cases.map(|(variant, &block)| (variant as i64, Target::plain(block)));
        self.g.b.end(Term::Switch {
            on: tag,
            cases: cases.collect(),
            default: None,
        });
        for (variant, block) in blocks.into_iter().enumerate() {
            self.g.b.switch_to(block);
            self.fields(member, variant, 0, state.clone());
        }
    }

    /// Goes on with a value at a field, up to the next part that leads back.
    fn fields(&mut self, member: usize, variant: usize, from: usize, mut state: State) {
        let shape = &self.members[member].variants[variant];
        let (name, fields) = (shape.name.clone(), shape.fields.clone());
        if self.shows() && fields.is_empty() {
            let text = if name.is_empty() { "()" } else { &name };
            self.add_text(&mut state, text);
            return self.end_value(&state);
        }
        for (index, &ty) in fields.iter().enumerate().skip(from) {
            if self.shows() {
                let lead = match index {
                    0 => format!("{name}("),
                    _ => String::from(", "),
                };
                self.add_text(&mut state, &lead);
            }
            let subjects = state.subjects.clone().into_iter();
            let parts = subjects.map(|of| self.g.field(of, variant, index, ty));
            let parts: Vec<ValueId> = parts.collect();
            if let Some(next) = self.member_of(ty) {
                let frame = Frame {
                    member,
                    variant,
                    field: index + 1,
                };
                let state = match index + 1 == fields.len() {
                    true => self.one_more_open(state),
                    false => self.push_frame(frame, None, state),
                };
                return self.go_into(next, parts, state);
            }
            let method = self.g.method_for(ty);
            let Some(given) = self.g.call(&method, parts) else {
                return;
            };
            if !self.take(given, &mut state) {
                return;
            }
        }
        if self.shows() {
            self.add_text(&mut state, ")");
        }
        self.end_value(&state);
    }

    /// What another method said of a part. Whether control comes back.
    fn take(&mut self, given: ValueId, state: &mut State) -> bool {
        match self.g.key.method {
            Method::Eq => {
                let (next, differ) = (self.g.b.block(), self.g.b.block());
                self.g.b.branch(given, next, differ);
                self.g.b.switch_to(differ);
                let no = self.g.bool(false);
                self.g.give(no);
                self.g.b.switch_to(next);
            }
            Method::Compare => {
                let tag = self.g.tag(given);
                let (next, decided) = (self.g.b.block(), self.g.b.block());
                let equal = i64::from(self.g.ordering_variant("Equal"));
                self.g.b.end(Term::Switch {
                    on: tag,
                    cases: vec![(equal, Target::plain(next))],
                    default: Some(Target::plain(decided)),
                });
                self.g.b.switch_to(decided);
                self.g.give(given);
                self.g.b.switch_to(next);
            }
            Method::Hash => {
                let Some(before) = state.all else {
                    return true;
                };
                state.all = self.g.combine(before, given);
                return state.all.is_some();
            }
            Method::Display | Method::Debug => self.add_piece(state, given),
        }
        true
    }

    fn go_into(&mut self, member: usize, subjects: Vec<ValueId>, state: State) {
        let visit = self.members[member].visit;
        let state = State { subjects, ..state };
        self.g.b.jump(visit, Self::args(&state, true));
    }

    /// The value is done.
    fn end_value(&mut self, state: &State) {
        self.g.b.jump(self.done, Self::args(state, false));
    }

    fn one_more_open(&mut self, mut state: State) -> State {
        if let Some(open) = state.open {
            let one = self.g.int(1);
            let more = Op::Prim(Prim::IntWrappingAdd, vec![open, one]);
            state.open = Some(self.g.b.push(more, self.g.sp.common.int));
        }
        state
    }

    /// Notes where to go on; `position` is that in a list.
    fn push_frame(&mut self, frame: Frame, position: Option<ValueId>, mut state: State) -> State {
        let variant = self.frames.iter().position(|known| *known == frame);
        let variant = variant.map_or(0, |at| at as u32 + 1);
        let all = state.subjects.iter().chain(&position);
        let fields = all.chain(&state.open).chain(&state.stack).copied();
        let construct = Op::Construct {
            variant,
            fields: fields.collect(),
        };
        state.stack = Some(self.g.b.push(construct, self.stack));
        state.open = self.shows().then(|| self.g.int(0));
        state
    }

    /// A value is done: what was open is closed, and the newest frame goes on.
    fn pop(&mut self, mut state: State) {
        if let (Some(open), Some(all)) = (state.open, state.all) {
            let (close, closed) = (self.g.b.block(), self.g.b.block());
            let closed_all = self.g.b.param(closed, self.pieces, None);
            self.g.b.end(Term::Switch {
                on: open,
                cases: vec![(
                    0,
                    Target {
                        block: closed,
                        args: vec![all],
                    },
                )],
                default: Some(Target::plain(close)),
            });
            self.g.b.switch_to(close);
            let parenthesis = self.g.text(")");
            let repeat = Op::CallNative {
                native: Callee::native("String.raw_repeat"),
                args: vec![parenthesis, open],
            };
            let text = self.g.b.push(repeat, self.g.sp.common.string);
            let mut after = state.clone();
            self.add_piece(&mut after, text);
            self.g.b.jump(closed, after.all.into_iter().collect());
            self.g.b.switch_to(closed);
            state.all = Some(closed_all);
        }
        let Some(stack) = state.stack else {
            return self.finish(&state);
        };
        let finish = self.g.b.block();
        let blocks: Vec<BlockId> = self.frames.iter().map(|_| self.g.b.block()).collect();
        let tag = self.g.tag(stack);
        let all = std::iter::once(&finish).chain(&blocks);
        let numbered = (0..).zip(all);
        self.g.b.end(Term::Switch {
            on: tag,
            cases: numbered
                .map(|(tag, &block)| (tag, Target::plain(block)))
                .collect(),
            default: None,
        });
        self.g.b.switch_to(finish);
        self.finish(&state);
        for (at, block) in blocks.into_iter().enumerate() {
            self.g.b.switch_to(block);
            self.resume(at, stack, &state);
        }
    }

    fn resume(&mut self, at: usize, stack: ValueId, state: &State) {
        let frame = self.frames[at];
        let types = self.frame_types(frame).into_iter().enumerate();
        let held: Vec<ValueId> = types
            .map(|(field, ty)| {
                let op = Op::Field {
                    base: stack,
                    variant: at as u32 + 1,
                    field: field as u32,
                };
                self.g.b.push(op, ty)
            })
            .collect();
        let (subjects, rest) = held.split_at(self.subject_count());
        let is_list = self.members[frame.member].element.is_some();
        let (position, rest) = rest.split_at(usize::from(is_list));
        let (open, next) = rest.split_at(usize::from(self.shows()));
        let state = State {
            subjects: subjects.to_vec(),
            all: state.all,
            open: open.first().copied(),
            stack: next.first().copied(),
        };
        match position {
            [] => self.fields(frame.member, frame.variant, frame.field, state),
            [index, ..] => {
                let mut args = Self::args(&state, true);
                args.push(*index);
                self.g.b.jump(self.members[frame.member].from, args);
            }
        }
    }

    /// Everything is done.
    fn finish(&mut self, state: &State) {
        match self.g.key.method {
            Method::Eq => {
                let yes = self.g.bool(true);
                self.g.give(yes);
            }
            Method::Compare => self.g.give_order("Equal"),
            Method::Hash | Method::Display | Method::Debug => {
                let Some(mut all) = state.all else {
                    return;
                };
                if self.shows() {
                    let nothing = self.g.text("");
                    let join = Op::CallNative {
                        native: Callee::native("String.raw_join"),
                        args: vec![all, nothing],
                    };
                    all = self.g.b.push(join, self.g.sp.common.string);
                }
                self.g.give(all);
            }
        }
    }

    fn hash_number(&mut self, before: Option<ValueId>, number: ValueId) -> Option<ValueId> {
        let hash = self.g.hash_int(number)?;
        self.g.combine(before?, hash)
    }

    /// Two numbers that differ make the values differ.
    fn must_equal(&mut self, mine: ValueId, theirs: ValueId) {
        let (same, differ) = (self.g.b.block(), self.g.b.block());
        let equal = Op::Prim(Prim::IntEq, vec![mine, theirs]);
        let equal = self.g.b.push(equal, self.g.sp.common.bool);
        self.g.b.branch(equal, same, differ);
        self.g.b.switch_to(differ);
        let no = self.g.bool(false);
        self.g.give(no);
        self.g.b.switch_to(same);
    }

    /// Two numbers that differ say how the values stand.
    fn must_compare_equal(&mut self, mine: ValueId, theirs: ValueId) {
        let (same, differ) = (self.g.b.block(), self.g.b.block());
        let equal = Op::Prim(Prim::IntEq, vec![mine, theirs]);
        let equal = self.g.b.push(equal, self.g.sp.common.bool);
        self.g.b.branch(equal, same, differ);
        self.g.b.switch_to(differ);
        self.g.give_order_of(mine, theirs);
        self.g.b.switch_to(same);
    }

    fn add_text(&mut self, state: &mut State, text: &str) {
        let text = self.g.b.push(
            Op::Const(Const::String(text.into())),
            self.g.sp.common.string,
        );
        self.add_piece(state, text);
    }

    fn add_piece(&mut self, state: &mut State, piece: ValueId) {
        if let Some(all) = state.all {
            let push = Op::ListOp(ListOp::Push, vec![all, piece]);
            state.all = Some(self.g.b.push(push, self.pieces));
        }
    }
}
