//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.

use crate::ast::macros::{choice, node};
use crate::ast::*;

choice! {
    /// ```text
    /// Pat =
    ///   WildcardPat | NamePat | LiteralPat | RangePat | PrefixPat
    /// | ConstructorPat | StructPat | TuplePat | ParenPat | ListPat | ConsPat
    /// | OrPat | AsPat
    /// ```
    Pat {
        WildcardPat,
        NamePat,
        LiteralPat,
        RangePat,
        PrefixPat,
        ConstructorPat,
        StructPat,
        TuplePat,
        ParenPat,
        ListPat,
        ConsPat,
        OrPat,
        AsPat,
    }
}

node! {
    /// ```text
    /// WildcardPat = '_'
    /// ```
    WildcardPat(WILDCARD_PAT) {}
}

node! {
    /// ```text
    /// NamePat = Name
    /// ```
    NamePat(NAME_PAT) {
        name: child Name,
    }
}

node! {
    /// ```text
    /// LiteralPat = '-'? (Literal | StringLit)
    /// ```
    LiteralPat(LITERAL_PAT) {
        literal: child Literal,
        string_lit: child StringLit,
        minus_token: token MINUS,
    }
}

node! {
    /// ```text
    /// RangePat = start:LiteralPat ('..' | '..=') end:LiteralPat
    /// ```
    RangePat(RANGE_PAT) {
        start: child LiteralPat,
        end: child LiteralPat 1,
        dot2_token: token DOT2,
    }
}

node! {
    /// ```text
    /// PrefixPat = prefix:StringLit '<>' rest:Pat
    /// ```
    PrefixPat(PREFIX_PAT) {
        prefix: child StringLit,
        rest: child Pat,
    }
}

node! {
    /// ```text
    /// ConstructorPat = Path PatArgList?
    /// ```
    ConstructorPat(CONSTRUCTOR_PAT) {
        path: child Path,
        pat_arg_list: child PatArgList,
    }
}

node! {
    /// ```text
    /// PatArgList = '(' (args:PatArg (',' args:PatArg)*)? '..'? ')'
    /// ```
    PatArgList(PAT_ARG_LIST) {
        args: children PatArg,
        l_paren_token: token L_PAREN,
        dot2_token: token DOT2,
    }
}

node! {
    /// ```text
    /// PatArg = (NameRef ':')? Pat
    /// ```
    PatArg(PAT_ARG) {
        name_ref: child NameRef,
        pat: child Pat,
    }
}

node! {
    /// ```text
    /// StructPat = '%'? Path '{' (fields:FieldPat (',' fields:FieldPat)*)? '..'? '}'
    /// ```
    StructPat(STRUCT_PAT) {
        path: child Path,
        fields: children FieldPat,
        percent_token: token PERCENT,
        l_brace_token: token L_BRACE,
        dot2_token: token DOT2,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// FieldPat = NameRef (':' Pat)?
    /// ```
    FieldPat(FIELD_PAT) {
        name_ref: child NameRef,
        pat: child Pat,
    }
}

node! {
    /// ```text
    /// TuplePat = ('(' | '{') (elements:Pat (',' elements:Pat)*)? (')' | '}')
    /// ```
    TuplePat(TUPLE_PAT) {
        elements: children Pat,
        l_paren_token: token L_PAREN,
        l_brace_token: token L_BRACE,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// ParenPat = '(' Pat ')'
    /// ```
    ParenPat(PAREN_PAT) {
        pat: child Pat,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// ListPat = '[' (elements:Pat (',' elements:Pat)*)? tail:ListPatTail? ']'
    /// ```
    ListPat(LIST_PAT) {
        elements: children Pat,
        tail: child ListPatTail,
    }
}

node! {
    /// ```text
    /// ListPatTail = '|' Pat
    /// ```
    ListPatTail(LIST_PAT_TAIL) {
        pat: child Pat,
    }
}

node! {
    /// ```text
    /// ConsPat = head:Pat '::' tail:Pat
    /// ```
    ConsPat(CONS_PAT) {
        head: child Pat,
        tail: child Pat 1,
    }
}

node! {
    /// ```text
    /// OrPat = '|'? alternatives:Pat ('|' alternatives:Pat)*
    /// ```
    OrPat(OR_PAT) {
        alternatives: children Pat,
    }
}

node! {
    /// ```text
    /// AsPat = Pat 'as' Name
    /// ```
    AsPat(AS_PAT) {
        pat: child Pat,
        name: child Name,
        as_token: token AS_KW,
    }
}
