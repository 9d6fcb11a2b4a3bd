//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.

use crate::ast::macros::{choice, node};
use crate::ast::*;

choice! {
    /// ```text
    /// Expr =
    ///   Literal | StringLit | RegexLit
    /// | PathExpr | ParenExpr | TupleExpr | AscribeExpr | ListExpr | MapExpr | StructExpr | JsonExpr | JsonObject
    /// | CallExpr | MethodCallExpr | FieldExpr | IndexExpr | TryExpr
    /// | PrefixExpr | BinExpr | RangeExpr | PipeExpr
    /// | BlockExpr | IfExpr | MatchExpr | ReceiveExpr | ForExpr | WhileExpr
    /// | ReturnExpr | BreakExpr | ContinueExpr
    /// | ClosureExpr
    /// ```
    Expr {
        Literal,
        StringLit,
        RegexLit,
        PathExpr,
        ParenExpr,
        TupleExpr,
        AscribeExpr,
        ListExpr,
        MapExpr,
        StructExpr,
        JsonExpr,
        JsonObject,
        CallExpr,
        MethodCallExpr,
        FieldExpr,
        IndexExpr,
        TryExpr,
        PrefixExpr,
        BinExpr,
        RangeExpr,
        PipeExpr,
        BlockExpr,
        IfExpr,
        MatchExpr,
        ReceiveExpr,
        ForExpr,
        WhileExpr,
        ReturnExpr,
        BreakExpr,
        ContinueExpr,
        ClosureExpr,
    }
}

node! {
    /// ```text
    /// Literal = 'INT' | 'FLOAT' | 'ATOM' | 'true' | 'false'
    /// ```
    Literal(LITERAL) {
        true_token: token TRUE_KW,
        false_token: token FALSE_KW,
    }
}

node! {
    /// ```text
    /// StringLit = 'STRING_OPEN' ('STRING_TEXT' | Interpolation)* 'STRING_CLOSE'
    /// ```
    StringLit(STRING_LIT) {
        interpolations: children Interpolation,
    }
}

node! {
    /// ```text
    /// Interpolation = 'INTERPOLATION_OPEN' Expr 'INTERPOLATION_CLOSE'
    /// ```
    Interpolation(INTERPOLATION) {
        expr: child Expr,
    }
}

node! {
    /// ```text
    /// RegexLit = 'REGEX'
    /// ```
    RegexLit(REGEX_LIT) {}
}

node! {
    /// ```text
    /// PathExpr = Path
    /// ```
    PathExpr(PATH_EXPR) {
        path: child Path,
    }
}

