//! Which neighbours have a blank between them, where no line can break.

use mesh_syntax::SyntaxKind::{self, *};

/// Whether two children of a node stand together. `paren`: the right one is in parentheses.
pub fn glued(parent: SyntaxKind, left: SyntaxKind, right: SyntaxKind, paren: bool) -> bool {
    match right {
        COMMA | SEMICOLON | R_PAREN | R_BRACKET | DOT | QUESTION => return true,
        COLON => return parent != ASCRIBE_EXPR,
        ARG_LIST | PAT_ARG_LIST | VARIANT_FIELD_LIST | TYPE_ARG_LIST | GENERIC_PARAM_LIST
        | TYPE_LIST => return true,
        PARAM_LIST if paren => return true,
        _ => {}
    }
    match left {
        L_PAREN | L_BRACKET | MAP_OPEN | DOT | AT => return true,
        _ => {}
    }
    match parent {
        RANGE_EXPR | RANGE_PAT | RESULT_TYPE | OPTION_TYPE | PATH | LITERAL_PAT => true,
        INDEX_EXPR => right == L_BRACKET,
        GENERIC_PARAM_LIST | TYPE_ARG_LIST => left == LT || right == GT,
        PREFIX_EXPR => left != NOT_KW,
        STRUCT_EXPR | STRUCT_PAT => left == PERCENT,
        STRUCT_BASE => left == DOT2,
        TUPLE_PAT => left == L_BRACE || right == R_BRACE,
        MAP_EXPR => right == R_BRACE,
        DERIVING => right == L_PAREN,
        _ => false,
    }
}
