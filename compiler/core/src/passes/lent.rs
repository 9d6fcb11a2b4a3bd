//! Finds out what becomes of the lists that functions are called with: whether they are only looked at, or given back, or
//! may be kept. A caller still has a list that was only looked at for itself when the call is over; see `mesh-llvm`'s
//! `linear`.

use crate::ir::*;

/// Sets [`Function::fates`] everywhere.
pub fn run(program: &mut Program) {
    let not_looked_at = Flow::of(program, None).kept();
    let kept = Flow::of(program, Some(&not_looked_at)).kept();
    let first = first_values(program);
    for (index, function) in program.functions.iter_mut().enumerate() {
        let params = function.blocks[0].params.iter();
        let fate = |&param: &ValueId| {
            let node = (first[index] + param.0) as usize;
            match (kept[node], not_looked_at[node]) {
                (true, _) => Fate::Kept,
                (false, true) => Fate::GivenBack,
                (false, false) => Fate::LookedAt,
            }
        };
        function.fates = params.map(fate).collect();
    }
}

/// By function, the number of its first value among all of the program's.
fn first_values(program: &Program) -> Vec<u32> {
    let mut next = 0;
    let first = program.functions.iter().map(|function| {
        let first = next;
        next += function.values.len() as u32;
        first
    });
    first.collect()
}

/// How lists, and what has lists in it, go through the program's values, which are numbered one after another.
struct Flow<'a> {
    program: &'a Program,
    first: Vec<u32>,
    /// Where to give back is not to keep: which values are more than looked at. None where both are the same.
    back: Option<&'a [bool]>,
    /// Kept by what is done with them.
    seeds: Vec<u32>,
    /// Of each pair, if the first is kept, so is the second: it becomes the first.
    becomes: Vec<(u32, u32)>,
}

impl<'a> Flow<'a> {
    fn of(program: &'a Program, back: Option<&'a [bool]>) -> Flow<'a> {
        let mut flow = Flow {
            program,
            first: first_values(program),
            back,
            seeds: Vec::new(),
            becomes: Vec::new(),
        };
        for index in 0..program.functions.len() {
            flow.look_through(index);
        }
        flow
    }

    /// By value.
    fn kept(mut self) -> Vec<bool> {
        self.becomes.sort_unstable();
        let last = self.program.functions.last();
        let count = self.first.last().map_or(0, |first| *first as usize)
            + last.map_or(0, |function| function.values.len());
        let mut kept = vec![false; count];
        let mut open = self.seeds;
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut kept[node as usize], true) {
                let from = self.becomes.partition_point(|(other, _)| *other < node);
                let same = self.becomes[from..].iter();
                open.extend(
                    same.take_while(|(other, _)| *other == node)
                        .map(|(_, v)| *v),
                );
            }
        }
        kept
    }

    fn look_through(&mut self, index: usize) {
        let function = &self.program.functions[index];
        let has_lists = |value: ValueId| {
            let ty = function.values[value.index()].ty;
            matches!(
                self.program.types.get(ty),
                Ty::List(_) | Ty::Tuple(_) | Ty::Data(_)
            )
        };
        if !(0..function.values.len() as u32).any(|at| has_lists(ValueId(at))) {
            return;
        }
        let (program, first, back) = (self.program, &self.first, self.back);
        let own = |value: ValueId| first[index] + value.0;
        let (seeds, pairs) = (&mut self.seeds, &mut self.becomes);
        let mut becomes = |value: ValueId, other: u32| {
            if has_lists(value) {
                pairs.push((other, own(value)));
            }
        };
        let mut keep = |value: ValueId| {
            if has_lists(value) {
                seeds.push(own(value));
            }
        };
        let param = |callee: FnId, n: usize| {
            let params = &program.functions[callee.index()].blocks[0].params;
            first[callee.index()] + params[n].0
        };
        for block in &function.blocks {
            for stmt in &block.stmts {
                match &stmt.op {
                    Op::ListOp(ListOp::Length | ListOp::Get, _) | Op::Tag(_) => {}
                    Op::ListOp(ListOp::Slice, args) => becomes(args[0], own(stmt.value)),
                    Op::Field { base, .. } if has_lists(stmt.value) => {
                        becomes(*base, own(stmt.value));
                    }
                    Op::Field { .. } => {}
                    Op::Construct { fields, .. } => {
                        fields.iter().for_each(|&v| becomes(v, own(stmt.value)));
                    }
                    Op::Call { callee, args } => {
                        for (n, &arg) in args.iter().enumerate() {
                            becomes(arg, param(*callee, n));
                            if back.is_some_and(|back| back[param(*callee, n) as usize]) {
                                becomes(arg, own(stmt.value));
                            }
                        }
                    }
                    op => op.each_operand(&mut keep),
                }
            }
            match &block.term {
                Term::TailCall { callee, args } => {
                    for (n, &arg) in args.iter().enumerate() {
                        becomes(arg, param(*callee, n));
                    }
                }
                Term::Jump(..) | Term::Branch { .. } | Term::Switch { .. } => {
                    block.term.each_target(|to, args| {
                        let params = &function.blocks[to.index()].params;
                        for (&arg, &param) in args.iter().zip(params) {
                            becomes(arg, own(param));
                        }
                    });
                }
                Term::Return(_) if back.is_some() => {}
                term => term.each_operand(&mut keep),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::Fate;
    use crate::testing::parse;

    #[test]
    fn what_becomes_of_lists() {
        let text = r#"
fn @sum "sum" unit Main -> Int {
b0(v0: List<Int>, v1: Int, v2: Int):
  v3: Int = List.length (v0)
  v4: Bool = Int.raw_lt (v1, v3)
  branch v4 b1() b2()
b1():
  v5: Int = List.raw_get (v0, v1)
  v6: Int = Int.raw_add (v2, v5)
  v7: Int = const 1
  v8: Int = Int.raw_add (v1, v7)
  tail @sum (v0, v8, v6)
b2():
  return v2
}

fn @drop "drop" unit Main -> List<Int> {
b0(v0: List<Int>, v1: Int):
  v2: Int = List.length (v0)
  v3: Int = Int.raw_sub (v2, v1)
  v4: List<Int> = List.raw_slice (v0, v1, v3)
  return v4
}

fn @rest "rest" unit Main -> (Int, List<Int>) {
b0(v0: List<Int>):
  v1: Int = const 1
  v2: Int = const 0
  v3: Int = call @sum (v0, v2, v2)
  v4: List<Int> = call @drop (v0, v1)
  v5: (Int, List<Int>) = construct 0 (v3, v4)
  return v5
}

fn @grown "grown" unit Main -> List<Int> {
b0(v0: List<Int>, v1: List<Int>):
  v2: (Int, List<Int>) = call @rest (v0)
  v3: List<Int> = field v2 0.1
  v4: Int = field v2 0.0
  v5: List<Int> = List.append (v3, v4)
  v6: Int = List.length (v1)
  return v5
}
"#;
        let mut program = parse(text).expect("parses");
        super::run(&mut program);
        let fates: Vec<_> = program.functions.iter().map(|f| f.fate(0)).collect();
        let (looked, back) = (Fate::LookedAt, Fate::GivenBack);
        assert_eq!(fates, [looked, back, back, Fate::Kept]);
        assert_eq!(program.functions[3].fate(1), looked);
    }
}
