//! Runs Core, slowly and plainly: tests compare what a program does before and after a pass.

use super::mailbox::Mailbox;
use crate::ir::*;
use std::rc::Rc;

/// A value at run time.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Int(i64),
    Float(f64),
    Bool(bool),
    Str(Rc<str>),
    Atom(Rc<str>),
    Unit,
    /// A tuple, struct or variant.
    Data(u32, Rc<[Value]>),
    List(Rc<Vec<Value>>),
    Closure(FnId, Rc<[Value]>),
}

impl Value {
    /// A list of `Int`s.
    pub fn ints(items: impl IntoIterator<Item = i64>) -> Value {
        Value::List(Rc::new(items.into_iter().map(Value::Int).collect()))
    }

    /// A string.
    pub fn text(text: &str) -> Value {
        Value::Str(text.into())
    }
}

/// What a run gave.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// The result, or the reason of the crash.
    pub result: Result<Value, String>,
    /// What was written to standard output.
    pub output: String,
}

/// Calls the function with this symbol.
pub fn call(program: &Program, symbol: &str, args: &[Value]) -> Outcome {
    let mut machine = Machine {
        program,
        output: String::new(),
        steps: 20_000_000,
        mailbox: Mailbox::default(),
    };
    let found = program.functions.iter().position(|f| f.symbol == symbol);
    let result = match found {
        Some(at) => machine.call(FnId(at as u32), args.to_vec(), Rc::from([])),
        None => Err(format!("there is no function @{symbol}")),
    };
    Outcome {
        result,
        output: machine.output,
    }
}

type Run<T> = Result<T, String>;

struct Machine<'a> {
    program: &'a Program,
    output: String,
    steps: u64,
    mailbox: Mailbox,
}

/// How a block ended.
enum Next {
    Give(Value),
    Go(BlockId, Vec<Value>),
    Call(FnId, Vec<Value>, Rc<[Value]>),
}

impl<'a> Machine<'a> {
    fn call(
        &mut self,
        mut id: FnId,
        mut args: Vec<Value>,
        mut captures: Rc<[Value]>,
    ) -> Run<Value> {
        loop {
            match crate::deep(|| self.body(id, args, &captures))? {
                Next::Call(to, passed, held) => (id, args, captures) = (to, passed, held),
                Next::Give(value) => return Ok(value),
                Next::Go(..) => return Err("a jump out of a function".into()),
            }
        }
    }

    fn body(&mut self, id: FnId, args: Vec<Value>, captures: &Rc<[Value]>) -> Run<Next> {
        let function: &'a Function = &self.program.functions[id.index()];
        let mut values: Vec<Option<Value>> = vec![None; function.values.len()];
        let (mut at, mut args) = (BlockId(0), args);
        loop {
            let block = &function.blocks[at.index()];
            if block.params.len() != args.len() {
                return Err(format!("@{}: a wrong number of values", function.symbol));
            }
            for (param, arg) in block.params.iter().zip(args) {
                values[param.index()] = Some(arg);
            }
            if let Some(Stmt { op, .. }) = block.stmts.first()
                && let Op::ReceiveNext {
                    resume: Some(resume),
                    captures: held,
                } = op
                && self.mailbox.parks()
            {
                let frame = Frame {
                    values: &values,
                    captures,
                    id,
                };
                let held = frame.all(held)?;
                return Ok(Next::Call(*resume, Vec::new(), held.into()));
            }
            for stmt in &block.stmts {
                self.steps = self.steps.checked_sub(1).ok_or("runs for too long")?;
                let frame = Frame {
                    values: &values,
                    captures,
                    id,
                };
                let value = self.op(&stmt.op, &frame)?;
                values[stmt.value.index()] = Some(value);
            }
            let frame = Frame {
                values: &values,
                captures,
                id,
            };
            self.steps = self.steps.checked_sub(1).ok_or("runs for too long")?;
            match self.term(&block.term, &frame)? {
                Next::Go(to, passed) => (at, args) = (to, passed),
                other => return Ok(other),
            }
        }
    }

    fn term(&mut self, term: &Term, frame: &Frame<'_>) -> Run<Next> {
        let go = |target: &Target| Ok(Next::Go(target.block, frame.all(&target.args)?));
        match term {
            Term::Return(value) => Ok(Next::Give(frame.get(*value)?)),
            Term::Jump(block, args) => Ok(Next::Go(*block, frame.all(args)?)),
            Term::Branch { cond, then, els } => match frame.get(*cond)? {
                Value::Bool(true) => go(then),
                Value::Bool(false) => go(els),
                other => Err(format!("a branch on {other:?}")),
            },
            Term::Switch { on, cases, default } => {
                let on = frame.int(*on)?;
                match cases.iter().find(|(case, _)| *case == on) {
                    Some((_, target)) => go(target),
                    None => go(default.as_ref().ok_or("a switch without that case")?),
                }
            }
            Term::TailCall { callee, args } => {
                Ok(Next::Call(*callee, frame.all(args)?, Rc::from([])))
            }
            Term::TailCallClosure { callee, args } => match frame.get(*callee)? {
                Value::Closure(id, captures) => Ok(Next::Call(id, frame.all(args)?, captures)),
                other => Err(format!("a call of {other:?}")),
            },
            Term::Crash(Crash::Panic(text)) => Err(format!("panic: {}", frame.text(*text)?)),
            Term::Crash(Crash::NoMatch(text)) => Err(format!("no match: {}", frame.text(*text)?)),
            Term::Crash(Crash::IndexOutOfRange(at, length)) => {
                let (at, length) = (frame.int(*at)?, frame.int(*length)?);
                Err(format!("index {at} of {length}"))
            }
            Term::Unreachable => Err("what is unreachable was reached".into()),
        }
    }

