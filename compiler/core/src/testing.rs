//! For tests here and in later stages: Core from its printed form.

pub mod interpret;
mod mailbox;
mod scan;

use crate::intrinsics::{self, Intrinsic};
use crate::ir::*;
use mesh_report::Span;
use rustc_hash::FxHashMap;
use scan::{Fail, Scanner};
use smol_str::SmolStr;
use std::sync::Arc;

/// The program that [`crate::print`] gave as `text`. Comment lines begin with `#`.
pub fn parse(text: &str) -> Result<Program, String> {
    let text: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut parser = Parser {
        scan: Scanner::new(&text),
        program: Program {
            name: "test".into(),
            ..Program::default()
        },
        data: FxHashMap::default(),
        symbols: FxHashMap::default(),
        units: FxHashMap::default(),
    };
    match parser.program(&text) {
        Ok(()) => Ok(parser.program),
        Err(Fail(message)) => Err(format!("{message}, before: {}", parser.scan.excerpt())),
    }
}

struct Parser<'a> {
    scan: Scanner<'a>,
    program: Program,
    data: FxHashMap<SmolStr, TyId>,
    symbols: FxHashMap<SmolStr, FnId>,
    units: FxHashMap<SmolStr, UnitId>,
}

impl<'a> Parser<'a> {
    fn program(&mut self, text: &'a str) -> Result<(), Fail> {
        self.declare(text)?;
        let mut next_data = 0;
        while !self.scan.at_end() {
            match self.scan.word()? {
                "struct" => self.data_type(&mut next_data, true)?,
                "type" => self.data_type(&mut next_data, false)?,
                "entry" => {
                    let entry = self.symbol()?;
                    self.program.entry = Some(entry);
                }
                "fn" => self.function()?,
                other => return Err(Fail(format!("`{other}` starts nothing"))),
            }
        }
        Ok(())
    }

    /// Names first, so that what comes later can be mentioned.
    fn declare(&mut self, text: &'a str) -> Result<(), Fail> {
        let mut functions = 0;
        for line in text.lines() {
            let mut scan = Scanner::new(line);
            if line.starts_with("struct ") || line.starts_with("type ") {
                let is_struct = scan.word()? == "struct";
                let key: SmolStr = scan.type_key()?.into();
                let (_, ty) = self.program.types.add_data(Data {
                    name: key
                        .rsplit_once('.')
                        .map_or(key.clone(), |(_, name)| name.into()),
                    key: key.clone(),
                    is_struct,
                    variants: Vec::new(),
                });
                self.data.insert(key, ty);
            } else if line.starts_with("fn @") {
                scan.word()?;
                scan.eat("@")?;
                let symbol = scan.type_key()?.into();
                self.symbols.insert(symbol, FnId(functions));
                functions += 1;
            }
        }
        Ok(())
    }

    fn data_type(&mut self, next: &mut usize, is_struct: bool) -> Result<(), Fail> {
        self.scan.type_key()?;
        self.scan.eat("=")?;
        let mut variants = Vec::new();
        if is_struct {
            let fields = self.fields()?;
            let name = self.program.types.data[*next].name.clone();
            variants.push(Variant { name, fields });
        } else {
            loop {
                let name = self.scan.word()?.into();
                let fields = if self.scan.peek("(") {
                    self.fields()?
                } else {
                    Vec::new()
                };
                variants.push(Variant { name, fields });
                if !self.scan.try_eat("|") {
                    break;
                }
            }
        }
        self.program.types.data[*next].variants = variants;
        *next += 1;
        Ok(())
    }

    fn fields(&mut self) -> Result<Vec<Field>, Fail> {
        self.list("(", ")", |p| {
            let name = p.scan.field_name();
            let ty = p.ty()?;
            Ok(Field {
                name: name.unwrap_or_default().into(),
                ty,
            })
        })
    }

