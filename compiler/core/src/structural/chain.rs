//! `Hash`, `Display` and `Debug` of types whose last field is of the type itself: `Cons(Int, Chain)`.
//!
//! A chain may be millions long, so these go along it in a loop: the machine stack stays flat, and
//! text is joined once.

use super::Generator;
use crate::ir::{Const, ListOp, Op, Prim, Target, Term, Ty as CoreTy, TyId, ValueId};
use crate::specialise::Callee;
use mesh_report::bug;

impl Generator<'_, '_> {
    /// The variants whose last field goes on with the chain; none where the type's own method is not
    /// this one.
    pub(super) fn links(&mut self) -> Vec<usize> {
        let ty = self.key.ty;
        let links: Vec<usize> = self
            .variants
            .iter()
            .enumerate()
            .filter(|(_, variant)| variant.fields.last() == Some(&ty))
            .map(|(index, _)| index)
            .collect();
        if links.is_empty() || links.len() == self.variants.len() {
            return Vec::new();
        }
        let this = self.sp.structural(self.key.clone());
        if self.method_for(ty) == Callee::Function(this) {
            links
        } else {
            Vec::new()
        }
    }

    fn unless_diverged(&mut self, value: Option<ValueId>) -> ValueId {
        match value {
            Some(value) => value,
            None => bug!(self.b.span(), "Core: a part's method never gives a value"),
        }
    }

    /// `hash` along a chain: each part is taken into what came before it.
    pub(super) fn hash_chain(&mut self, links: &[usize]) {
        let int = self.sp.common.int;
        let header = self.b.block();
        let own = self.b.ty(self.first);
        let at = self.b.param(header, own, None);
        let before = self.b.param(header, int, None);
        let zero = self.int(0);
        self.b.jump(header, vec![self.first, zero]);
        self.b.switch_to_header(header);
        self.first = at;
        let tag = self.tag(at);
        let hashed = self.hash_int(tag);
        let hashed = self.unless_diverged(hashed);
        let start = self.combine(before, hashed);
        let start = self.unless_diverged(start);
        let all: Vec<usize> = (0..self.variants.len()).collect();
        self.switch(tag, &all, None, |g, variant| {
            let fields = g.variants[variant].fields.clone();
            let is_link = links.contains(&variant);
            let own = fields.len() - usize::from(is_link);
            let mut all = start;
            for (index, &ty) in fields[..own].iter().enumerate() {
                let method = g.method_for(ty);
                let field = g.field(at, variant, index, ty);
                let hash = g.call(&method, vec![field]);
                let hash = g.unless_diverged(hash);
                let combined = g.combine(all, hash);
                all = g.unless_diverged(combined);
            }
            if is_link {
                let next = g.field(at, variant, own, fields[own]);
                g.b.jump(header, vec![next, all]);
            } else {
                g.give(all);
            }
        });
    }

    /// Text along a chain: pieces in a list, and as many closing parentheses as there were links.
    pub(super) fn show_chain(&mut self, links: &[usize]) {
        let common = self.sp.common;
        let pieces = self.sp.program.types.intern(CoreTy::List(common.string));
        let (header, finish) = (self.b.block(), self.b.block());
        let own = self.b.ty(self.first);
        let at = self.b.param(header, own, None);
        let out = self.b.param(header, pieces, None);
        let count = self.b.param(header, common.int, None);
        let whole = self.b.param(finish, pieces, None);
        let open = self.b.param(finish, common.int, None);
        let empty = self.b.push(Op::List(Vec::new()), pieces);
        let zero = self.int(0);
        self.b.jump(header, vec![self.first, empty, zero]);

        self.b.switch_to_header(header);
        self.first = at;
        let tag = self.tag(at);
        let all: Vec<usize> = (0..self.variants.len()).collect();
        self.switch(tag, &all, None, |g, variant| {
            let fields = g.variants[variant].fields.clone();
            if !links.contains(&variant) {
                let text = g.variant_text(variant);
                let text = g.unless_diverged(text);
                let longer = g.with_piece(out, text, pieces);
                return g.b.jump(finish, vec![longer, count]);
            }
            let mut longer = out;
            let name = format!("{}(", g.variants[variant].name);
            let mut lead = g.text(&name);
            for (index, &ty) in fields[..fields.len() - 1].iter().enumerate() {
                longer = g.with_piece(longer, lead, pieces);
                let method = g.method_for(ty);
                let field = g.field(at, variant, index, ty);
                let shown = g.call(&method, vec![field]);
                let shown = g.unless_diverged(shown);
                longer = g.with_piece(longer, shown, pieces);
                lead = g.text(", ");
            }
            longer = g.with_piece(longer, lead, pieces);
            let last = fields.len() - 1;
            let next = g.field(at, variant, last, fields[last]);
            let one = g.int(1);
            let more = Op::Prim(Prim::IntWrappingAdd, vec![count, one]);
            let more = g.b.push(more, common.int);
            g.b.jump(header, vec![next, longer, more]);
        });
        if self.b.switch_to(finish) {
            self.close_all(whole, open, pieces);
        }
    }

    fn with_piece(&mut self, out: ValueId, piece: ValueId, pieces: TyId) -> ValueId {
        self.b
            .push(Op::ListOp(ListOp::Push, vec![out, piece]), pieces)
    }

    /// Adds `count` closing parentheses and joins everything.
    fn close_all(&mut self, out: ValueId, count: ValueId, pieces: TyId) {
        let common = self.sp.common;
        let (header, body, done) = (self.b.block(), self.b.block(), self.b.block());
        let left = self.b.param(header, common.int, None);
        let text = self.b.param(header, pieces, None);
        self.b.jump(header, vec![count, out]);
        self.b.switch_to_header(header);
        self.b.end(Term::Switch {
            on: left,
            cases: vec![(0, Target::plain(done))],
            default: Some(Target::plain(body)),
        });
        self.b.switch_to(body);
        let close = self.text(")");
        let longer = self.with_piece(text, close, pieces);
        let one = self.int(1);
        let less = Op::Prim(Prim::IntWrappingSub, vec![left, one]);
        let less = self.b.push(less, common.int);
        self.b.jump(header, vec![less, longer]);
        self.b.switch_to(done);
        let nothing = Op::Const(Const::String("".into()));
        let nothing = self.b.push(nothing, common.string);
        let native = Callee::native("String.raw_join");
        let args = vec![text, nothing];
        let joined = self.b.push(Op::CallNative { native, args }, common.string);
        self.give(joined);
    }
}
