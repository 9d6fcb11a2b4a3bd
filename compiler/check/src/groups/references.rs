//! The functions a function refers to, by name or by a method name that may mean one.

use mesh_resolve::hir::{
    Arm, Block, Clause, Expr, ExprKind, FnId, Function, InterpPart, ModuleId, Stmt, World,
};

/// Stack kept free before another level of expression is entered, and the size of the next piece.
const RED_ZONE: usize = 64 * 1024;
const SEGMENT: usize = 1024 * 1024;

/// Calls `found` with every function that `function` refers to. A method call counts as a reference
/// to the function of that name in the same module, since its receiver's type is not known yet.
pub fn of(world: &World, function: &Function, found: &mut dyn FnMut(FnId)) {
    let mut walk = Walk {
        world,
        module: function.id.module,
        found,
    };
    walk.clauses(&function.clauses);
}

struct Walk<'a> {
    world: &'a World,
    module: ModuleId,
    found: &'a mut dyn FnMut(FnId),
}

impl Walk<'_> {
    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            self.all(&clause.guard);
            self.expr(&clause.body);
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.here(expr));
    }

    fn here(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Fn(id) => (self.found)(*id),
            ExprKind::Const(id) => {
                (self.found)(
                    self.world.modules[id.module.0 as usize].consts[id.index as usize].value,
                );
            }
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                ..
            } => {
                let module = &self.world.modules[self.module.0 as usize];
                for function in module.functions.iter().filter(|f| f.name == *name) {
                    (self.found)(function.id);
                }
                self.expr(receiver);
                self.all(args.iter().map(|arg| &arg.value));
            }
            ExprKind::Call { callee, args, .. } => {
                self.expr(callee);
                self.all(args.iter().map(|arg| &arg.value));
            }
            ExprKind::Spawn { callee, args, .. } => {
                self.expr(callee);
                self.all(args);
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Match { scrutinee, arms } => {
                self.expr(scrutinee);
                arms.iter().for_each(|arm| self.arm(arm));
            }
            ExprKind::Receive { arms, after } => {
                arms.iter().for_each(|arm| self.arm(&arm.arm));
                if let Some(after) = after {
                    self.expr(&after.timeout);
                    self.expr(&after.body);
                }
            }
            ExprKind::Closure(closure) => self.clauses(&closure.clauses),
            _ => self.parts(expr),
        }
    }

    /// Expressions whose parts are only expressions.
    fn parts(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Interpolation(parts) => {
                self.all(parts.iter().filter_map(|part| match part {
                    InterpPart::Value(value) => Some(value),
                    InterpPart::Text(_) => None,
                }))
            }
            ExprKind::Field { base, .. } => self.expr(base),
            ExprKind::Index { base, index } => self.all([&**base, &**index]),
            ExprKind::Try(inner) | ExprKind::Unary { operand: inner, .. } => self.expr(inner),
            ExprKind::Binary { left, right, .. } => self.all([&**left, &**right]),
            ExprKind::Range { low, high, .. } => self.all([&**low, &**high]),
            ExprKind::Tuple(items) => self.all(items),
            ExprKind::List { items, tail } => {
                self.all(items);
                self.all(tail.as_deref());
            }
            ExprKind::Map(pairs) => pairs.iter().for_each(|(key, value)| self.all([key, value])),
            ExprKind::Struct { base, fields, .. } => {
                self.all(base.as_deref());
                self.all(fields.iter().map(|field| &field.value));
            }
            ExprKind::If { cond, then, else_ } => {
                self.all([&**cond, &**then]);
                self.all(else_.as_deref());
            }
            ExprKind::For {
                iterable,
                guard,
                body,
                ..
            } => {
                self.expr(iterable);
                self.all(guard.as_deref());
                self.expr(body);
            }
            ExprKind::While { cond, body } => self.all([&**cond, &**body]),
            ExprKind::Return(value) => self.all(value.as_deref()),
            ExprKind::Ascribe { value, .. } | ExprKind::Held { value, .. } => self.expr(value),
            // Names and literals refer to no function; the rest is handled by `here`.
            _ => {}
        }
    }

    fn arm(&mut self, arm: &Arm) {
        self.all(&arm.guard);
        self.expr(&arm.body);
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let { value, else_, .. } => {
                    self.expr(value);
                    self.all(else_);
                }
                Stmt::Expr(expr) => self.expr(expr),
                Stmt::LocalFns(functions) => {
                    functions.iter().for_each(|f| self.clauses(&f.clauses))
                }
            }
        }
        self.all(block.value.as_deref());
    }
}
