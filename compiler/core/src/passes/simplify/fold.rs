//! Operations and branches whose outcome is known.

use super::Values;
use crate::ir::*;

/// Folds in every reachable block, definitions before uses.
pub fn run(types: &Types, function: &mut Function, values: &mut Values) -> bool {
    let order = function.reverse_postorder();
    let mut fold = Fold {
        types,
        known: vec![None; function.values.len()],
        changed: false,
    };
    for id in order {
        let mut block = std::mem::replace(&mut function.blocks[id.index()], placeholder());
        for stmt in &mut block.stmts {
            stmt.op
                .each_operand_mut(|value| *value = values.find(*value));
            if let Some(same) = fold.stmt(stmt, &function.values) {
                values.replace(stmt.value, same);
                fold.changed |= !matches!(stmt.op, Op::Const(Const::Unit));
                stmt.op = Op::Const(Const::Unit);
                function.values[stmt.value.index()].ty = fold.unit(types);
                continue;
            }
            fold.remember(stmt);
        }
        block
            .term
            .each_operand_mut(|value| *value = values.find(*value));
        fold.term(&mut block.term);
        function.blocks[id.index()] = block;
    }
    fold.changed
}

fn placeholder() -> Block {
    Block {
        params: Vec::new(),
        stmts: Vec::new(),
        term: Term::Unreachable,
        term_place: Place::NOWHERE,
    }
}

struct Fold<'t> {
    types: &'t Types,
    /// Operations whose results say something about their uses.
    known: Vec<Option<Op>>,
    changed: bool,
}

