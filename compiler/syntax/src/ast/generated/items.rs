//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.

use crate::ast::macros::{choice, node};
use crate::ast::*;

node! {
    /// ```text
    /// SourceFile = Item*
    /// ```
    SourceFile(SOURCE_FILE) {
        items: children Item,
    }
}

choice! {
    /// ```text
    /// Item =
    ///   ImportItem | FromImportItem
    /// | FnDef | StructDef | TypeDef | ConstDef
    /// | InterfaceDef | ImplDef
    /// | ServiceDef | SupervisorDef | ActorDef
    /// | TestItem | DescribeItem | SetupItem | TeardownItem | PropertyItem
    /// ```
    Item {
        ImportItem,
        FromImportItem,
        FnDef,
        StructDef,
        TypeDef,
        ConstDef,
        InterfaceDef,
        ImplDef,
        ServiceDef,
        SupervisorDef,
        ActorDef,
        TestItem,
        DescribeItem,
        SetupItem,
        TeardownItem,
        PropertyItem,
    }
}

node! {
    /// ```text
    /// Attr = '@' Name ArgList?
    /// ```
    Attr(ATTR) {
        name: child Name,
        arg_list: child ArgList,
    }
}

node! {
    /// ```text
    /// ImportItem = 'import' Path ('as' alias:Name)?
    /// ```
    ImportItem(IMPORT_ITEM) {
        path: child Path,
        alias: child Name,
        import_token: token IMPORT_KW,
        as_token: token AS_KW,
    }
}

node! {
    /// ```text
    /// FromImportItem = 'from' Path 'import' names:ImportName (',' names:ImportName)*
    /// ```
    FromImportItem(FROM_IMPORT_ITEM) {
        path: child Path,
        names: children ImportName,
        from_token: token FROM_KW,
        import_token: token IMPORT_KW,
    }
}

node! {
    /// ```text
    /// ImportName = NameRef ('as' alias:Name)?
    /// ```
    ImportName(IMPORT_NAME) {
        name_ref: child NameRef,
        alias: child Name,
        as_token: token AS_KW,
    }
}

node! {
    /// ```text
    /// FnDef =
    ///   Attr* 'pub'? 'extern'? 'fn' Name GenericParamList? ParamList RetType? ProcessSpec? Guard?
    ///   ('='? body:Expr)?
    /// ```
    FnDef(FN_DEF) {
        attrs: children Attr,
        name: child Name,
        generic_param_list: child GenericParamList,
        param_list: child ParamList,
        ret_type: child RetType,
        process_spec: child ProcessSpec,
        guard: child Guard,
        body: child Expr,
        pub_token: token PUB_KW,
        extern_token: token EXTERN_KW,
        fn_token: token FN_KW,
        eq_token: token EQ,
    }
}

node! {
    /// ```text
    /// GenericParamList = '<' params:GenericParam (',' params:GenericParam)* '>'
    /// ```
    GenericParamList(GENERIC_PARAM_LIST) {
        params: children GenericParam,
    }
}

node! {
    /// ```text
    /// GenericParam = Name (':' TypeBounds)?
    /// ```
    GenericParam(GENERIC_PARAM) {
        name: child Name,
        type_bounds: child TypeBounds,
    }
}

node! {
    /// ```text
    /// TypeBounds = bounds:PathType ('+' bounds:PathType)*
    /// ```
    TypeBounds(TYPE_BOUNDS) {
        bounds: children PathType,
    }
}