    fn list<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, Fail>,
    ) -> Result<Vec<T>, Fail> {
        self.scan.eat(open)?;
        let mut items = Vec::new();
        while !self.scan.try_eat(close) {
            if !items.is_empty() {
                self.scan.eat(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn ty(&mut self) -> Result<TyId, Fail> {
        if self.scan.peek("(") {
            let items = self.list("(", ")", Self::ty)?;
            let ty = if items.is_empty() {
                Ty::Unit
            } else {
                Ty::Tuple(items)
            };
            return Ok(self.program.types.intern(ty));
        }
        if self.scan.peek("fn(") {
            self.scan.eat("fn")?;
            let params = self.list("(", ")", Self::ty)?;
            self.scan.eat("->")?;
            let result = self.ty()?;
            return Ok(self.program.types.intern(Ty::Fn(params, result)));
        }
        if self.scan.try_eat("List<") {
            let item = self.ty()?;
            self.scan.eat(">")?;
            return Ok(self.program.types.intern(Ty::List(item)));
        }
        if self.scan.try_eat("opaque ") {
            let name = self.scan.type_key()?.into();
            return Ok(self.program.types.intern(Ty::Opaque(name)));
        }
        let ty = match self.scan.type_key()? {
            "Int" => Ty::Int,
            "Float" => Ty::Float,
            "Bool" => Ty::Bool,
            "String" => Ty::String,
            "Bytes" => Ty::Bytes,
            "Atom" => Ty::Atom,
            "Never" => Ty::Never,
            "Pid" => Ty::Pid,
            "Boxed" => Ty::Boxed,
            key => {
                let found = self.data.get(key).copied();
                return found.ok_or_else(|| Fail(format!("there is no type `{key}`")));
            }
        };
        Ok(self.program.types.intern(ty))
    }

    fn symbol(&mut self) -> Result<FnId, Fail> {
        self.scan.eat("@")?;
        let name = self.scan.type_key()?;
        let found = self.symbols.get(name).copied();
        found.ok_or_else(|| Fail(format!("there is no function @{name}")))
    }

    fn function(&mut self) -> Result<(), Fail> {
        self.scan.eat("@")?;
        let symbol: SmolStr = self.scan.type_key()?.into();
        let name = self.scan.string()?.into();
        self.scan.eat("unit")?;
        let module: SmolStr = self.scan.type_key()?.into();
        let exported = self.scan.try_eat("exported");
        let always_inline = self.scan.try_eat("inline");
        let kind = if self.scan.try_eat("closure") {
            FnKind::Closure {
                captures: self.list("(", ")", Self::ty)?,
            }
        } else {
            FnKind::Direct
        };
        self.scan.eat("->")?;
        let result = self.ty()?;
        self.scan.eat("{")?;
        let mut body = BodyParser {
            parser: self,
            values: FxHashMap::default(),
            infos: Vec::new(),
        };
        let inlined = body.inlined()?;
        let mut blocks = Vec::new();
        while !body.parser.scan.try_eat("}") {
            blocks.push(body.block(blocks.len())?);
        }
        let values = body.infos;
        let id = FnId(self.program.functions.len() as u32);
        let units = &mut self.program.units;
        let unit = *self.units.entry(module.clone()).or_insert_with(|| {
            units.push(Unit {
                module,
                functions: Vec::new(),
            });
            UnitId(units.len() as u32 - 1)
        });
        self.program.units[unit.index()].functions.push(id);
        self.program.functions.push(Function {
            symbol,
            name,
            unit,
            span: Span::DUMMY,
            kind,
            result,
            blocks,
            values,
            inlined,
            exported,
            always_inline,
            fates: Vec::new(),
        });
        Ok(())
    }
}

/// Inside one function: printed value numbers become ids.
struct BodyParser<'p, 'a> {
    parser: &'p mut Parser<'a>,
    values: FxHashMap<u32, ValueId>,
    infos: Vec<ValueInfo>,
}

impl BodyParser<'_, '_> {
    fn value(&mut self) -> Result<ValueId, Fail> {
        self.parser.scan.eat("v")?;
        let number = self.parser.scan.number()? as u32;
        let unit = self.parser.program.types.intern(Ty::Unit);
        let infos = &mut self.infos;
        Ok(*self.values.entry(number).or_insert_with(|| {
            infos.push(ValueInfo::new(unit));
            ValueId(infos.len() as u32 - 1)
        }))
    }

    fn definition(&mut self) -> Result<ValueId, Fail> {
        let value = self.value()?;
        let name = self.parser.scan.local_name();
        self.parser.scan.eat(":")?;
        let ty = self.parser.ty()?;
        self.infos[value.index()] = ValueInfo {
            ty,
            name: name.map(SmolStr::from),
            inlined: false,
        };
        Ok(value)
    }

    fn list<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, Fail>,
    ) -> Result<Vec<T>, Fail> {
        self.parser.scan.eat(open)?;
        let mut items = Vec::new();
        while !self.parser.scan.try_eat(close) {
            if !items.is_empty() {
                self.parser.scan.eat(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn values(&mut self) -> Result<Vec<ValueId>, Fail> {
        self.list("(", ")", Self::value)
    }

    fn target(&mut self) -> Result<Target, Fail> {
        self.parser.scan.eat("b")?;
        let block = BlockId(self.parser.scan.number()? as u32);
        let args = self.values()?;
        Ok(Target { block, args })
    }

    fn inlined(&mut self) -> Result<Vec<Inlined>, Fail> {
        let mut calls = Vec::new();
        while self.parser.scan.try_eat("inlined") {
            if self.parser.scan.number()? != calls.len() as i64 {
                return Err(Fail("inlined calls are numbered in order".into()));
            }
            self.parser.scan.eat("@")?;
            calls.push(Inlined {
                symbol: self.parser.scan.type_key()?.into(),
                name: self.parser.scan.string()?.into(),
                span: Span::DUMMY,
                call: self.place()?,
            });
        }
        Ok(calls)
    }

    fn place(&mut self) -> Result<Place, Fail> {
        let mut place = Place::NOWHERE;
        if self.parser.scan.try_eat("in ") {
            place.within = Some(InlineId(self.parser.scan.number()? as u32));
        }
        Ok(place)
    }

    fn block(&mut self, index: usize) -> Result<Block, Fail> {
        self.parser.scan.eat("b")?;
        if self.parser.scan.number()? != index as i64 {
            return Err(Fail("blocks are numbered in order".into()));
        }
        let params = self.list("(", ")", Self::definition)?;
        self.parser.scan.eat(":")?;
        let mut stmts = Vec::new();
        while self.parser.scan.at_value() {
            let value = self.definition()?;
            self.parser.scan.eat("=")?;
            let op = self.op()?;
            stmts.push(Stmt {
                value,
                op,
                place: self.place()?,
            });
        }
        Ok(Block {
            params,
            stmts,
            term: self.term()?,
            term_place: self.place()?,
        })
    }

    fn op(&mut self) -> Result<Op, Fail> {
        let word = self.parser.scan.type_key()?;
        Ok(match word {
            "const" => Op::Const(self.constant()?),
            "construct" => Op::Construct {
                variant: self.parser.scan.number()? as u32,
                fields: self.values()?,
            },
            "field" => {
                let base = self.value()?;
                let variant = self.parser.scan.number()? as u32;
                self.parser.scan.eat(".")?;
                Op::Field {
                    base,
                    variant,
                    field: self.parser.scan.number()? as u32,
                }
            }
            "tag" => Op::Tag(self.value()?),
            "list" => Op::List(self.values()?),
            "call" => Op::Call {
                callee: self.parser.symbol()?,
                args: self.values()?,
            },
            "native" => {
                let name = self.parser.scan.type_key()?;
                let native = mesh_abi::native::by_name(name)
                    .ok_or_else(|| Fail(format!("there is no native {name}")))?;
                Op::CallNative {
                    native,
                    args: self.values()?,
                }
            }
            "call_closure" => Op::CallClosure {
                callee: self.value()?,
                args: self.values()?,
            },
            "closure" => Op::MakeClosure {
                function: self.parser.symbol()?,
                captures: self.values()?,
            },
            "capture" => Op::Capture(self.parser.scan.number()? as u32),
            "self_closure" => Op::SelfClosure,
            "concat" => Op::Concat(self.values()?),
            "box" => Op::Box(self.value()?),
            "unbox" => Op::Unbox(self.value()?),
            "receive_next" if self.parser.scan.peek("@") => Op::ReceiveNext {
                resume: Some(self.parser.symbol()?),
                captures: self.values()?,
            },
            "receive_next" => Op::ReceiveNext {
                resume: None,
                captures: Vec::new(),
            },
            name => match intrinsics::by_name(name).map(|row| row.op) {
                Some(Intrinsic::Prim(prim)) => Op::Prim(prim, self.values()?),
                Some(Intrinsic::List(op)) => Op::ListOp(op, self.values()?),
                _ => return Err(Fail(format!("there is no operation `{name}`"))),
            },
        })
    }

    fn constant(&mut self) -> Result<Const, Fail> {
        let scan = &mut self.parser.scan;
        Ok(if scan.peek("\"") {
            Const::String(Arc::from(scan.string()?))
        } else if scan.try_eat(":") {
            Const::Atom(scan.string()?.into())
        } else if scan.try_eat("()") {
            Const::Unit
        } else if scan.try_eat("true") {
            Const::Bool(true)
        } else if scan.try_eat("false") {
            Const::Bool(false)
        } else if scan.try_eat("float 0x") {
            let digits = scan.word()?;
            Const::Float(u64::from_str_radix(digits, 16).map_err(|e| Fail(e.to_string()))?)
        } else if scan.try_eat("bytes") {
            let text = scan.string()?;
            let bytes: Vec<u8> = (0..text.len() / 2)
                .filter_map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok())
                .collect();
            Const::Bytes(bytes.into())
        } else {
            scan.numeric()?
        })
    }

    fn term(&mut self) -> Result<Term, Fail> {
        Ok(match self.parser.scan.word()? {
            "return" => Term::Return(self.value()?),
            "jump" => {
                let target = self.target()?;
                Term::Jump(target.block, target.args)
            }
            "branch" => Term::Branch {
                cond: self.value()?,
                then: self.target()?,
                els: self.target()?,
            },
            "switch" => {
                let on = self.value()?;
                let cases = self.list("[", "]", |p| {
                    let value = p.parser.scan.number()?;
                    p.parser.scan.eat("=>")?;
                    Ok((value, p.target()?))
                })?;
                let default = if self.parser.scan.try_eat("else") {
                    Some(self.target()?)
                } else {
                    None
                };
                Term::Switch { on, cases, default }
            }
            "tail" => Term::TailCall {
                callee: self.parser.symbol()?,
                args: self.values()?,
            },
            "tail_closure" => Term::TailCallClosure {
                callee: self.value()?,
                args: self.values()?,
            },
            "crash" => Term::Crash(match self.parser.scan.word()? {
                "panic" => Crash::Panic(self.value()?),
                "no_match" => Crash::NoMatch(self.value()?),
                _ => Crash::IndexOutOfRange(self.value()?, self.value()?),
            }),
            "unreachable" => Term::Unreachable,
            other => return Err(Fail(format!("`{other}` ends no block"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_is_printed_reads_back() {
        let text = r#"struct Main.Point = (x: Float, y: Float)
type Option.Option<(Int, fn() -> Int)> = None | Some((Int, fn() -> Int))
entry @main

fn @main "main" unit Main exported -> Int {
  inlined 0 @Main.f<Int> "f"
  inlined 1 @g "g" in 0
b0():
  v0: String = const "a\n\"\u{200b}"
  v1: () = native Prelude.write_out (v0)
  v2: Float = const -1.5
  v3 p: Main.Point = construct 0 (v2, v2)
  v4: Float = field v3 0.1
  v5: fn(Int) -> Int = closure @main.fn1<List<Int>> (v4)
  v6: Int = const -9223372036854775808 in 0
  v7: Int = call_closure v5 (v6) in 1
  switch v7 [0 => b1(v7), -1 => b1(v6)] else b2()
b1(v8: Int):
  return v8
b2():
  crash panic v0 in 1
}

fn @main.fn1<List<Int>> "fn in main" unit Main inline closure (Float) -> Int {
b0(v0 x: Int):
  v1: Float = capture 0
  v2: Atom = const :"ok"
  v3: Float = const float 0x7ff8000000000000
  v4: Float = const inf
  return v0
}
"#;
        let program = parse(text).expect("parses");
        assert_eq!(crate::verify(&program), Ok(()));
        assert_eq!(crate::print(&program), text);
    }
}