    fn op(&mut self, op: &Op, frame: &Frame<'_>) -> Run<Value> {
        Ok(match op {
            Op::Const(constant) => match constant {
                Const::Int(value) => Value::Int(*value),
                Const::Float(bits) => Value::Float(f64::from_bits(*bits)),
                Const::Bool(value) => Value::Bool(*value),
                Const::String(text) => Value::text(text),
                Const::Atom(name) => Value::Atom(name.as_str().into()),
                Const::Unit => Value::Unit,
                Const::Bytes(_) => return Err("bytes are not interpreted".into()),
            },
            Op::Prim(prim, args) => self.prim(*prim, &frame.all(args)?)?,
            Op::Construct { variant, fields } => Value::Data(*variant, frame.all(fields)?.into()),
            Op::Field {
                base,
                variant,
                field,
            } => match frame.get(*base)? {
                Value::Data(is, fields) if is == *variant => fields[*field as usize].clone(),
                other => return Err(format!("field {variant}.{field} of {other:?}")),
            },
            Op::Tag(value) => match frame.get(*value)? {
                Value::Data(variant, _) => Value::Int(i64::from(variant)),
                other => return Err(format!("the tag of {other:?}")),
            },
            Op::List(items) => Value::List(Rc::new(frame.all(items)?)),
            Op::Call { callee, args } => self.call(*callee, frame.all(args)?, Rc::from([]))?,
            Op::CallNative { native, args } => self.native(native.name, &frame.all(args)?)?,
            Op::CallClosure { callee, args } => match frame.get(*callee)? {
                Value::Closure(id, captures) => self.call(id, frame.all(args)?, captures)?,
                other => return Err(format!("a call of {other:?}")),
            },
            Op::MakeClosure { function, captures } => {
                Value::Closure(*function, frame.all(captures)?.into())
            }
            Op::Capture(index) => frame.captures[*index as usize].clone(),
            Op::SelfClosure => Value::Closure(frame.id, frame.captures.clone()),
            Op::Concat(parts) => {
                let texts: Run<Vec<Rc<str>>> = parts.iter().map(|&p| frame.text(p)).collect();
                Value::text(&texts?.concat())
            }
            Op::ListOp(op, args) => list_op(*op, &frame.all(args)?)?,
            Op::Box(value) | Op::Unbox(value) => frame.get(*value)?,
            Op::ReceiveNext { .. } => self.mailbox.next()?,
        })
    }

    fn native(&mut self, name: &str, args: &[Value]) -> Run<Value> {
        match (name, args) {
            ("Prelude.write_out", [Value::Str(text)]) => {
                self.output.push_str(text);
                Ok(Value::Unit)
            }
            ("Prelude.write_err", [Value::Str(_)]) => Ok(Value::Unit),
            ("Int.to_text", [Value::Int(value)]) => Ok(Value::text(&value.to_string())),
            ("Float.to_text", [Value::Float(value)]) => Ok(Value::text(&format!("{value:?}"))),
            ("Hash.seed", []) => Ok(Value::Int(42)),
            _ => match self.mailbox.native(name, args) {
                Some(given) => Ok(given),
                None => Err(format!("native {name} is not interpreted")),
            },
        }
    }