node! {
    /// ```text
    /// ParamList = '('? (params:Param (',' params:Param)*)? ')'?
    /// ```
    ParamList(PARAM_LIST) {
        params: children Param,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// Param = 'spawned'? Pat ((':' | '::') 'spawned'? Type)? ('=' default:Expr)?
    /// ```
    Param(PARAM) {
        pat: child Pat,
        ty: child Type,
        default: child Expr,
        spawned_token: token SPAWNED_KW,
        eq_token: token EQ,
    }
}

node! {
    /// ```text
    /// RetType = ('->' | '::') Type
    /// ```
    RetType(RET_TYPE) {
        ty: child Type,
        arrow_token: token ARROW,
    }
}

node! {
    /// ```text
    /// ProcessSpec = receives:Receives? replies:Replies?
    /// ```
    ProcessSpec(PROCESS_SPEC) {
        receives: child Receives,
        replies: child Replies,
    }
}

node! {
    /// ```text
    /// Receives = 'receives' Type
    /// ```
    Receives(RECEIVES) {
        ty: child Type,
        receives_token: token RECEIVES_KW,
    }
}

node! {
    /// ```text
    /// Replies = 'replies' Type
    /// ```
    Replies(REPLIES) {
        ty: child Type,
        replies_token: token REPLIES_KW,
    }
}

node! {
    /// ```text
    /// Guard = 'when' Expr
    /// ```
    Guard(GUARD) {
        expr: child Expr,
        when_token: token WHEN_KW,
    }
}

node! {
    /// ```text
    /// StructDef =
    ///   Attr* 'pub'? 'opaque'? 'struct' Name GenericParamList?
    ///   ('do' | '{') fields:FieldDef* ('end' | '}') Deriving?
    /// ```
    StructDef(STRUCT_DEF) {
        attrs: children Attr,
        name: child Name,
        generic_param_list: child GenericParamList,
        fields: children FieldDef,
        deriving: child Deriving,
        pub_token: token PUB_KW,
        opaque_token: token OPAQUE_KW,
        struct_token: token STRUCT_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// FieldDef = Name (':' | '::') Type ('=' default:Expr)?
    /// ```
    FieldDef(FIELD_DEF) {
        name: child Name,
        ty: child Type,
        default: child Expr,
        eq_token: token EQ,
    }
}

node! {
    /// ```text
    /// Deriving = 'deriving' '(' (interfaces:PathType (',' interfaces:PathType)*)? ')'
    /// ```
    Deriving(DERIVING) {
        interfaces: children PathType,
        deriving_token: token DERIVING_KW,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// TypeDef =
    ///   Attr* 'pub'? 'extern'? 'opaque'? 'type' Name GenericParamList?
    ///   '='? (VariantList | aliased:Type)? Deriving?
    /// ```
    TypeDef(TYPE_DEF) {
        attrs: children Attr,
        name: child Name,
        generic_param_list: child GenericParamList,
        variant_list: child VariantList,
        aliased: child Type,
        deriving: child Deriving,
        pub_token: token PUB_KW,
        extern_token: token EXTERN_KW,
        opaque_token: token OPAQUE_KW,
        type_token: token TYPE_KW,
        eq_token: token EQ,
    }
}

node! {
    /// ```text
    /// VariantList = ('do' | '{')? Variant* ('end' | '}')?
    /// ```
    VariantList(VARIANT_LIST) {
        variants: children Variant,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// Variant = '|'? Name VariantFieldList?
    /// ```
    Variant(VARIANT) {
        name: child Name,
        variant_field_list: child VariantFieldList,
    }
}

node! {
    /// ```text
    /// VariantFieldList = '(' (fields:VariantField (',' fields:VariantField)*)? ')'
    /// ```
    VariantFieldList(VARIANT_FIELD_LIST) {
        fields: children VariantField,
        l_paren_token: token L_PAREN,
    }
}

node! {
    /// ```text
    /// VariantField = (Name (':' | '::'))? Type
    /// ```
    VariantField(VARIANT_FIELD) {
        name: child Name,
        ty: child Type,
    }
}

node! {
    /// ```text
    /// ConstDef = Attr* 'pub'? 'const' Name ((':' | '::') Type)? '=' value:Expr
    /// ```
    ConstDef(CONST_DEF) {
        attrs: children Attr,
        name: child Name,
        ty: child Type,
        value: child Expr,
        pub_token: token PUB_KW,
        const_token: token CONST_KW,
        eq_token: token EQ,
    }
}

node! {
    /// ```text
    /// InterfaceDef =
    ///   Attr* 'pub'? ('interface' | 'trait') Name GenericParamList? (':' supers:TypeBounds)?
    ///   ('do' | '{') members:Member* ('end' | '}')
    /// ```
    InterfaceDef(INTERFACE_DEF) {
        attrs: children Attr,
        name: child Name,
        generic_param_list: child GenericParamList,
        supers: child TypeBounds,
        members: children Member,
        pub_token: token PUB_KW,
        interface_token: token INTERFACE_KW,
        trait_token: token TRAIT_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// ImplDef =
    ///   Attr* 'impl' GenericParamList? interface:ImplInterface? target:Type
    ///   ('do' | '{') members:Member* ('end' | '}')
    /// ```
    ImplDef(IMPL_DEF) {
        attrs: children Attr,
        generic_param_list: child GenericParamList,
        interface: child ImplInterface,
        target: child Type,
        members: children Member,
        impl_token: token IMPL_KW,
        do_token: token DO_KW,
        l_brace_token: token L_BRACE,
        end_token: token END_KW,
        r_brace_token: token R_BRACE,
    }
}

node! {
    /// ```text
    /// ImplInterface = PathType 'for'
    /// ```
    ImplInterface(IMPL_INTERFACE) {
        path_type: child PathType,
        for_token: token FOR_KW,
    }
}

choice! {
    /// ```text
    /// Member = FnDef | AssocType
    /// ```
    Member {
        FnDef,
        AssocType,
    }
}

node! {
    /// ```text
    /// AssocType = 'type' Name (':' TypeBounds)? ('=' Type)?
    /// ```
    AssocType(ASSOC_TYPE) {
        name: child Name,
        type_bounds: child TypeBounds,
        ty: child Type,
        type_token: token TYPE_KW,
        eq_token: token EQ,
    }
}
