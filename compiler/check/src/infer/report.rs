//! What went wrong in words: types in the user's names, and why they were expected.

use super::solve::{Goal, Origin};
use super::{Infer, Why};
use crate::diagnostics::{InfiniteType, Mismatch, MissingImpl, SearchTooDeep};
use crate::program::Obligation;
use crate::ty::{Ty, TyKind};
use crate::unify::{Clash, ClashKind};
use mesh_report::Span;
use mesh_resolve::hir::{self, FnKind, Function, Gives, ModuleId, ProcessClause};

impl Infer<'_> {
    /// Reports types that do not fit, once for one cause.
    pub fn report_clash(&mut self, expected: Ty, found: Ty, clash: Clash, span: Span, why: Why) {
        let (e, f) = (self.u.resolve(expected), self.u.resolve(found));
        if e.has_error() && self.u.peek(expected).is_error() || self.u.peek(found).is_error() {
            return;
        }
        if clash.kind == ClashKind::Infinite {
            let texts = self.show_all(&[clash.expected, clash.found]);
            self.report(InfiniteType {
                part: texts[0].clone(),
                whole: texts[1].clone(),
                span,
            });
            self.poison(&[expected, found]);
            return;
        }
        if e == self.lang.never && self.is_mail(why) {
            // The actor takes no messages: that is said of the call as a whole.
            return;
        }
        let texts = self.show_all(&[expected, found, clash.expected, clash.found]);
        let receives = if self.is_mail(why) {
            self.receive_of(e)
        } else {
            None
        };
        let decided = self
            .u
            .decided_at(expected)
            .or_else(|| self.u.decided_at(clash.expected))
            .filter(|&at| at != span);
        let inner = (texts[2] != texts[0] || texts[3] != texts[1])
            .then(|| (texts[2].clone(), texts[3].clone()));
        let why_label = match receives {
            Some(at) => Some((at, format!("this `receive` takes `{}`", texts[0]))),
            None => self.why(why, &texts[0]).filter(|(at, _)| *at != span),
        };
        let decided = decided.filter(|_| receives.is_none());
        let help = match why {
            Why::Operand(_, "*") if e == self.lang.string => {
                vec!["a text is repeated by `String.repeat(text, times)`".to_string()]
            }
            _ => self.mismatch_help(e, f),
        };
        self.report(Mismatch {
            expected: texts[0].clone(),
            found: texts[1].clone(),
            inner,
            span,
            decided: decided.filter(|at| why_label.as_ref().is_none_or(|(w, _)| w != at)),
            why: why_label,
            fixed: match why {
                Why::Fixed(text) => Some(text),
                Why::Condition => Some("a condition is a Bool"),
                _ => None,
            },
            help,
        });
    }

    /// Whether a message is sent there.
    fn is_mail(&self, why: Why) -> bool {
        match why {
            Why::Param(id, 1) => matches!(
                self.env.function(id).lang.as_deref(),
                Some("send" | "call" | "try_call")
            ),
            _ => false,
        }
    }

    /// Where a function of this module receives such messages.
    fn receive_of(&mut self, message: Ty) -> Option<Span> {
        for i in 0..self.members.len() {
            let (process, at) = (self.members[i].process, self.members[i].received_at);
            if let TyKind::Process(m, _) = self.u.shallow(process).kind()
                && self.u.resolve(*m) == message
                && at.is_some()
            {
                return at;
            }
        }
        let module = &self.world.modules[self.cx.module.0 as usize];
        module.functions.iter().find_map(|f| {
            let scheme = self.env.scheme(f.id)?;
            match scheme.ty.process.kind() {
                TyKind::Process(m, _) if *m == message => scheme.received_at,
                _ => None,
            }
        })
    }

    /// After a report: what is still open in a type fits everything, so that it is not missed a second time.
    pub fn forget(&mut self, ty: Ty) {
        let mut open = Vec::new();
        self.u.free_vars(ty, &mut open);
        for var in open {
            let _ = self.u.unify(Ty::new(TyKind::Var(var)), Ty::error());
        }
    }

    /// After a report about them types fit everything, so that one mistake is one message.
    fn poison(&mut self, types: &[Ty]) {
        for &ty in types {
            if let TyKind::Var(var) = self.u.shallow(ty).kind() {
                self.u.settle(*var, Ty::error());
            }
        }
    }

    fn why(&self, why: Why, expected: &str) -> Option<(Span, String)> {
        Some(match why {
            Why::Plain | Why::Condition | Why::Fixed(_) => return None,
            Why::Declared(span) => (span, format!("`{expected}` is written here")),
            Why::Initial(span) => (
                span,
                format!("`init` gives `{expected}`, which is the state"),
            ),
            Why::Result(span) => {
                let function = self.env.function(self.members[self.cx.member].id);
                if self.starts_a_child(function) {
                    let text = "a child's `start` gives the pid of what it has started";
                    return Some((span, text.to_string()));
                }
                match function.state.map(|state| state.gives) {
                    Some(Gives::StateAndReply) => {
                        let text = "a `call` gives the new state, then its reply";
                        return Some((span, text.to_string()));
                    }
                    Some(Gives::State) => {
                        return Some((
                            span,
                            format!("a section gives the new state, `{expected}`"),
                        ));
                    }
                    _ => {}
                }
                // A constant, or the default of a parameter or field.
                let value = matches!(function.kind, FnKind::Generated | FnKind::Default { .. })
                    && function.params.is_empty();
                let what = if value { "this" } else { "the result" };
                (span, format!("{what} is declared as `{expected}`"))
            }
            Why::Param(id, index) => {
                let f = self.env.function(id);
                if f.lang.as_deref() == Some("reply")
                    && let ProcessClause::Process {
                        replies: Some(ty), ..
                    } = &self.env.function(self.members[self.cx.member].id).process
                {
                    return Some((ty.span, format!("this actor replies with `{expected}`")));
                }
                let param = f.params.get(index as usize)?;
                if let Some(mesh_resolve::hir::TyKind::Param(_)) =
                    param.ty.as_ref().map(|ty| &ty.kind)
                {
                    return None;
                }
                let span = param.ty.as_ref().map_or(param.span, |ty| ty.span);
                let text = if param.ty.is_some() {
                    format!("the parameter of `{}` is declared here", f.name)
                } else {
                    format!("`{}` takes `{expected}` here", f.name)
                };
                (span, text)
            }
            Why::Field(span) => (span, "the field is declared here".to_string()),
            Why::Sibling(span, what) => (span, format!("{what} is `{expected}`")),
            Why::Operand(span, sign) => (
                span,
                format!("both sides of `{sign}` have one type, and this is `{expected}`"),
            ),
            Why::Matched(span) => (span, format!("this is `{expected}`")),
        })
    }

    /// Whether it is the function that a supervisor's child has for its `start`.
    fn starts_a_child(&self, function: &Function) -> bool {
        let result = function.result.as_ref().map(|ty| &ty.kind);
        let Some(hir::TyKind::Fn(_, started)) = result else {
            return false;
        };
        matches!(function.kind, FnKind::Generated)
            && matches!(&started.kind, hir::TyKind::Named(id, _) if self.is_lang(*id, "pid"))
    }

    fn mismatch_help(&self, expected: Ty, found: Ty) -> Vec<String> {
        let lang = |ty: Ty, name: &str| match ty.kind() {
            TyKind::Con(id, _) => self.is_lang(*id, name),
            _ => false,
        };
        let mut help = Vec::new();
        if let TyKind::Con(id, args) = found.kind() {
            if self.is_lang(*id, "option") && args[0] == expected {
                help.push(
                    "the value may be missing: use `match`, `?` or `Option.unwrap_or`".into(),
                );
            }
            if self.is_lang(*id, "result") && args[0] == expected {
                help.push(
                    "the value may be an error: use `match`, `?` or `Result.unwrap_or`".into(),
                );
            }
        }
        if let TyKind::Con(id, args) = expected.kind()
            && (args.first() == Some(&found)
                || matches!(args.first().map(|ty| ty.kind()), Some(TyKind::Var(_))))
            && !matches!(found.kind(), TyKind::Con(other, _) if other == id)
        {
            let value = if found == self.lang.unit { "()" } else { "…" };
            if self.is_lang(*id, "option") {
                help.push(format!("`Some({value})` makes it an option"));
            }
            if self.is_lang(*id, "result") {
                help.push(format!("`Ok({value})` makes it a result"));
            }
        }
        if lang(expected, "float") && lang(found, "int") {
            help.push(
                "there is no implicit conversion: write `Float.from(…)`, or `2.0` for `2`".into(),
            );
        }
        if lang(expected, "int") && lang(found, "float") {
            help.push("there is no implicit conversion: round it with `Float.round`, or write `2.0` for `2`".into());
        }
        let shows = !matches!(found.kind(), TyKind::Fn(_)) && found != self.lang.unit;
        if lang(expected, "string") && shows {
            help.push("a value becomes text in an interpolation: `\"${value}\"`".into());
        }
        if let (TyKind::Con(a, xs), TyKind::Con(b, ys)) = (expected.kind(), found.kind())
            && self.is_lang(*a, "pid")
            && self.is_lang(*b, "pid")
            && xs.first() == ys.first()
            && xs.get(1) == Some(&self.lang.never)
        {
            help.push("`Pid.sender(pid)` makes a pid that only sends".into());
        }
        if let TyKind::Param(_) = expected.kind() {
            let name = self.show(expected);
            help.push(format!(
                "the caller chooses what `{name}` is, so only a value of that type will do"
            ));
        }
        help
    }

    /// Reports a type without an interface it needs.
    pub fn report_missing(&mut self, goal: &Goal, resolved: &Obligation, chain: &[Obligation]) {
        if resolved.args.iter().any(|ty| ty.has_error()) {
            return;
        }
        if !self.reported.insert((goal.span, resolved.clone())) {
            return;
        }
        if self.follows_from_eq(goal, resolved) {
            return;
        }
        let outer = goal.chain.as_ref().map(|link| {
            let mut first = link;
            while let Some(above) = &first.above {
                first = above;
            }
            first.wanted.clone()
        });
        let wanted = outer.as_ref().unwrap_or(resolved);
        let leaf = chain.last().unwrap_or(resolved);
        let mut types = wanted.args.clone();
        types.extend(leaf.args.iter().copied());
        let texts = self.show_all(&types);
        let interface = |id| {
            crate::impls::lower::interface_def(self.world, id)
                .name
                .to_string()
        };
        let with_args = |id, args: &[String]| {
            if args.is_empty() {
                interface(id)
            } else {
                format!("{}<{}>", interface(id), args.join(", "))
            }
        };
        let count = wanted.args.len();
        let name = with_args(wanted.interface, &texts[1..count]);
        let mut notes = Vec::new();
        if leaf != wanted {
            let inner = with_args(leaf.interface, &texts[count + 1..]);
            notes.push(format!("`{}` would need `{inner}`", texts[count]));
        }
        let leaf_ty = leaf.args[0];
        if matches!(leaf_ty.kind(), TyKind::Fn(_)) {
            notes.push("a function has `Debug` and no other interface".into());
        }
        let mut help = Vec::new();
        if let TyKind::Param(_) = leaf_ty.kind() {
            help.push(format!(
                "say so where `{}` is declared: `{}: {}`",
                texts[count],
                texts[count],
                with_args(leaf.interface, &texts[count + 1..])
            ));
        }
        help.extend(self.impl_help(
            leaf,
            &with_args(leaf.interface, &texts[count + 1..]),
            &texts[count],
        ));
        help.extend(self.longer_clause(leaf));
        if matches!(goal.origin, Origin::Index) && leaf_ty == self.lang.string {
            help.push(
                "a character is `text.at(i)`, which is an `Option`: there may be none".into(),
            );
        }
        let (because, declared) = match goal.origin {
            Origin::Operator(sign) => (format!("`{sign}` needs it"), None),
            Origin::Interpolation => ("to become text here".into(), None),
            Origin::For => ("`for` goes over it".into(), None),
            Origin::Index => ("it is indexed here".into(), None),
            Origin::Bound(id) => {
                let f = self.env.function(id);
                match f.lang.as_deref() {
                    Some("map_from_list") => ("the keys of a map need it".into(), None),
                    _ => (format!("`{}` asks for it", f.name), Some(f.name_span)),
                }
            }
            Origin::Method => ("the method is the interface's".into(), None),
            Origin::Question => ("`?` converts the error with it".into(), None),
            Origin::Silent => ("its associated type is needed here".into(), None),
        };
        self.report(MissingImpl {
            ty: texts[0].clone(),
            interface: name,
            because,
            span: goal.span,
            declared,
            notes,
            help,
        });
    }

    /// The impl that is missing, where it may be written: the interface or the type is the program's own.
    fn impl_help(&self, missing: &Obligation, interface: &str, ty: &str) -> Option<String> {
        let TyKind::Con(id, _) = missing.args[0].kind() else {
            return None;
        };
        let is_std = |module: ModuleId| self.world.modules[module.0 as usize].is_std;
        let is_foreign = is_std(id.module) && is_std(missing.interface.module);
        let structural = ["eq", "ord", "hash", "debug", "display"];
        let lang = &self.world.lang.interfaces;
        let is_structural = structural
            .iter()
            .any(|name| lang.get(*name) == Some(&missing.interface));
        if is_foreign || is_structural || missing.args.iter().any(|ty| ty.has_var()) {
            return None;
        }
        let def = crate::impls::lower::interface_def(self.world, missing.interface);
        let types = def.assoc_types.iter();
        let mut parts: Vec<String> = types.map(|ty| format!("type {} = …", ty.name)).collect();
        let methods = def.methods.iter().map(|&id| self.env.function(id));
        parts.extend(methods.filter(|f| f.clauses.is_empty()).map(|f| {
            let params: Vec<&str> = f.params.iter().map(|p| p.name.as_str()).collect();
            format!("fn {}({}) = …", f.name, params.join(", "))
        }));
        let body = parts.join("; ");
        Some(format!(
            "write the impl: `impl {interface} for {ty} do {body} end`"
        ))
    }

    /// What cannot be compared has no hash either: keys ask for both, and one of them is said.
    fn follows_from_eq(&self, goal: &Goal, missing: &Obligation) -> bool {
        let lang = |name: &str| self.world.lang.interfaces.get(name).copied();
        let Some(interface) = lang("eq").filter(|_| lang("hash") == Some(missing.interface)) else {
            return false;
        };
        let args = missing.args.clone();
        self.reported
            .contains(&(goal.span, Obligation { interface, args }))
    }

    /// What a type's `deriving` clause leaves out that it would have without any clause.
    fn longer_clause(&self, missing: &Obligation) -> Option<String> {
        let TyKind::Con(id, _) = missing.args[0].kind() else {
            return None;
        };
        let listed = self.env.type_def(*id).deriving.as_ref()?;
        let lang = |name: &str| self.world.lang.interfaces.get(name).copied();
        let eq = lang("eq")?;
        let wanted = missing.interface;
        if wanted != eq && ![lang("ord"), lang("hash")].contains(&Some(wanted)) {
            return None;
        }
        let mut lacking: Vec<String> = Vec::new();
        for interface in [eq, wanted] {
            let def = crate::impls::lower::interface_def(self.world, interface);
            let name = format!("`{}`", def.name);
            if !listed.iter().any(|(id, _)| *id == interface) && !lacking.contains(&name) {
                lacking.push(name);
            }
        }
        Some(format!(
            "its `deriving` clause lists all that there is: add {}",
            lacking.join(" and ")
        ))
    }

    pub fn too_deep(&mut self, goal: &Goal, chain: &[Obligation]) {
        let first = chain.first().unwrap_or(&goal.wanted).clone();
        if !self.reported.insert((goal.span, first)) {
            return;
        }
        let step = |o: &Obligation| {
            let interface = crate::impls::lower::interface_def(self.world, o.interface);
            let texts = self.show_all(&o.args);
            match &texts[1..] {
                [] => format!("`{}: {}`", texts[0], interface.name),
                args => format!("`{}: {}<{}>`", texts[0], interface.name, args.join(", ")),
            }
        };
        let steps: Vec<String> = chain.iter().take(4).map(step).collect();
        self.report(SearchTooDeep {
            steps,
            depth: chain.len(),
            span: goal.span,
        });
    }
}