impl Fold<'_> {
    fn unit(&self, types: &Types) -> TyId {
        let found = types.ids.get(&Ty::Unit).copied();
        found.unwrap_or(TyId(0))
    }

    fn remember(&mut self, stmt: &Stmt) {
        let worth = match &stmt.op {
            Op::Const(_) | Op::Construct { .. } | Op::Tag(_) => true,
            Op::List(items) => items.len() <= 16,
            Op::Prim(prim, _) => matches!(prim, Prim::BoolNot),
            _ => false,
        };
        if worth {
            self.known[stmt.value.index()] = Some(stmt.op.clone());
        }
    }

    fn constant(&self, value: ValueId) -> Option<&Const> {
        match &self.known[value.index()] {
            Some(Op::Const(constant)) => Some(constant),
            _ => None,
        }
    }

    fn int(&self, value: ValueId) -> Option<i64> {
        match self.constant(value)? {
            Const::Int(value) => Some(*value),
            _ => None,
        }
    }

    fn bool(&self, value: ValueId) -> Option<bool> {
        match self.constant(value)? {
            Const::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn float(&self, value: ValueId) -> Option<f64> {
        match self.constant(value)? {
            Const::Float(bits) => Some(f64::from_bits(*bits)),
            _ => None,
        }
    }

    fn string(&self, value: ValueId) -> Option<&str> {
        match self.constant(value)? {
            Const::String(text) => Some(text),
            _ => None,
        }
    }

    /// Rewrites a statement to what it comes to; the value it is the same as, if there is one.
    fn stmt(&mut self, stmt: &mut Stmt, infos: &[ValueInfo]) -> Option<ValueId> {
        match &stmt.op {
            Op::Field {
                base,
                variant,
                field,
            } => {
                if let Some(Op::Construct {
                    variant: made,
                    fields,
                }) = &self.known[base.index()]
                    && made == variant
                {
                    return fields.get(*field as usize).copied();
                }
                None
            }
            Op::Tag(value) => {
                let ty = infos[value.index()].ty;
                let known = match &self.known[value.index()] {
                    Some(Op::Construct { variant, .. }) => Some(i64::from(*variant)),
                    _ => self.only_variant(ty),
                };
                self.make_constant(stmt, known.map(Const::Int));
                None
            }
            Op::Prim(prim, args) => {
                let (prim, args) = (*prim, args.clone());
                if let Some(same) = self.identity(prim, &args) {
                    return Some(same);
                }
                let known = self.prim(prim, &args);
                self.make_constant(stmt, known);
                None
            }
            Op::Concat(parts) => {
                let parts = parts.clone();
                self.concat(stmt, &parts)
            }
            Op::ListOp(ListOp::Length, args) => {
                if let Some(Op::List(items)) = &self.known[args[0].index()] {
                    let length = Const::Int(items.len() as i64);
                    self.make_constant(stmt, Some(length));
                }
                None
            }
            Op::ListOp(ListOp::Get, args) => {
                let index = self.int(args[1])?;
                match &self.known[args[0].index()] {
                    Some(Op::List(items)) => items.get(usize::try_from(index).ok()?).copied(),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn only_variant(&self, ty: TyId) -> Option<i64> {
        match self.types.get(ty) {
            Ty::Data(data) if self.types.data(*data).variants.len() == 1 => Some(0),
            _ => None,
        }
    }

    fn make_constant(&mut self, stmt: &mut Stmt, known: Option<Const>) {
        if let Some(known) = known {
            stmt.op = Op::Const(known);
            self.changed = true;
        }
    }

    /// The operand a primitive gives back.
    fn identity(&self, prim: Prim, args: &[ValueId]) -> Option<ValueId> {
        match (prim, args) {
            (Prim::IntAdd | Prim::IntWrappingAdd, &[a, b]) => {
                if self.int(b) == Some(0) {
                    Some(a)
                } else if self.int(a) == Some(0) {
                    Some(b)
                } else {
                    None
                }
            }
            (Prim::IntSub | Prim::IntWrappingSub, &[a, b]) => (self.int(b) == Some(0)).then_some(a),
            (Prim::IntMul | Prim::IntWrappingMul, &[a, b]) => {
                if self.int(b) == Some(1) {
                    Some(a)
                } else if self.int(a) == Some(1) {
                    Some(b)
                } else {
                    None
                }
            }
            (Prim::BoolNot, &[a]) => match &self.known[a.index()] {
                Some(Op::Prim(Prim::BoolNot, inner)) => Some(inner[0]),
                _ => None,
            },
            (Prim::BoolEq, &[a, b]) => {
                if self.bool(b) == Some(true) {
                    Some(a)
                } else if self.bool(a) == Some(true) {
                    Some(b)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn prim(&self, prim: Prim, args: &[ValueId]) -> Option<Const> {
        use Prim::*;
        let ints = || Some((self.int(args[0])?, self.int(*args.get(1)?)?));
        let floats = || Some((self.float(args[0])?, self.float(*args.get(1)?)?));
        let float = |x: f64| Some(Const::Float(x.to_bits()));
        // What would crash stays, to crash at run time.
        let int = |x: Option<i64>| Some(Const::Int(x?));
        if let &[a, b] = args
            && a == b
            && matches!(
                prim,
                IntEq | BoolEq | StringEq | AtomEq | PidEq | FloatEq | IntLe
            )
        {
            return Some(Const::Bool(true));
        }
        match prim {
            IntAdd => ints().and_then(|(a, b)| int(a.checked_add(b))),
            IntSub => ints().and_then(|(a, b)| int(a.checked_sub(b))),
            IntMul => ints().and_then(|(a, b)| int(a.checked_mul(b))),
            IntDiv => ints().and_then(|(a, b)| int(a.checked_div(b))),
            IntRem => ints().and_then(|(a, b)| int(a.checked_rem(b))),
            IntNeg => int(self.int(args[0])?.checked_neg()),
            IntWrappingAdd => ints().map(|(a, b)| Const::Int(a.wrapping_add(b))),
            IntWrappingSub => ints().map(|(a, b)| Const::Int(a.wrapping_sub(b))),
            IntWrappingMul => ints().map(|(a, b)| Const::Int(a.wrapping_mul(b))),
            IntAnd => ints().map(|(a, b)| Const::Int(a & b)),
            IntOr => ints().map(|(a, b)| Const::Int(a | b)),
            IntXor => ints().map(|(a, b)| Const::Int(a ^ b)),
            IntNot => Some(Const::Int(!self.int(args[0])?)),
            IntEq => ints().map(|(a, b)| Const::Bool(a == b)),
            IntLt => ints().map(|(a, b)| Const::Bool(a < b)),
            IntLe => ints().map(|(a, b)| Const::Bool(a <= b)),
            IntToFloat => float(self.int(args[0])? as f64),
            FloatAdd => floats().and_then(|(a, b)| float(a + b)),
            FloatSub => floats().and_then(|(a, b)| float(a - b)),
            FloatMul => floats().and_then(|(a, b)| float(a * b)),
            FloatDiv => floats().and_then(|(a, b)| float(a / b)),
            FloatNeg => float(-self.float(args[0])?),
            BoolNot => Some(Const::Bool(!self.bool(args[0])?)),
            BoolEq => Some(Const::Bool(self.bool(args[0])? == self.bool(args[1])?)),
            StringEq => Some(Const::Bool(self.string(args[0])? == self.string(args[1])?)),
            AtomEq => match (self.constant(args[0])?, self.constant(args[1])?) {
                (Const::Atom(a), Const::Atom(b)) => Some(Const::Bool(a == b)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Drops empty pieces; a constant where all pieces are.
    fn concat(&mut self, stmt: &mut Stmt, parts: &[ValueId]) -> Option<ValueId> {
        let filled: Vec<ValueId> = parts
            .iter()
            .copied()
            .filter(|&part| self.string(part) != Some(""))
            .collect();
        if let [only] = filled[..] {
            return Some(only);
        }
        let texts: Option<Vec<&str>> = filled.iter().map(|&part| self.string(part)).collect();
        if let Some(texts) = texts {
            let whole = texts.concat();
            self.make_constant(stmt, Some(Const::String(whole.into())));
        } else if filled.len() < parts.len() {
            stmt.op = Op::Concat(filled);
            self.changed = true;
        }
        None
    }

    fn term(&mut self, term: &mut Term) {
        if let Some(known) = self.known_target(term) {
            *term = Term::Jump(known.block, known.args);
            self.changed = true;
            return;
        }
        if let Term::Branch { cond, then, els } = term
            && let Some(Op::Prim(Prim::BoolNot, inner)) = &self.known[cond.index()]
        {
            *cond = inner[0];
            std::mem::swap(then, els);
            self.changed = true;
        }
    }

    /// Where a branch or switch certainly goes.
    fn known_target(&self, term: &mut Term) -> Option<Target> {
        let same = |a: &Target, b: &Target| a.block == b.block && a.args == b.args;
        match term {
            Term::Branch { cond, then, els } => match self.bool(*cond) {
                Some(true) => Some(then.clone()),
                Some(false) => Some(els.clone()),
                None => same(then, els).then(|| then.clone()),
            },
            Term::Switch { on, cases, default } => {
                if let Some(value) = self.int(*on) {
                    let found = cases.iter().find(|(case, _)| *case == value);
                    return found.map(|(_, target)| target.clone()).or(default.clone());
                }
                match (&cases[..], &*default) {
                    ([(_, only)], None) => Some(only.clone()),
                    ([], Some(only)) => Some(only.clone()),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
