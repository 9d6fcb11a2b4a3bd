//! Block parameters that are structs or tuples become their fields, where the way there builds the struct and what
//! follows takes it apart: a loop whose state is a struct then builds none in each round.
//!
//! Where the whole is needed all the same, it is built again; that is done for loops only, and only behind them.

use crate::ir::*;

/// Parameters a block may come to have.
const MAX_PARAMS: usize = 64;

/// Takes apart what it can find. Says whether there was anything.
pub fn run(types: &Types, function: &mut Function) -> bool {
    let mut any = false;
    for _ in 0..MAX_PARAMS {
        let facts = Facts::of(function);
        let found = (1..function.blocks.len() as u32)
            .map(BlockId)
            .find_map(|block| {
                let params = &function.blocks[block.index()].params;
                let index = (0..params.len())
                    .find(|&index| facts.is_worth(types, function, block, index))?;
                Some((block, index))
            });
        let Some((block, index)) = found else {
            break;
        };
        split(types, function, &facts, block, index);
        any = true;
    }
    any
}

struct Facts {
    /// By value: what a `Construct` that defines it is made of.
    made: Vec<Option<Vec<ValueId>>>,
    /// By value: the blocks that need it whole. Jumps of a parameter back to itself do not count.
    whole: Vec<Vec<BlockId>>,
    preds: Vec<Vec<BlockId>>,
}

impl Facts {
    fn of(function: &Function) -> Facts {
        let count = function.values.len();
        let mut facts = Facts {
            made: vec![None; count],
            whole: vec![Vec::new(); count],
            preds: vec![Vec::new(); function.blocks.len()],
        };
        for id in function.reverse_postorder() {
            let block = &function.blocks[id.index()];
            for stmt in &block.stmts {
                if let Op::Construct { fields, .. } = &stmt.op {
                    facts.made[stmt.value.index()] = Some(fields.clone());
                }
                if !matches!(stmt.op, Op::Field { .. }) {
                    stmt.op
                        .each_operand(|value| facts.whole[value.index()].push(id));
                }
            }
            let mut passed_on = Vec::new();
            block.term.each_target(|to, args| {
                facts.preds[to.index()].push(id);
                let params = &function.blocks[to.index()].params;
                let same = params.iter().zip(args).filter(|(param, arg)| param == arg);
                passed_on.extend(same.map(|(_, &arg)| arg));
            });
            block.term.each_operand(|value| {
                match passed_on.iter().position(|&same| same == value) {
                    Some(at) => {
                        passed_on.swap_remove(at);
                    }
                    None => facts.whole[value.index()].push(id),
                }
            });
        }
        facts
    }

    fn is_worth(&self, types: &Types, function: &Function, block: BlockId, index: usize) -> bool {
        let params = &function.blocks[block.index()].params;
        let param = params[index];
        let Some(fields) = parts(types, function.values[param.index()].ty) else {
            return false;
        };
        if params.len() + fields.len() > MAX_PARAMS {
            return false;
        }
        let mut built = false;
        for &pred in &self.preds[block.index()] {
            function.blocks[pred.index()].term.each_target(|to, args| {
                built |= to == block && self.made[args[index].index()].is_some();
            });
        }
        if !built {
            return false;
        }
        let whole = &self.whole[param.index()];
        if whole.is_empty() {
            return true;
        }
        let before = self.leading_to(block);
        before[block.index()] && whole.iter().all(|user| !before[user.index()])
    }

    /// By block: whether control may come from its end to `block`.
    fn leading_to(&self, block: BlockId) -> Vec<bool> {
        let mut leads = vec![false; self.preds.len()];
        let mut open = self.preds[block.index()].clone();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut leads[at.index()], true) {
                open.extend(&self.preds[at.index()]);
            }
        }
        leads
    }
}

/// The fields of a type that is only ever built one way.
fn parts(types: &Types, ty: TyId) -> Option<Vec<TyId>> {
    match types.get(ty) {
        Ty::Tuple(items) => Some(items.clone()),
        Ty::Data(data) if types.data(*data).variants.len() == 1 => types.field_types(ty, 0),
        _ => None,
    }
}

fn split(types: &Types, function: &mut Function, facts: &Facts, block: BlockId, index: usize) {
    let param = function.blocks[block.index()].params[index];
    let ty = function.values[param.index()].ty;
    let Some(fields) = parts(types, ty) else {
        return;
    };
    let new: Vec<ValueId> = fields.iter().map(|&ty| fresh(function, ty)).collect();
    function.blocks[block.index()]
        .params
        .splice(index..=index, new.iter().copied());
    pass_fields(function, facts, block, index, (param, &new), &fields);
    // Fields of the parameter are parameters now.
    let mut values = super::simplify::Values::new(function.values.len());
    for body in &mut function.blocks {
        body.stmts.retain(|stmt| match stmt.op {
            Op::Field { base, field, .. } if base == param => {
                values.replace(stmt.value, new[field as usize]);
                false
            }
            _ => true,
        });
    }
    values.apply(function);
    rebuild(function, facts, param, &new);
}

