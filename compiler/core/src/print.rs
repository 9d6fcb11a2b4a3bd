//! Core as text (`--emit core`). [`crate::testing::parse`] reads it back.

use crate::intrinsics::{self, Intrinsic};
use crate::ir::*;
use std::fmt::Write;

/// The whole program.
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    for data in &program.types.data {
        print_data(&program.types, data, &mut out);
    }
    if let Some(entry) = program.entry {
        let _ = writeln!(out, "entry @{}", program.functions[entry.index()].symbol);
    }
    for function in &program.functions {
        out.push('\n');
        print_function(program, function, &mut out);
    }
    out
}

/// One function.
pub fn print_function(program: &Program, function: &Function, out: &mut String) {
    Printer { program, out }.function(function);
}

/// A type as Core writes it; data types by their key.
pub fn type_name(types: &Types, id: TyId) -> String {
    let list = |ids: &[TyId]| {
        let names: Vec<String> = ids.iter().map(|&id| type_name(types, id)).collect();
        names.join(", ")
    };
    match types.get(id) {
        Ty::Int => "Int".into(),
        Ty::Float => "Float".into(),
        Ty::Bool => "Bool".into(),
        Ty::String => "String".into(),
        Ty::Bytes => "Bytes".into(),
        Ty::Atom => "Atom".into(),
        Ty::Unit => "()".into(),
        Ty::Never => "Never".into(),
        Ty::Pid => "Pid".into(),
        Ty::Tuple(items) => format!("({})", list(items)),
        Ty::List(item) => format!("List<{}>", type_name(types, *item)),
        Ty::Fn(params, result) => {
            format!("fn({}) -> {}", list(params), type_name(types, *result))
        }
        Ty::Data(data) => types.data(*data).key.to_string(),
        Ty::Opaque(name) => format!("opaque {name}"),
        Ty::Boxed => "Boxed".into(),
    }
}

fn print_data(types: &Types, data: &Data, out: &mut String) {
    let fields = |variant: &Variant| {
        let each = variant.fields.iter().map(|field| {
            let ty = type_name(types, field.ty);
            if field.name.is_empty() {
                ty
            } else {
                format!("{}: {ty}", field.name)
            }
        });
        format!("({})", each.collect::<Vec<_>>().join(", "))
    };
    if data.is_struct {
        let fields = data.variants.first().map(fields).unwrap_or_default();
        let _ = writeln!(out, "struct {} = {fields}", data.key);
        return;
    }
    let variants = data.variants.iter().map(|variant| {
        if variant.fields.is_empty() {
            variant.name.to_string()
        } else {
            format!("{}{}", variant.name, fields(variant))
        }
    });
    let variants = variants.collect::<Vec<_>>().join(" | ");
    let _ = writeln!(out, "type {} = {variants}", data.key);
}

/// The name of a primitive: its row in the table of intrinsics.
pub fn prim_name(prim: Prim) -> &'static str {
    op_name(Intrinsic::Prim(prim))
}

/// The name of a list operation: its row in the table of intrinsics.
pub fn list_op_name(op: ListOp) -> &'static str {
    op_name(Intrinsic::List(op))
}

fn op_name(op: Intrinsic) -> &'static str {
    let row = intrinsics::TABLE.iter().find(|row| row.op == op);
    row.map_or("?", |row| row.name)
}

struct Printer<'a> {
    program: &'a Program,
    out: &'a mut String,
}

