//! Constants whose values cannot be computed: those that need themselves, and whole numbers that crash.

use crate::diagnostics::{ConstantCrash, ConstantCycle};
use crate::graph::{components, cycle_through};
use crate::hir::{BinaryOp, Const, ConstId, Expr, ExprKind, InterpPart, Lit, Module, UnaryOp};
use mesh_report::{Diagnostic, Span};
use rustc_hash::FxHashMap;

/// Finds what is wrong with the values of a module's constants. Those of one cycle become error nodes.
pub(crate) fn check(module: &mut Module, out: &mut Vec<Diagnostic>) {
    for at in cycles(module, out) {
        let function = module.consts[at].value.index as usize;
        if let Some(clause) = module.functions[function].clauses.first_mut() {
            clause.body.kind = ExprKind::Error;
        }
    }
}

/// Reports the cycles and the crashes; the constants of the former.
fn cycles(module: &Module, out: &mut Vec<Diagnostic>) -> Vec<usize> {
    if module.consts.is_empty() {
        return Vec::new();
    }
    let mut mentions = Vec::new();
    for one in &module.consts {
        let mut found = Vec::new();
        if let Some(value) = value_of(module, one) {
            mentioned(value, &mut found);
        }
        found.retain(|(id, _)| id.module == module.id);
        mentions.push(found);
    }
    let edges: Vec<Vec<usize>> = mentions
        .iter()
        .map(|found| found.iter().map(|(id, _)| id.index as usize).collect())
        .collect();
    let mut values = Values {
        module,
        known: FxHashMap::default(),
        out,
    };
    let mut cyclic = Vec::new();
    for component in components(&edges) {
        let first = component[0];
        if component.len() == 1 && !edges[first].contains(&first) {
            values.constant(first);
            continue;
        }
        let path = cycle_through(&edges, first, &component);
        let step = |at: usize| {
            let (from, to) = (path[at], path[(at + 1) % path.len()]);
            let span = mentions[from]
                .iter()
                .find(|(id, _)| id.index as usize == to);
            let span = span.map_or(module.consts[from].name_span, |(_, span)| *span);
            (module.consts[from].name.to_string(), span)
        };
        let path = (0..path.len()).map(step).collect();
        values.out.push(ConstantCycle { path }.into());
        cyclic.extend(component);
    }
    cyclic
}

fn value_of<'a>(module: &'a Module, one: &Const) -> Option<&'a Expr> {
    let function = &module.functions[one.value.index as usize];
    Some(&function.clauses.first()?.body)
}

/// The constants whose values an expression needs, and where.
fn mentioned(e: &Expr, out: &mut Vec<(ConstId, Span)>) {
    if let ExprKind::Const(id) = e.kind {
        out.push((id, e.span));
    }
    each_part(e, &mut |part| mentioned(part, out));
}

/// The expressions that a constant expression is made of.
fn each_part<'a>(e: &'a Expr, visit: &mut impl FnMut(&'a Expr)) {
    match &e.kind {
        ExprKind::Interpolation(parts) => {
            for part in parts {
                if let InterpPart::Value(value) = part {
                    visit(value);
                }
            }
        }
        ExprKind::Field { base, .. } => visit(base),
        ExprKind::Call { callee, args, .. } => {
            visit(callee);
            args.iter().for_each(|arg| visit(&arg.value));
        }
        ExprKind::Unary { operand, .. } => visit(operand),
        ExprKind::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::Range { low, high, .. } => {
            visit(low);
            visit(high);
        }
        ExprKind::Tuple(items) => items.iter().for_each(visit),
        ExprKind::List { items, tail } => {
            items.iter().for_each(&mut *visit);
            tail.iter().for_each(|tail| visit(tail));
        }
        ExprKind::Map(entries) => {
            for (key, value) in entries {
                visit(key);
                visit(value);
            }
        }
        ExprKind::Struct { base, fields, .. } => {
            base.iter().for_each(|base| visit(base));
            fields.iter().for_each(|field| visit(&field.value));
        }
        ExprKind::Ascribe { value, .. } => visit(value),
        _ => {}
    }
}

/// The constants that are whole numbers, as far as their values are known.
struct Values<'a, 'o> {
    module: &'a Module,
    known: FxHashMap<usize, i64>,
    out: &'o mut Vec<Diagnostic>,
}

impl Values<'_, '_> {
    fn constant(&mut self, at: usize) {
        let Some(value) = value_of(self.module, &self.module.consts[at]) else {
            return;
        };
        if let Some(number) = self.number(value) {
            self.known.insert(at, number);
        }
    }

    fn number(&mut self, e: &Expr) -> Option<i64> {
        match &e.kind {
            ExprKind::Lit(Lit::Int(value)) => Some(*value),
            ExprKind::Const(id) if id.module == self.module.id => {
                self.known.get(&(id.index as usize)).copied()
            }
            ExprKind::Ascribe { value, .. } => self.number(value),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => {
                let value = self.number(operand)?;
                self.fits(value.checked_neg(), e.span)
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                let (left, right) = (self.number(left), self.number(right));
                let (left, right) = (left?, right?);
                match op {
                    BinaryOp::Add => self.fits(left.checked_add(right), e.span),
                    BinaryOp::Sub => self.fits(left.checked_sub(right), e.span),
                    BinaryOp::Mul => self.fits(left.checked_mul(right), e.span),
                    BinaryOp::Div | BinaryOp::Rem if right == 0 => {
                        self.crash("a division by zero", e.span)
                    }
                    BinaryOp::Div => self.fits(left.checked_div(right), e.span),
                    BinaryOp::Rem => self.fits(left.checked_rem(right), e.span),
                    _ => None,
                }
            }
            _ => {
                each_part(e, &mut |part| {
                    self.number(part);
                });
                None
            }
        }
    }

    fn fits(&mut self, value: Option<i64>, span: Span) -> Option<i64> {
        match value {
            Some(value) => Some(value),
            None => self.crash("an overflow", span),
        }
    }

    fn crash(&mut self, what: &str, span: Span) -> Option<i64> {
        self.out.push(ConstantCrash { what, span }.into());
        None
    }
}