/// Lets every jump to the block pass the fields.
fn pass_fields(
    function: &mut Function,
    facts: &Facts,
    block: BlockId,
    index: usize,
    (param, new): (ValueId, &[ValueId]),
    fields: &[TyId],
) {
    let mut preds = facts.preds[block.index()].clone();
    preds.sort();
    preds.dedup();
    for pred in preds {
        let mut term =
            std::mem::replace(&mut function.blocks[pred.index()].term, Term::Unreachable);
        term.each_target_mut(|to, args| {
            if *to != block {
                return;
            }
            let arg = args[index];
            let passed = if arg == param {
                new.to_vec()
            } else if let Some(made) = &facts.made[arg.index()] {
                made.clone()
            } else {
                let place = function.blocks[pred.index()].term_place;
                let read = |(field, &ty): (usize, &TyId)| {
                    let value = fresh(function, ty);
                    let op = Op::Field {
                        base: arg,
                        variant: 0,
                        field: field as u32,
                    };
                    function.blocks[pred.index()]
                        .stmts
                        .push(Stmt { value, op, place });
                    value
                };
                fields.iter().enumerate().map(read).collect()
            };
            args.splice(index..=index, passed);
        });
        function.blocks[pred.index()].term = term;
    }
}

/// Builds the whole at the start of each block that needs it.
fn rebuild(function: &mut Function, facts: &Facts, param: ValueId, new: &[ValueId]) {
    let mut users = facts.whole[param.index()].clone();
    users.sort();
    users.dedup();
    for user in users {
        let ty = function.values[param.index()].ty;
        let value = fresh(function, ty);
        let body = &mut function.blocks[user.index()];
        let mut swap = |operand: &mut ValueId| {
            if *operand == param {
                *operand = value;
            }
        };
        body.stmts
            .iter_mut()
            .for_each(|stmt| stmt.op.each_operand_mut(&mut swap));
        body.term.each_operand_mut(&mut swap);
        let place = body
            .stmts
            .first()
            .map_or(body.term_place, |stmt| stmt.place);
        let op = Op::Construct {
            variant: 0,
            fields: new.to_vec(),
        };
        body.stmts.insert(0, Stmt { value, op, place });
    }
}

fn fresh(function: &mut Function, ty: TyId) -> ValueId {
    function.values.push(ValueInfo::new(ty));
    ValueId(function.values.len() as u32 - 1)
}

#[cfg(test)]
mod tests {
    use crate::testing::interpret::{Value, call};
    use crate::testing::parse;

    #[test]
    fn a_loop_keeps_the_fields_of_its_state() {
        let text = r#"
struct State = (count: Int, sum: Int)

fn @f "f" unit Main -> State {
b0(v0 n: Int):
  v1: Int = const 0
  v2: State = call @start (v1)
  jump b1(v2)
b1(v3: State):
  v4: Int = field v3 0.0
  v5: Bool = Int.raw_lt (v4, v0)
  branch v5 b2() b3()
b2():
  v6: Int = const 1
  v7: Int = Int.raw_add (v4, v6)
  v8: Int = field v3 0.1
  v9: Int = Int.raw_add (v8, v7)
  v10: State = construct 0 (v7, v9)
  jump b1(v10)
b3():
  return v3
}

fn @start "start" unit Main -> State {
b0(v0: Int):
  v1: State = construct 0 (v0, v0)
  return v1
}

fn @sum "sum" unit Main -> Int {
b0(v0: Int):
  v1: State = call @f (v0)
  v2: Int = field v1 0.1
  return v2
}
"#;
        let mut program = parse(text).expect("parses");
        let run = |program: &crate::ir::Program| call(program, "sum", &[Value::Int(4)]).result;
        assert_eq!(run(&program), Ok(Value::Int(10)));
        let types = std::mem::take(&mut program.types);
        assert!(super::run(&types, &mut program.functions[0]));
        assert!(!super::run(&types, &mut program.functions[0]));
        crate::passes::simplify::run(&types, &mut program.functions[0]);
        program.types = types;
        let printed = crate::print(&program);
        assert_eq!(crate::verify(&program), Ok(()), "{printed}");
        assert_eq!(run(&program), Ok(Value::Int(10)));
        // One for the result; none in the loop.
        let f = printed.split("fn @start").next().unwrap_or("");
        assert_eq!(f.matches("construct").count(), 1, "{printed}");
    }
}