node! {
    /// ```text
    /// ParenExpr = '(' Expr ')'
    /// ```
    ParenExpr(PAREN_EXPR) {
        expr: child Expr,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// TupleExpr = '(' (elements:Expr (',' elements:Expr)*)? ')'
    /// ```
    TupleExpr(TUPLE_EXPR) {
        elements: children Expr,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// AscribeExpr = '(' Expr ':' Type ')'
    /// ```
    AscribeExpr(ASCRIBE_EXPR) {
        expr: child Expr,
        ty: child Type,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// ListExpr = '[' (elements:Expr (',' elements:Expr)*)? tail:ListTail? ']'
    /// ```
    ListExpr(LIST_EXPR) {
        elements: children Expr,
        tail: child ListTail,
    }
}

node! {
    /// ```text
    /// ListTail = '|' Expr
    /// ```
    ListTail(LIST_TAIL) {
        expr: child Expr,
    }
}

node! {
    /// ```text
    /// MapExpr = 'MAP_OPEN' (entries:MapEntry (',' entries:MapEntry)*)? '}'
    /// ```
    MapExpr(MAP_EXPR) {
        entries: children MapEntry,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// MapEntry = key:Expr '=>' value:Expr
    /// ```
    MapEntry(MAP_ENTRY) {
        key: child Expr,
        value: child Expr 1,
    }
}

node! {
    /// ```text
    /// StructExpr = '%'? Path '{' base:StructBase? (fields:StructExprField (',' fields:StructExprField)*)? '}'
    /// ```
    StructExpr(STRUCT_EXPR) {
        path: child Path,
        base: child StructBase,
        fields: children StructExprField,
        percent_token: token PERCENT,
        l_brace_token: token L_BRACE,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// StructBase = '..' Expr | Expr '|'
    /// ```
    StructBase(STRUCT_BASE) {
        exprs: children Expr,
        dot2_token: token DOT2,
    }
}

node! {
    /// ```text
    /// StructExprField = NameRef (':' value:Expr)?
    /// ```
    StructExprField(STRUCT_EXPR_FIELD) {
        name_ref: child NameRef,
        value: child Expr,
    }
}

node! {
    /// ```text
    /// JsonExpr = 'json' JsonObject
    /// ```
    JsonExpr(JSON_EXPR) {
        json_object: child JsonObject,
        json_token: token JSON_KW,
    }
}

node! {
    /// ```text
    /// JsonObject = '{' (fields:JsonField (',' fields:JsonField)*)? '}'
    /// ```
    JsonObject(JSON_OBJECT) {
        fields: children JsonField,
        l_brace_token: token L_BRACE,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// JsonField = key:JsonKey ':' value:Expr
    /// ```
    JsonField(JSON_FIELD) {
        key: child JsonKey,
        value: child Expr,
    }
}

node! {
    /// ```text
    /// JsonKey = NameRef? StringLit?
    /// ```
    JsonKey(JSON_KEY) {
        name_ref: child NameRef,
        string_lit: child StringLit,
    }
}

node! {
    /// ```text
    /// CallExpr = callee:Expr ArgList trailing:BlockExpr?
    /// ```
    CallExpr(CALL_EXPR) {
        callee: child Expr,
        arg_list: child ArgList,
        trailing: child BlockExpr,
    }
}

node! {
    /// ```text
    /// MethodCallExpr = receiver:Expr '.' NameRef ArgList trailing:BlockExpr?
    /// ```
    MethodCallExpr(METHOD_CALL_EXPR) {
        receiver: child Expr,
        name_ref: child NameRef,
        arg_list: child ArgList,
        trailing: child BlockExpr,
    }
}

node! {
    /// ```text
    /// ArgList = '(' (args:Arg (',' args:Arg)*)? ')'
    /// ```
    ArgList(ARG_LIST) {
        args: children Arg,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// Arg = (NameRef ':')? Expr
    /// ```
    Arg(ARG) {
        name_ref: child NameRef,
        expr: child Expr,
    }
}

node! {
    /// ```text
    /// FieldExpr = receiver:Expr '.' NameRef
    /// ```
    FieldExpr(FIELD_EXPR) {
        receiver: child Expr,
        name_ref: child NameRef,
    }
}

node! {
    /// ```text
    /// IndexExpr = base:Expr '[' index:Expr ']'
    /// ```
    IndexExpr(INDEX_EXPR) {
        base: child Expr,
        index: child Expr 1,
    }
}

node! {
    /// ```text
    /// TryExpr = Expr '?'
    /// ```
    TryExpr(TRY_EXPR) {
        expr: child Expr,
    }
}

node! {
    /// ```text
    /// PrefixExpr = ('-' | '!' | 'not') operand:Expr
    /// ```
    PrefixExpr(PREFIX_EXPR) {
        operand: child Expr,
        minus_token: token MINUS,
        not_token: token NOT_KW,
    }
}

node! {
    /// ```text
    /// BinExpr =
    ///   lhs:Expr
    ///   ( '*' | '/' | '%' | '+' | '-' | '<>' | '++' | '::'
    ///   | '==' | '!=' | '<' | '>' | '<=' | '>=' | 'and' | '&&' | 'or' | '||')
    ///   rhs:Expr
    /// ```
    BinExpr(BIN_EXPR) {
        lhs: child Expr,
        rhs: child Expr 1,
        percent_token: token PERCENT,
        minus_token: token MINUS,
        and_token: token AND_KW,
        or_token: token OR_KW,
    }
}

node! {
    /// ```text
    /// RangeExpr = start:Expr ('..' | '..=') end:Expr
    /// ```
    RangeExpr(RANGE_EXPR) {
        start: child Expr,
        end: child Expr 1,
        dot2_token: token DOT2,
    }
}

node! {
    /// ```text
    /// PipeExpr = lhs:Expr ('|>' | '|2>') stage:Expr
    /// ```
    PipeExpr(PIPE_EXPR) {
        lhs: child Expr,
        stage: child Expr 1,
    }
}

node! {
    /// ```text
    /// IfExpr = 'if' cond:Expr then:BlockExpr else_ifs:ElseIf* else_branch:Else? 'end'?
    /// ```
    IfExpr(IF_EXPR) {
        cond: child Expr,
        then: child BlockExpr,
        else_ifs: children ElseIf,
        else_branch: child Else,
        if_token: token IF_KW,
        end_token: token END_KW,
    }
}

node! {
    /// ```text
    /// ElseIf = 'else' 'if' cond:Expr body:BlockExpr
    /// ```
    ElseIf(ELSE_IF) {
        cond: child Expr,
        body: child BlockExpr,
        else_token: token ELSE_KW,
        if_token: token IF_KW,
    }
}

node! {
    /// ```text
    /// Else = 'else' body:BlockExpr
    /// ```
    Else(ELSE) {
        body: child BlockExpr,
        else_token: token ELSE_KW,
    }
}

node! {
    /// ```text
    /// MatchExpr = ('match' | 'case') scrutinee:Expr ('do' | '{') arms:MatchArm* ('end' | '}')
    /// ```
    MatchExpr(MATCH_EXPR) {
        scrutinee: child Expr,
        arms: children MatchArm,
        match_token: token MATCH_KW,
        case_token: token CASE_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// MatchArm = 'signal'? Pat Guard? '->' body:Expr
    /// ```
    MatchArm(MATCH_ARM) {
        pat: child Pat,
        guard: child Guard,
        body: child Expr,
        signal_token: token SIGNAL_KW,
        arrow_token: token ARROW,
    }
}

node! {
    /// ```text
    /// ReceiveExpr = 'receive' ('do' | '{') arms:MatchArm* after:AfterArm? ('end' | '}')
    /// ```
    ReceiveExpr(RECEIVE_EXPR) {
        arms: children MatchArm,
        after: child AfterArm,
        receive_token: token RECEIVE_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// AfterArm = 'after' timeout:Expr '->' body:Expr
    /// ```
    AfterArm(AFTER_ARM) {
        timeout: child Expr,
        body: child Expr 1,
        after_token: token AFTER_KW,
        arrow_token: token ARROW,
    }
}

node! {
    /// ```text
    /// ForExpr = 'for' Pat 'in' iterable:Expr Guard? body:BlockExpr
    /// ```
    ForExpr(FOR_EXPR) {
        pat: child Pat,
        iterable: child Expr,
        guard: child Guard,
        body: child BlockExpr,
        for_token: token FOR_KW,
        in_token: token IN_KW,
    }
}

node! {
    /// ```text
    /// WhileExpr = 'while' cond:Expr body:BlockExpr
    /// ```
    WhileExpr(WHILE_EXPR) {
        cond: child Expr,
        body: child BlockExpr,
        while_token: token WHILE_KW,
    }
}

node! {
    /// ```text
    /// ReturnExpr = 'return' Expr?
    /// ```
    ReturnExpr(RETURN_EXPR) {
        expr: child Expr,
        return_token: token RETURN_KW,
    }
}

node! {
    /// ```text
    /// BreakExpr = 'break'
    /// ```
    BreakExpr(BREAK_EXPR) {
        break_token: token BREAK_KW,
    }
}

node! {
    /// ```text
    /// ContinueExpr = 'continue'
    /// ```
    ContinueExpr(CONTINUE_EXPR) {
        continue_token: token CONTINUE_KW,
    }
}

node! {
    /// ```text
    /// ClosureExpr = 'fn' clauses:ClosureClause ('|' clauses:ClosureClause)* 'end'?
    /// ```
    ClosureExpr(CLOSURE_EXPR) {
        clauses: children ClosureClause,
        fn_token: token FN_KW,
        end_token: token END_KW,
    }
}

node! {
    /// ```text
    /// ClosureClause = ParamList? Guard? '->'? body:Expr
    /// ```
    ClosureClause(CLOSURE_CLAUSE) {
        param_list: child ParamList,
        guard: child Guard,
        body: child Expr,
        arrow_token: token ARROW,
    }
}