impl Printer<'_> {
    fn function(&mut self, function: &Function) {
        let unit = &self.program.units[function.unit.index()].module;
        let _ = write!(
            self.out,
            "fn @{} {:?} unit {unit}",
            function.symbol, function.name
        );
        if function.exported {
            self.out.push_str(" exported");
        }
        if function.always_inline {
            self.out.push_str(" inline");
        }
        if let FnKind::Closure { captures } = &function.kind {
            let names: Vec<String> = captures
                .iter()
                .map(|&ty| type_name(&self.program.types, ty))
                .collect();
            let _ = write!(self.out, " closure ({})", names.join(", "));
        }
        let result = type_name(&self.program.types, function.result);
        let _ = writeln!(self.out, " -> {result} {{");
        for (index, call) in function.inlined.iter().enumerate() {
            let (symbol, name) = (&call.symbol, &call.name);
            let within = within(call.call);
            let _ = writeln!(self.out, "  inlined {index} @{symbol} {name:?}{within}");
        }
        for (index, block) in function.blocks.iter().enumerate() {
            let params: Vec<String> = block
                .params
                .iter()
                .map(|&v| def(self, function, v))
                .collect();
            let _ = writeln!(self.out, "b{index}({}):", params.join(", "));
            for stmt in &block.stmts {
                let text = format!(
                    "  {} = {}{}",
                    def(self, function, stmt.value),
                    self.op(&stmt.op),
                    within(stmt.place)
                );
                self.out.push_str(&text);
                self.out.push('\n');
            }
            let text = self.term(&block.term);
            let _ = writeln!(self.out, "  {text}{}", within(block.term_place));
        }
        self.out.push_str("}\n");
    }

    fn symbol(&self, id: FnId) -> &str {
        match self.program.functions.get(id.index()) {
            Some(function) => &function.symbol,
            None => "?",
        }
    }

    fn op(&self, op: &Op) -> String {
        match op {
            Op::Const(constant) => format!("const {}", const_text(constant)),
            Op::Prim(prim, args) => format!("{} {}", prim_name(*prim), values(args)),
            Op::Construct { variant, fields } => format!("construct {variant} {}", values(fields)),
            Op::Field {
                base,
                variant,
                field,
            } => format!("field v{} {variant}.{field}", base.0),
            Op::Tag(value) => format!("tag v{}", value.0),
            Op::List(items) => format!("list {}", values(items)),
            Op::Call { callee, args } => format!("call @{} {}", self.symbol(*callee), values(args)),
            Op::CallNative { native, args } => format!("native {} {}", native.name, values(args)),
            Op::CallClosure { callee, args } => {
                format!("call_closure v{} {}", callee.0, values(args))
            }
            Op::MakeClosure { function, captures } => {
                format!("closure @{} {}", self.symbol(*function), values(captures))
            }
            Op::Capture(index) => format!("capture {index}"),
            Op::SelfClosure => "self_closure".into(),
            Op::Concat(parts) => format!("concat {}", values(parts)),
            Op::ListOp(op, args) => format!("{} {}", list_op_name(*op), values(args)),
            Op::Box(value) => format!("box v{}", value.0),
            Op::Unbox(value) => format!("unbox v{}", value.0),
            Op::ReceiveNext { resume: None, .. } => "receive_next".into(),
            Op::ReceiveNext {
                resume: Some(resume),
                captures,
            } => format!(
                "receive_next @{} {}",
                self.symbol(*resume),
                values(captures)
            ),
        }
    }

    fn term(&self, term: &Term) -> String {
        match term {
            Term::Return(value) => format!("return v{}", value.0),
            Term::Jump(block, args) => format!("jump b{}{}", block.0, values(args)),
            Term::Branch { cond, then, els } => {
                format!("branch v{} {} {}", cond.0, target(then), target(els))
            }
            Term::Switch { on, cases, default } => {
                let cases: Vec<String> = cases
                    .iter()
                    .map(|(value, to)| format!("{value} => {}", target(to)))
                    .collect();
                let mut text = format!("switch v{} [{}]", on.0, cases.join(", "));
                if let Some(default) = default {
                    let _ = write!(text, " else {}", target(default));
                }
                text
            }
            Term::TailCall { callee, args } => {
                format!("tail @{} {}", self.symbol(*callee), values(args))
            }
            Term::TailCallClosure { callee, args } => {
                format!("tail_closure v{} {}", callee.0, values(args))
            }
            Term::Crash(Crash::Panic(value)) => format!("crash panic v{}", value.0),
            Term::Crash(Crash::NoMatch(value)) => format!("crash no_match v{}", value.0),
            Term::Crash(Crash::IndexOutOfRange(index, length)) => {
                format!("crash index v{} v{}", index.0, length.0)
            }
            Term::Unreachable => "unreachable".into(),
        }
    }
}

/// Which inlined call code stands for.
fn within(place: Place) -> String {
    let call = place.within.map(|call| format!(" in {}", call.0));
    call.unwrap_or_default()
}

fn def(printer: &Printer<'_>, function: &Function, value: ValueId) -> String {
    let info = &function.values[value.index()];
    let ty = type_name(&printer.program.types, info.ty);
    match &info.name {
        Some(name) => format!("v{} {name}: {ty}", value.0),
        None => format!("v{}: {ty}", value.0),
    }
}

fn values(ids: &[ValueId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("v{}", id.0)).collect();
    format!("({})", names.join(", "))
}

fn target(target: &Target) -> String {
    format!("b{}{}", target.block.0, values(&target.args))
}

fn const_text(constant: &Const) -> String {
    match constant {
        Const::Int(value) => value.to_string(),
        Const::Float(bits) => {
            let value = f64::from_bits(*bits);
            if value.is_nan() {
                format!("float 0x{bits:x}")
            } else {
                format!("{value:?}")
            }
        }
        Const::Bool(value) => value.to_string(),
        Const::String(text) => format!("{text:?}"),
        Const::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("bytes {hex:?}")
        }
        Const::Atom(name) => format!(":{name:?}"),
        Const::Unit => "()".into(),
    }
}
