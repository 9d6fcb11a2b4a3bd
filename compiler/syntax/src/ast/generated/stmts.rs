//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.

use crate::ast::macros::{choice, node};
use crate::ast::*;

choice! {
    /// ```text
    /// Stmt = LetStmt | FnDef | Expr
    /// ```
    Stmt {
        LetStmt,
        FnDef,
        Expr,
    }
}

node! {
    /// ```text
    /// LetStmt = 'let' Pat ((':' | '::') Type)? '=' value:Expr LetElse?
    /// ```
    LetStmt(LET_STMT) {
        pat: child Pat,
        ty: child Type,
        value: child Expr,
        let_else: child LetElse,
        let_token: token LET_KW,
        eq_token: token EQ,
    }
}

node! {
    /// ```text
    /// LetElse = 'else' body:Expr
    /// ```
    LetElse(LET_ELSE) {
        body: child Expr,
        else_token: token ELSE_KW,
    }
}

node! {
    /// ```text
    /// BlockExpr = ('do' | '{')? BlockParams? stmts:Stmt* TerminateDef? ('end' | '}')?
    /// ```
    BlockExpr(BLOCK_EXPR) {
        block_params: child BlockParams,
        stmts: children Stmt,
        terminate_def: child TerminateDef,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// BlockParams = '|' (params:Param (',' params:Param)*)? '|'
    /// ```
    BlockParams(BLOCK_PARAMS) {
        params: children Param,
    }
}
