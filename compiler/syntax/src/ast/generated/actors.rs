//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.

use crate::ast::macros::{choice, node};
use crate::ast::*;

node! {
    /// ```text
    /// ActorDef = Attr* 'pub'? 'actor' Name GenericParamList? ParamList RetType? ProcessSpec? body:BlockExpr
    /// ```
    ActorDef(ACTOR_DEF) {
        attrs: children Attr,
        name: child Name,
        generic_param_list: child GenericParamList,
        param_list: child ParamList,
        ret_type: child RetType,
        process_spec: child ProcessSpec,
        body: child BlockExpr,
        pub_token: token PUB_KW,
        actor_token: token ACTOR_KW,
    }
}

node! {
    /// ```text
    /// ServiceDef =
    ///   Attr* 'pub'? 'service' Name GenericParamList?
    ///   ('do' | '{') members:ServiceMember* ('end' | '}')
    /// ```
    ServiceDef(SERVICE_DEF) {
        attrs: children Attr,
        name: child Name,
        generic_param_list: child GenericParamList,
        members: children ServiceMember,
        pub_token: token PUB_KW,
        service_token: token SERVICE_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

choice! {
    /// ```text
    /// ServiceMember = FnDef | CallDef | CastDef | SignalDef | TimeoutDef | TerminateDef
    /// ```
    ServiceMember {
        FnDef,
        CallDef,
        CastDef,
        SignalDef,
        TimeoutDef,
        TerminateDef,
    }
}

node! {
    /// ```text
    /// CallDef = 'call' Name ParamList RetType? 'deferred'? body:BlockExpr
    /// ```
    CallDef(CALL_DEF) {
        name: child Name,
        param_list: child ParamList,
        ret_type: child RetType,
        body: child BlockExpr,
        call_token: token CALL_KW,
        deferred_token: token DEFERRED_KW,
    }
}

node! {
    /// ```text
    /// CastDef = 'cast' Name ParamList body:BlockExpr
    /// ```
    CastDef(CAST_DEF) {
        name: child Name,
        param_list: child ParamList,
        body: child BlockExpr,
        cast_token: token CAST_KW,
    }
}

node! {
    /// ```text
    /// SignalDef = 'signal' Pat Guard? body:BlockExpr
    /// ```
    SignalDef(SIGNAL_DEF) {
        pat: child Pat,
        guard: child Guard,
        body: child BlockExpr,
        signal_token: token SIGNAL_KW,
    }
}

node! {
    /// ```text
    /// TimeoutDef = 'timeout' duration:Expr body:BlockExpr
    /// ```
    TimeoutDef(TIMEOUT_DEF) {
        duration: child Expr,
        body: child BlockExpr,
        timeout_token: token TIMEOUT_KW,
    }
}

node! {
    /// ```text
    /// TerminateDef = 'terminate' body:BlockExpr
    /// ```
    TerminateDef(TERMINATE_DEF) {
        body: child BlockExpr,
        terminate_token: token TERMINATE_KW,
    }
}

node! {
    /// ```text
    /// SupervisorDef =
    ///   Attr* 'pub'? 'supervisor' Name ParamList?
    ///   ('do' | '{') members:SupervisorMember* ('end' | '}')
    /// ```
    SupervisorDef(SUPERVISOR_DEF) {
        attrs: children Attr,
        name: child Name,
        param_list: child ParamList,
        members: children SupervisorMember,
        pub_token: token PUB_KW,
        supervisor_token: token SUPERVISOR_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

choice! {
    /// ```text
    /// SupervisorMember = Setting | ChildDef
    /// ```
    SupervisorMember {
        Setting,
        ChildDef,
    }
}

node! {
    /// ```text
    /// Setting = Name ':' value:Expr
    /// ```
    Setting(SETTING) {
        name: child Name,
        value: child Expr,
    }
}

node! {
    /// ```text
    /// ChildDef = 'child' Name ('do' | '{') Setting* ('end' | '}')
    /// ```
    ChildDef(CHILD_DEF) {
        name: child Name,
        settings: children Setting,
        child_token: token CHILD_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// TestItem = Attr* 'test' (name:StringLit | ArgList) body:BlockExpr
    /// ```
    TestItem(TEST_ITEM) {
        attrs: children Attr,
        name: child StringLit,
        arg_list: child ArgList,
        body: child BlockExpr,
        test_token: token TEST_KW,
    }
}

node! {
    /// ```text
    /// PropertyItem =
    ///   Attr* 'property' (name:StringLit | ArgList) ('for' params:Param (',' params:Param)*)? body:BlockExpr
    /// ```
    PropertyItem(PROPERTY_ITEM) {
        attrs: children Attr,
        name: child StringLit,
        arg_list: child ArgList,
        params: children Param,
        body: child BlockExpr,
        property_token: token PROPERTY_KW,
        for_token: token FOR_KW,
    }
}

node! {
    /// ```text
    /// DescribeItem = Attr* 'describe' (name:StringLit | ArgList) ('do' | '{') Item* ('end' | '}')
    /// ```
    DescribeItem(DESCRIBE_ITEM) {
        attrs: children Attr,
        name: child StringLit,
        arg_list: child ArgList,
        items: children Item,
        describe_token: token DESCRIBE_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// SetupItem = 'setup' body:BlockExpr
    /// ```
    SetupItem(SETUP_ITEM) {
        body: child BlockExpr,
        setup_token: token SETUP_KW,
    }
}

node! {
    /// ```text
    /// TeardownItem = 'teardown' body:BlockExpr
    /// ```
    TeardownItem(TEARDOWN_ITEM) {
        body: child BlockExpr,
        teardown_token: token TEARDOWN_KW,
    }
}
