//! `Eq`, `Ord` and `Hash` by structure.

use super::Generator;
use crate::ir::{self, Op, Prim, Target, Term, ValueId};
use mesh_check::ty::Ty;
use mesh_report::bug;

impl Generator<'_, '_> {
    pub(super) fn equal(&mut self, other: ValueId) {
        if self.has_one_variant() {
            return self.equal_fields(other, 0);
        }
        if self.variants.is_empty() {
            let yes = self.bool(true);
            return self.give(yes);
        }
        let bool = self.sp.common.bool;
        let (mine, theirs) = (self.tag(self.first), self.tag(other));
        let same = Op::Prim(Prim::IntEq, vec![mine, theirs]);
        let same = self.b.push(same, bool);
        let with_fields = self.variants_with_fields();
        if with_fields.is_empty() {
            return self.give(same);
        }
        let (go_on, differ) = (self.b.block(), self.b.block());
        self.b.branch(same, go_on, differ);
        self.b.switch_to(differ);
        let no = self.bool(false);
        self.give(no);
        self.b.switch_to(go_on);
        let plain = (with_fields.len() < self.variants.len()).then(|| self.b.block());
        self.switch(mine, &with_fields, plain, |g, variant| {
            g.equal_fields(other, variant);
        });
        if let Some(plain) = plain {
            self.b.switch_to(plain);
            let yes = self.bool(true);
            self.give(yes);
        }
    }

    fn variants_with_fields(&self) -> Vec<usize> {
        let all = self.variants.iter().enumerate();
        all.filter(|(_, variant)| !variant.fields.is_empty())
            .map(|(index, _)| index)
            .collect()
    }

    fn equal_fields(&mut self, other: ValueId, variant: usize) {
        let fields = self.variants[variant].fields.clone();
        let Some((last, before)) = fields.split_last() else {
            let yes = self.bool(true);
            return self.give(yes);
        };
        let differ = self.b.block();
        for (index, &ty) in before.iter().enumerate() {
            let method = self.method_for(ty);
            let args = self.both(other, variant, index, ty);
            let Some(same) = self.call(&method, args) else {
                return;
            };
            let next = self.b.block();
            self.b.branch(same, next, differ);
            self.b.switch_to(next);
        }
        let method = self.method_for(*last);
        let args = self.both(other, variant, before.len(), *last);
        self.tail_call(&method, args);
        if self.b.switch_to(differ) {
            let no = self.bool(false);
            self.give(no);
        }
    }

    fn both(&mut self, other: ValueId, variant: usize, index: usize, ty: Ty) -> Vec<ValueId> {
        let mine = self.field(self.first, variant, index, ty);
        let theirs = self.field(other, variant, index, ty);
        vec![mine, theirs]
    }

    pub(super) fn ordering_variant(&self, name: &str) -> u32 {
        let types = &self.sp.program.types;
        let found = match types.get(self.result) {
            ir::Ty::Data(data) => {
                let variants = &types.data(*data).variants;
                variants.iter().position(|variant| variant.name == name)
            }
            _ => None,
        };
        match found {
            Some(at) => at as u32,
            None => bug!(self.b.span(), "Core: `Ordering` has no `{name}`"),
        }
    }

    fn order(&mut self, name: &str) -> ValueId {
        let variant = self.ordering_variant(name);
        let fields = Vec::new();
        self.b.push(Op::Construct { variant, fields }, self.result)
    }

    pub(super) fn give_order(&mut self, name: &str) {
        let order = self.order(name);
        self.give(order);
    }

    /// Gives the order of two numbers that differ.
    pub(super) fn give_order_of(&mut self, mine: ValueId, theirs: ValueId) {
        let below = Op::Prim(Prim::IntLt, vec![mine, theirs]);
        let below = self.b.push(below, self.sp.common.bool);
        let (less, greater) = (self.b.block(), self.b.block());
        self.b.branch(below, less, greater);
        self.b.switch_to(less);
        self.give_order("Less");
        self.b.switch_to(greater);
        self.give_order("Greater");
    }

