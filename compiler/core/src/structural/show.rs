//! `Display` and `Debug` by structure: `Point(1.0, 2.0)`, `Some(1)`, `(1, a)`, `Token(…)`, `<fn f>`.

use super::Generator;
use crate::ir::{Op, Prim, ValueId};
use mesh_check::ty::TyKind;

impl Generator<'_, '_> {
    pub(super) fn show(&mut self) {
        match self.key.ty.kind() {
            TyKind::Fn(_) => return self.show_function(),
            TyKind::Con(id, _) => {
                let def = self.sp.type_def(*id);
                if def.is_opaque || !self.is_declared() {
                    let text = self.text(&format!("{}(…)", def.name));
                    return self.give(text);
                }
            }
            _ => {}
        }
        if self.has_one_variant() {
            return self.show_variant(0);
        }
        if self.variants.is_empty() {
            let text = self.text("()");
            return self.give(text);
        }
        let tag = self.tag(self.first);
        let all: Vec<usize> = (0..self.variants.len()).collect();
        self.switch(tag, &all, None, |g, variant| g.show_variant(variant));
    }

    fn show_function(&mut self) {
        let string = self.sp.common.string;
        let open = self.text("<fn ");
        let name = self
            .b
            .push(Op::Prim(Prim::FnName, vec![self.first]), string);
        let close = self.text(">");
        let whole = self.b.push(Op::Concat(vec![open, name, close]), string);
        self.give(whole);
    }

    fn show_variant(&mut self, variant: usize) {
        if let Some(text) = self.variant_text(variant) {
            self.give(text);
        }
    }

    /// The text of `self`, known to be of a variant; `None` where control does not come back.
    fn variant_text(&mut self, variant: usize) -> Option<ValueId> {
        let name = self.variants[variant].name.clone();
        let fields = self.variants[variant].fields.clone();
        if fields.is_empty() {
            // A struct without fields, a variant without payload, or `()`.
            let text = if name.is_empty() { "()" } else { &name };
            return Some(self.text(text));
        }
        let mut parts: Vec<ValueId> = vec![self.text(&format!("{name}("))];
        for (index, ty) in fields.into_iter().enumerate() {
            if index > 0 {
                parts.push(self.text(", "));
            }
            let method = self.method_for(ty);
            let field = self.field(self.first, variant, index, ty);
            parts.push(self.call(&method, vec![field])?);
        }
        parts.push(self.text(")"));
        let string = self.sp.common.string;
        Some(self.b.push(Op::Concat(parts), string))
    }
}