    fn prim(&self, prim: Prim, args: &[Value]) -> Run<Value> {
        use Prim::*;
        let overflow = || "overflow".to_string();
        Ok(match (prim, args) {
            (IntAdd, [Value::Int(a), Value::Int(b)]) => {
                Value::Int(a.checked_add(*b).ok_or_else(overflow)?)
            }
            (IntSub, [Value::Int(a), Value::Int(b)]) => {
                Value::Int(a.checked_sub(*b).ok_or_else(overflow)?)
            }
            (IntMul, [Value::Int(a), Value::Int(b)]) => {
                Value::Int(a.checked_mul(*b).ok_or_else(overflow)?)
            }
            (IntDiv, [Value::Int(a), Value::Int(b)]) => {
                Value::Int(a.checked_div(*b).ok_or_else(overflow)?)
            }
            (IntRem, [Value::Int(a), Value::Int(b)]) => {
                Value::Int(a.checked_rem(*b).ok_or_else(overflow)?)
            }
            (IntNeg, [Value::Int(a)]) => Value::Int(a.checked_neg().ok_or_else(overflow)?),
            (IntWrappingAdd, [Value::Int(a), Value::Int(b)]) => Value::Int(a.wrapping_add(*b)),
            (IntWrappingSub, [Value::Int(a), Value::Int(b)]) => Value::Int(a.wrapping_sub(*b)),
            (IntWrappingMul, [Value::Int(a), Value::Int(b)]) => Value::Int(a.wrapping_mul(*b)),
            (IntAnd, [Value::Int(a), Value::Int(b)]) => Value::Int(a & b),
            (IntOr, [Value::Int(a), Value::Int(b)]) => Value::Int(a | b),
            (IntXor, [Value::Int(a), Value::Int(b)]) => Value::Int(a ^ b),
            (IntUshr, [Value::Int(a), Value::Int(b)]) => {
                Value::Int(((*a as u64) >> (b & 63)) as i64)
            }
            (IntEq, [Value::Int(a), Value::Int(b)]) => Value::Bool(a == b),
            (IntLt, [Value::Int(a), Value::Int(b)]) => Value::Bool(a < b),
            (IntLe, [Value::Int(a), Value::Int(b)]) => Value::Bool(a <= b),
            (IntToFloat, [Value::Int(a)]) => Value::Float(*a as f64),
            (FloatAdd, [Value::Float(a), Value::Float(b)]) => Value::Float(a + b),
            (FloatSub, [Value::Float(a), Value::Float(b)]) => Value::Float(a - b),
            (FloatMul, [Value::Float(a), Value::Float(b)]) => Value::Float(a * b),
            (FloatDiv, [Value::Float(a), Value::Float(b)]) => Value::Float(a / b),
            (FloatEq, [Value::Float(a), Value::Float(b)]) => {
                Value::Bool(a == b || (a.is_nan() && b.is_nan()))
            }
            (BoolEq, [Value::Bool(a), Value::Bool(b)]) => Value::Bool(a == b),
            (BoolNot, [Value::Bool(a)]) => Value::Bool(!a),
            (StringEq, [Value::Str(a), Value::Str(b)]) => Value::Bool(a == b),
            (StringCompare, [Value::Str(a), Value::Str(b)]) => Value::Int(a.cmp(b) as i64),
            (AtomEq, [Value::Atom(a), Value::Atom(b)]) => Value::Bool(a == b),
            (AtomName, [Value::Atom(a)]) => Value::Str(a.clone()),
            (FnName, [Value::Closure(id, _)]) => {
                Value::text(&self.program.functions[id.index()].name)
            }
            _ => return Err(format!("{prim:?} of {args:?} is not interpreted")),
        })
    }
}

/// Where operands are read from.
struct Frame<'v> {
    values: &'v [Option<Value>],
    captures: &'v Rc<[Value]>,
    id: FnId,
}

impl Frame<'_> {
    fn get(&self, value: ValueId) -> Run<Value> {
        let found = self.values[value.index()].clone();
        found.ok_or_else(|| format!("v{} has no value", value.0))
    }

    fn all(&self, values: &[ValueId]) -> Run<Vec<Value>> {
        values.iter().map(|&value| self.get(value)).collect()
    }

    fn int(&self, value: ValueId) -> Run<i64> {
        match self.get(value)? {
            Value::Int(value) => Ok(value),
            other => Err(format!("{other:?} is no number")),
        }
    }

    fn text(&self, value: ValueId) -> Run<Rc<str>> {
        match self.get(value)? {
            Value::Str(text) => Ok(text),
            other => Err(format!("{other:?} is no text")),
        }
    }
}

fn list_op(op: ListOp, args: &[Value]) -> Run<Value> {
    let wrong = || format!("{op:?} of {args:?}");
    if let (ListOp::WithCapacity, [_]) = (op, args) {
        return Ok(Value::ints([]));
    }
    let Some(Value::List(items)) = args.first() else {
        return Err(wrong());
    };
    let at = |n: i64| usize::try_from(n).map_err(|_| wrong());
    let mut copy = (**items).clone();
    match (op, &args[1..]) {
        (ListOp::Length, []) => return Ok(Value::Int(items.len() as i64)),
        (ListOp::Get, [Value::Int(i)]) => {
            return items.get(at(*i)?).cloned().ok_or_else(wrong);
        }
        (ListOp::Slice, [Value::Int(from), Value::Int(length)]) => {
            let (from, length) = (at(*from)?, at(*length)?);
            copy = items.get(from..from + length).ok_or_else(wrong)?.to_vec();
        }
        (ListOp::Push, [x]) => copy.push(x.clone()),
        (ListOp::Unshift, [x]) => copy.insert(0, x.clone()),
        (ListOp::Concat, [Value::List(more)]) => copy.extend(more.iter().cloned()),
        (ListOp::Replaced, [Value::Int(i), x]) => copy[at(*i)?] = x.clone(),
        (ListOp::Inserted, [Value::Int(i), x]) => copy.insert(at(*i)?, x.clone()),
        (ListOp::Removed, [Value::Int(i)]) => {
            copy.remove(at(*i)?);
        }
        _ => return Err(wrong()),
    }
    Ok(Value::List(Rc::new(copy)))
}