    pub(super) fn compare(&mut self, other: ValueId) {
        if self.has_one_variant() {
            return self.compare_fields(other, 0);
        }
        if self.variants.is_empty() {
            return self.give_order("Equal");
        }
        let bool = self.sp.common.bool;
        let (mine, theirs) = (self.tag(self.first), self.tag(other));
        let same = Op::Prim(Prim::IntEq, vec![mine, theirs]);
        let same = self.b.push(same, bool);
        let (go_on, differ) = (self.b.block(), self.b.block());
        self.b.branch(same, go_on, differ);
        self.b.switch_to(differ);
        self.give_order_of(mine, theirs);
        self.b.switch_to(go_on);
        let with_fields = self.variants_with_fields();
        if with_fields.is_empty() {
            return self.give_order("Equal");
        }
        let plain = (with_fields.len() < self.variants.len()).then(|| self.b.block());
        self.switch(mine, &with_fields, plain, |g, variant| {
            g.compare_fields(other, variant);
        });
        if let Some(plain) = plain {
            self.b.switch_to(plain);
            self.give_order("Equal");
        }
    }

    fn compare_fields(&mut self, other: ValueId, variant: usize) {
        let fields = self.variants[variant].fields.clone();
        let Some((last, before)) = fields.split_last() else {
            return self.give_order("Equal");
        };
        let decided = self.b.block();
        let order = self.b.param(decided, self.result, None);
        let equal = i64::from(self.ordering_variant("Equal"));
        for (index, &ty) in before.iter().enumerate() {
            let method = self.method_for(ty);
            let args = self.both(other, variant, index, ty);
            let Some(order) = self.call(&method, args) else {
                return;
            };
            let tag = self.tag(order);
            let next = self.b.block();
            self.b.end(Term::Switch {
                on: tag,
                cases: vec![(equal, Target::plain(next))],
                default: Some(Target {
                    block: decided,
                    args: vec![order],
                }),
            });
            self.b.switch_to(next);
        }
        let method = self.method_for(*last);
        let args = self.both(other, variant, before.len(), *last);
        self.tail_call(&method, args);
        if self.b.switch_to(decided) {
            self.give(order);
        }
    }

    pub(super) fn hash(&mut self) {
        if self.has_one_variant() {
            return self.hash_fields(0, None);
        }
        if self.variants.is_empty() {
            let zero = self.int(0);
            return self.give(zero);
        }
        let tag = self.tag(self.first);
        let Some(start) = self.hash_int(tag) else {
            return;
        };
        let with_fields = self.variants_with_fields();
        if with_fields.is_empty() {
            return self.give(start);
        }
        let plain = (with_fields.len() < self.variants.len()).then(|| self.b.block());
        self.switch(tag, &with_fields, plain, |g, variant| {
            g.hash_fields(variant, Some(start));
        });
        if let Some(plain) = plain {
            self.b.switch_to(plain);
            self.give(start);
        }
    }

    /// A number's hash, as std defines it.
    pub(super) fn hash_int(&mut self, value: ValueId) -> Option<ValueId> {
        let Some(&int) = self.sp.checked.world.lang.types.get("int") else {
            bug!(self.b.span(), "Core: std marks no type `int`");
        };
        let method = self.method_for(Ty::con(int, Vec::new()));
        self.call(&method, vec![value])
    }

    /// One hash from two, as std defines it.
    pub(super) fn combine(&mut self, before: ValueId, hash: ValueId) -> Option<ValueId> {
        let Some(&combine) = self.sp.checked.world.lang.functions.get("hash_combine") else {
            bug!(self.b.span(), "Core: std marks no function `hash_combine`");
        };
        let span = self.b.span();
        let combine = self.sp.callee_of_item(combine, [].into(), span);
        self.call(&combine, vec![before, hash])
    }

    fn hash_fields(&mut self, variant: usize, start: Option<ValueId>) {
        let mut all = start;
        for (index, ty) in self.variants[variant]
            .fields
            .clone()
            .into_iter()
            .enumerate()
        {
            let method = self.method_for(ty);
            let field = self.field(self.first, variant, index, ty);
            let Some(hash) = self.call(&method, vec![field]) else {
                return;
            };
            all = match all {
                None => Some(hash),
                Some(before) => self.combine(before, hash),
            };
            if all.is_none() {
                return;
            }
        }
        let all = match all {
            Some(all) => all,
            None => self.int(0),
        };
        self.give(all);
    }
}
