//! Calls of a function to itself in tail position become jumps.

use crate::ir::{Block, BlockId, FnId, FnKind, Function, Term, ValueId, ValueInfo};

/// Rewrites `function`, which is number `id`. Says whether there was anything to do.
pub fn run(id: FnId, function: &mut Function) -> bool {
    let calls_itself =
        |block: &Block| matches!(block.term, Term::TailCall { callee, .. } if callee == id);
    if function.kind != FnKind::Direct || !function.blocks.iter().any(calls_itself) {
        return false;
    }
    // The old entry becomes the head of the loop; the new entry only jumps there.
    let header = BlockId(function.blocks.len() as u32);
    let old = &function.blocks[0].params;
    let params: Vec<ValueId> = (0..old.len() as u32)
        .map(|index| ValueId(function.values.len() as u32 + index))
        .collect();
    let infos: Vec<ValueInfo> = old
        .iter()
        .map(|param| function.values[param.index()].clone())
        .collect();
    function.values.extend(infos);
    let entry = Block {
        params: params.clone(),
        stmts: Vec::new(),
        term: Term::Jump(header, params),
        term_place: function.span.into(),
    };
    let old = std::mem::replace(&mut function.blocks[0], entry);
    function.blocks.push(old);
    for block in &mut function.blocks {
        if let Term::TailCall { callee, args } = &mut block.term
            && *callee == id
        {
            block.term = Term::Jump(header, std::mem::take(args));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::testing::parse;

    #[test]
    fn a_tail_call_of_itself_is_a_loop() {
        let mut program = parse(
            r#"
fn @f "f" unit Main -> Int {
b0(v0 n: Int, v1 acc: Int):
  v2: Bool = Int.raw_eq (v0, v1)
  branch v2 b1() b2()
b1():
  return v1
b2():
  tail @f (v1, v0)
}
"#,
        )
        .expect("parses");
        assert!(super::run(crate::ir::FnId(0), &mut program.functions[0]));
        assert_eq!(crate::verify(&program), Ok(()));
        let text = crate::print(&program);
        assert!(
            text.contains("b0(v3 n: Int, v4 acc: Int):\n  jump b3(v3, v4)"),
            "{text}"
        );
        assert!(text.contains("jump b3(v1, v0)"), "{text}");
        assert!(!text.contains("tail @f"), "{text}");
    }
}
