//! `supervisor`: a function `start` that hands the specification of the children to std, and one function for every child.
//!
//! `child store do start: fn -> Store.start(1) end … end` in `supervisor App` makes the function `App.store.start`, which gives the
//! closure of `start:`, an entry of the specification, and `App.store(sup)`, whose type is that of what the closure gives.

use super::body::Body;
use super::build::{Made, bind, call, closure, function, local, param};
use super::{Lowerer, expr};
use crate::diagnostics::BadSection;
use crate::hir::{Expr, ExprKind, FnId, FnKind, Lit, Pat, PatKind, Ty, TyKind};
use crate::layout;
use crate::lookup;
use crate::names::{ValueRef, Word};
use mesh_report::Span;
use mesh_syntax::ast::{self, HasDocs};
use smol_str::SmolStr;
use std::sync::Arc;

const STRATEGIES: &[&str] = &["one_for_one", "one_for_all", "rest_for_one"];
const RESTARTS: &[&str] = &["permanent", "transient", "temporary"];

/// A `child` section.
struct Child {
    name: Word,
    start: Option<ast::Expr>,
    restart: Expr,
    shutdown: Expr,
    /// The function that gives its closure.
    starter: FnId,
    /// `App.store(sup)`
    accessor: FnId,
}

impl Lowerer<'_> {
    /// A supervisor whose functions have the ids from `index` on.
    pub(super) fn supervisor(&mut self, def: &ast::SupervisorDef, index: u32) {
        let Some(name) = layout::name(self.file, def.name()) else {
            return;
        };
        let id = |at: u32| FnId {
            module: self.id,
            index: index + at,
        };
        let (start, first_child) = (id(0), index + 1);
        self.body = Body::default();
        let children = self.children(def, first_child);
        for child in &children {
            self.starter(def, &name, child);
            self.accessor(def, &name, child);
        }
        self.supervisor_start(def, &name, start, children);
    }

    fn children(&mut self, def: &ast::SupervisorDef, first: u32) -> Vec<Child> {
        let mut children: Vec<Child> = Vec::new();
        for member in def.members() {
            let ast::SupervisorMember::ChildDef(it) = member else {
                continue;
            };
            let Some(name) = layout::name(self.file, it.name()) else {
                continue;
            };
            let span = name.span;
            let mut child = Child {
                start: None,
                restart: atom("permanent", span),
                shutdown: int(5000, span),
                starter: self.reserve(),
                accessor: FnId {
                    module: self.id,
                    index: first + children.len() as u32,
                },
                name,
            };
            for setting in it.settings() {
                let Some(word) = layout::name(self.file, setting.name()) else {
                    continue;
                };
                match word.text.as_str() {
                    "start" => child.start = setting.value(),
                    "restart" => child.restart = self.choice(setting.value(), RESTARTS, &word),
                    "shutdown" => child.shutdown = self.expr_opt(setting.value(), word.span),
                    _ => {
                        self.unknown_setting(&word, "a child has `start`, `restart` and `shutdown`")
                    }
                }
            }
            if child.start.is_none() {
                self.report(BadSection {
                    message: format!("the child `{}` has no `start`", child.name.text),
                    span,
                    help: "write `start: fn -> … end`, which starts it and gives its pid",
                });
            }
            children.push(child);
        }
        children
    }

    fn unknown_setting(&mut self, word: &Word, help: &'static str) {
        self.report(BadSection {
            message: format!("there is no setting `{}` here", word.text),
            span: word.span,
            help,
        });
    }

    /// One of a few words, as an atom.
    fn choice(
        &mut self,
        value: Option<ast::Expr>,
        words: &'static [&'static str],
        setting: &Word,
    ) -> Expr {
        let found = match &value {
            Some(ast::Expr::PathExpr(path)) => path.path().and_then(|path| path.segments().next()),
            _ => None,
        };
        let span = value.map_or(setting.span, |value| self.at(&value));
        let known = found.and_then(|token| words.iter().find(|word| **word == token.text()));
        match known {
            Some(word) => atom(word, span),
            None => {
                let help = if words == STRATEGIES {
                    "it is `one_for_one`, `one_for_all` or `rest_for_one`"
                } else {
                    "it is `permanent`, `transient` or `temporary`"
                };
                self.report(BadSection {
                    message: format!("this is no value for `{}`", setting.text),
                    span,
                    help,
                });
                expr(ExprKind::Error, span)
            }
        }
    }

    /// A function over the supervisor's parameters.
    fn over_params(
        &mut self,
        def: &ast::SupervisorDef,
        id: FnId,
        name: String,
        span: Span,
    ) -> (Made, Vec<Pat>) {
        self.body = Body::default();
        let mut made = Made {
            id,
            name: SmolStr::from(name),
            span,
            is_pub: false,
            kind: FnKind::Generated,
            generics: Vec::new(),
            params: Vec::new(),
            result: None,
            docs: None,
            state: None,
        };
        let list = def.param_list();
        for written in list.iter().flat_map(|list| list.params()) {
            let ty = self.ty_opt(written.ty());
            made.params.push(param("_", ty, self.at(&written)));
        }
        let pats = self.param_pats(list);
        // Every child's function has them, and need not use them.
        self.body.kinds.fill(super::body::Kind::Quiet);
        (made, pats)
    }

    /// `fn App.store.start(db) = fn -> … end`
    fn starter(&mut self, def: &ast::SupervisorDef, name: &Word, child: &Child) {
        let span = child.name.span;
        let own = format!("{}.{}.start", name.text, child.name.text);
        let (mut made, pats) = self.over_params(def, child.starter, own, span);
        let pid = self.lang_ty("pid", "`supervisor`", Vec::new(), span);
        let mut body = self.expr_opt(child.start.clone(), span);
        if let ExprKind::Closure(closure) = &mut body.kind {
            closure.result = Some(pid.clone());
        }
        made.result = Some(Ty {
            kind: TyKind::Fn(Vec::new(), Box::new(pid)),
            span,
        });
        self.made(made, pats, body);
    }

    /// `fn App.store(sup) = supervisor_child(sup, "store", fn (db) -> App.store.start(db)() end)`: the closure is never run, its type says
    /// what the child's pid is.
    fn accessor(&mut self, def: &ast::SupervisorDef, name: &Word, child: &Child) {
        let span = child.name.span;
        self.body = Body::default();
        let sup = self.fresh("_supervisor", span);
        let list = def.param_list();
        let count = list.map_or(0, |list| list.params().count());
        let locals: Vec<_> = (0..count).map(|_| self.fresh("_param", span)).collect();
        let args = locals.iter().map(|id| local(*id, span)).collect();
        let start = call(function(child.starter, span), args, span);
        let started = call(start, Vec::new(), span);
        let all = locals.iter().map(|id| bind(*id, span)).collect();
        let params = Pat {
            kind: match count {
                0 => PatKind::Lit(Lit::Unit),
                1 => PatKind::Bind(locals[0]),
                _ => PatKind::Tuple(all),
            },
            span,
        };
        let witness = closure(vec![params], started, span);
        let args = vec![local(sup, span), text(&child.name.text, span), witness];
        let body = self.std_call("supervisor_child", args, span);
        let made = Made {
            id: child.accessor,
            name: SmolStr::from(format!("{}.{}", name.text, child.name.text)),
            span,
            is_pub: def.pub_token().is_some(),
            kind: FnKind::Generated,
            generics: Vec::new(),
            params: vec![param("supervisor", None, span)],
            result: None,
            docs: None,
            state: None,
        };
        self.made(made, vec![bind(sup, span)], body);
    }

    fn std_call(&mut self, lang: &str, args: Vec<Expr>, span: Span) -> Expr {
        match self.lang_fn(lang, "`supervisor`", span) {
            Some(id) => call(function(id, span), args, span),
            None => expr(ExprKind::Error, span),
        }
    }

    /// `fn App.start(db) = supervisor_start(strategy, max_restarts, max_seconds, [supervisor_spec("store", …), …])`
    fn supervisor_start(
        &mut self,
        def: &ast::SupervisorDef,
        name: &Word,
        id: FnId,
        children: Vec<Child>,
    ) {
        let span = name.span;
        let own = format!("{}.start", name.text);
        let (mut made, pats) = self.over_params(def, id, own, span);
        made.is_pub = def.pub_token().is_some();
        made.docs = def.docs().map(SmolStr::from);
        let (mut strategy, mut restarts, mut seconds) =
            (atom("one_for_one", span), int(3, span), int(5, span));
        for member in def.members() {
            let ast::SupervisorMember::Setting(setting) = member else {
                continue;
            };
            let Some(word) = layout::name(self.file, setting.name()) else {
                continue;
            };
            match word.text.as_str() {
                "strategy" => strategy = self.choice(setting.value(), STRATEGIES, &word),
                "max_restarts" => restarts = self.expr_opt(setting.value(), word.span),
                "max_seconds" => seconds = self.expr_opt(setting.value(), word.span),
                _ => self.unknown_setting(
                    &word,
                    "a supervisor has `strategy`, `max_restarts` and `max_seconds`",
                ),
            }
        }
        let list = def.param_list();
        let count = list.map_or(0, |list| list.params().count());
        let mut outer = Vec::new();
        let mut pats = pats;
        for pat in &mut pats {
            let id = self.fresh("_param", pat.span);
            let whole = std::mem::replace(&mut pat.kind, PatKind::Wild);
            let inner = Pat {
                kind: whole,
                span: pat.span,
            };
            pat.kind = PatKind::As {
                pat: Box::new(inner),
                local: id,
            };
            outer.push(id);
        }
        debug_assert_eq!(outer.len(), count, "a pattern for every parameter");
        let mut specs = Vec::new();
        for child in children {
            let at = child.name.span;
            let args = outer.iter().map(|id| local(*id, at)).collect();
            let start = call(function(child.starter, at), args, at);
            let parts = vec![
                text(&child.name.text, at),
                start,
                child.restart,
                child.shutdown,
            ];
            specs.push(self.std_call("supervisor_spec", parts, at));
        }
        let list = ExprKind::List {
            items: specs,
            tail: None,
        };
        let args = vec![strategy, restarts, seconds, expr(list, span)];
        let body = self.std_call("supervisor_start", args, span);
        self.made(made, pats, body);
    }

    /// `spawn(App, db)` is `App.start(db)`.
    pub(super) fn spawn_supervisor(
        &mut self,
        it: &ast::CallExpr,
        link: bool,
        span: Span,
    ) -> Option<Expr> {
        let list = it.arg_list()?;
        let ast::Expr::PathExpr(path) = list.args().next()?.expr()? else {
            return None;
        };
        let words = layout::path(self.file, &path.path()?);
        let [word] = words.as_slice() else {
            return None;
        };
        let (module, space, by) = lookup::namespace(self.names, self.id, &word.text)?;
        let start = space.values.get("start")?.what;
        self.bring(by);
        self.mention(module);
        let ValueRef::Fn(id) = start else {
            return None;
        };
        let args = list.args().skip(1);
        let args: Vec<Expr> = args.map(|arg| self.expr_opt(arg.expr(), span)).collect();
        let started = call(function(id, word.span), args, span);
        if !link {
            return Some(started);
        }
        let pid = self.fresh("_started", span);
        let linked = self.lang_fn("link", "`spawn_link`", span)?;
        let stmts = vec![
            crate::hir::Stmt::Let {
                pat: bind(pid, span),
                ty: None,
                value: started,
                else_: None,
                span,
            },
            crate::hir::Stmt::Expr(call(function(linked, span), vec![local(pid, span)], span)),
        ];
        let value = Some(Box::new(local(pid, span)));
        Some(expr(
            ExprKind::Block(crate::hir::Block { stmts, value }),
            span,
        ))
    }
}

fn atom(name: &'static str, span: Span) -> Expr {
    expr(ExprKind::Lit(Lit::Atom(SmolStr::new_static(name))), span)
}

fn int(value: i64, span: Span) -> Expr {
    expr(ExprKind::Lit(Lit::Int(value)), span)
}

fn text(text: &str, span: Span) -> Expr {
    expr(ExprKind::Lit(Lit::Str(Arc::from(text))), span)
}
