//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.

use crate::ast::macros::{choice, node};
use crate::ast::*;

choice! {
    /// ```text
    /// Type = PathType | TupleType | ParenType | FnType | OptionType | ResultType
    /// ```
    Type {
        PathType,
        TupleType,
        ParenType,
        FnType,
        OptionType,
        ResultType,
    }
}

node! {
    /// ```text
    /// PathType = Path TypeArgList?
    /// ```
    PathType(PATH_TYPE) {
        path: child Path,
        type_arg_list: child TypeArgList,
    }
}

node! {
    /// ```text
    /// TypeArgList = '<' (args:TypeArg (',' args:TypeArg)*)? '>'
    /// ```
    TypeArgList(TYPE_ARG_LIST) {
        args: children TypeArg,
    }
}

node! {
    /// ```text
    /// TypeArg = (NameRef '=')? Type
    /// ```
    TypeArg(TYPE_ARG) {
        name_ref: child NameRef,
        ty: child Type,
        eq_token: token EQ,
    }
}

node! {
    /// ```text
    /// TupleType = '(' (elements:Type (',' elements:Type)*)? ')'
    /// ```
    TupleType(TUPLE_TYPE) {
        elements: children Type,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// ParenType = '(' Type ')'
    /// ```
    ParenType(PAREN_TYPE) {
        ty: child Type,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// FnType = ('fn' | 'Fun') params:TypeList '->' ret:Type
    /// ```
    FnType(FN_TYPE) {
        params: child TypeList,
        ret: child Type,
        fn_token: token FN_KW,
        fun_token: token FUN_KW,
        arrow_token: token ARROW,
    }
}

node! {
    /// ```text
    /// TypeList = '(' (types:Type (',' types:Type)*)? ')'
    /// ```
    TypeList(TYPE_LIST) {
        types: children Type,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// OptionType = Type '?'
    /// ```
    OptionType(OPTION_TYPE) {
        ty: child Type,
    }
}

node! {
    /// ```text
    /// ResultType = ok:Type '!' err:Type
    /// ```
    ResultType(RESULT_TYPE) {
        ok: child Type,
        err: child Type 1,
    }
}
