//! The kinds of tokens and nodes. The table below is the only list of the language's keywords and operators.

/// Makes the enum and the lookups from one table.
macro_rules! syntax_kinds {
    (
        trivia { $($(#[$trivia_doc:meta])* $trivia:ident,)* }
        classes { $($(#[$class_doc:meta])* $class:ident,)* }
        punctuation { $($punct:ident $punct_text:literal,)* }
        reserved { $($reserved:ident $reserved_text:literal,)* }
        contextual { $($contextual:ident $contextual_text:literal,)* }
        nodes { $($node:ident,)* }
    ) => {
        /// What a token or a node is.
        #[allow(non_camel_case_types, reason = "the names of kinds stand apart from those of the typed views")]
        #[allow(missing_docs, reason = "the tables say what a kind is")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum SyntaxKind {
            $($(#[$trivia_doc])* $trivia,)*
            $($(#[$class_doc])* $class,)*
            $($punct,)*
            $($reserved,)*
            $($contextual,)*
            $($node,)*
        }

        use SyntaxKind::*;

        impl SyntaxKind {
            const ALL: &'static [SyntaxKind] =
                &[$($trivia,)* $($class,)* $($punct,)* $($reserved,)* $($contextual,)* $($node,)*];

            /// The text of a token that has only one.
            pub fn text(self) -> Option<&'static str> {
                match self {
                    $($punct => Some($punct_text),)*
                    $($reserved => Some($reserved_text),)*
                    $($contextual => Some($contextual_text),)*
                    _ => None,
                }
            }

            /// The keyword, reserved or contextual, that is spelled so.
            pub fn from_keyword(text: &str) -> Option<SyntaxKind> {
                match text {
                    $($reserved_text => Some($reserved),)*
                    $($contextual_text => Some($contextual),)*
                    _ => None,
                }
            }

            /// Whether a name cannot be spelled so.
            pub fn is_reserved(self) -> bool {
                matches!(self, $($reserved)|*)
            }

            /// Whether it is a keyword only where the grammar expects it, and a name elsewhere.
            pub fn is_contextual(self) -> bool {
                matches!(self, $($contextual)|*)
            }

            /// Whether it is the kind of a node rather than of a token.
            pub fn is_node(self) -> bool {
                matches!(self, $($node)|*)
            }

            /// Blanks and comments.
            pub fn is_trivia(self) -> bool {
                matches!(self, $($trivia)|*)
            }
        }

        /// Words that cannot be names.
        pub const RESERVED: &[&str] = &[$($reserved_text),*];
        /// Words that are keywords only where the grammar expects them.
        pub const CONTEXTUAL: &[&str] = &[$($contextual_text),*];
        /// Operators and brackets.
        pub const PUNCTUATION: &[&str] = &[$($punct_text),*];
        /// The kinds of nodes.
        pub const NODES: &[SyntaxKind] = &[$($node),*];
    };
}

syntax_kinds! {
    trivia {
        /// Blanks and line ends.
        WHITESPACE,
        /// `# to the end of the line`
        COMMENT,
        /// `## about the next item`
        DOC_COMMENT,
        /// `##! about the module`
        MODULE_DOC,
    }
    classes {
        /// After the last token.
        EOF,
        /// What is no token of the language.
        ERROR_TOKEN,
        /// `value_name`
        IDENT,
        /// `TypeName`
        TYPE_IDENT,
        /// `42`, `0xff`
        INT,
        /// `3.14`
        FLOAT,
        /// `:name`
        ATOM,
        /// `~r/[a-z]+/i`
        REGEX,
        /// `"` or `"""`
        STRING_OPEN,
        /// What stands in a string between its quotes and interpolations, as written.
        STRING_TEXT,
        /// `"` or `"""`
        STRING_CLOSE,
        /// `${` or `#{`
        INTERPOLATION_OPEN,
        /// The `}` of an interpolation.
        INTERPOLATION_CLOSE,
    }
    punctuation {
        L_PAREN "(",
        R_PAREN ")",
        L_BRACKET "[",
        R_BRACKET "]",
        L_BRACE "{",
        R_BRACE "}",
        MAP_OPEN "%{",
        COMMA ",",
        SEMICOLON ";",
        COLON ":",
        COLON2 "::",
        DOT ".",
        DOT2 "..",
        DOT2_EQ "..=",
        ARROW "->",
        FAT_ARROW "=>",
        EQ "=",
        EQ2 "==",
        NEQ "!=",
        LT "<",
        GT ">",
        LT_EQ "<=",
        GT_EQ ">=",
        PLUS "+",
        PLUS2 "++",
        MINUS "-",
        STAR "*",
        SLASH "/",
        PERCENT "%",
        LT_GT "<>",
        AMP2 "&&",
        PIPE "|",
        PIPE2 "||",
        PIPE_GT "|>",
        PIPE_2_GT "|2>",
        BANG "!",
        QUESTION "?",
        AT "@",
        UNDERSCORE "_",
    }
    reserved {
        ACTOR_KW "actor",
        AND_KW "and",
        AS_KW "as",
        BREAK_KW "break",
        CASE_KW "case",
        CONST_KW "const",
        CONTINUE_KW "continue",
        DERIVING_KW "deriving",
        DO_KW "do",
        ELSE_KW "else",
        END_KW "end",
        EXTERN_KW "extern",
        FALSE_KW "false",
        FN_KW "fn",
        FOR_KW "for",
        IF_KW "if",
        IMPL_KW "impl",
        IMPORT_KW "import",
        IN_KW "in",
        INTERFACE_KW "interface",
        LET_KW "let",
        MATCH_KW "match",
        NOT_KW "not",
        OR_KW "or",
        PUB_KW "pub",
        RECEIVE_KW "receive",
        RETURN_KW "return",
        SERVICE_KW "service",
        STRUCT_KW "struct",
        SUPERVISOR_KW "supervisor",
        TRAIT_KW "trait",
        TRUE_KW "true",
        TYPE_KW "type",
        WHEN_KW "when",
        WHILE_KW "while",
    }
    contextual {
        AFTER_KW "after",
        CALL_KW "call",
        CAST_KW "cast",
        CHILD_KW "child",
        DEFERRED_KW "deferred",
        DESCRIBE_KW "describe",
        FROM_KW "from",
        FUN_KW "Fun",
        JSON_KW "json",
        OPAQUE_KW "opaque",
        PROPERTY_KW "property",
        RECEIVES_KW "receives",
        REPLIES_KW "replies",
        REPLY_KW "reply",
        SELF_KW "self",
        SETUP_KW "setup",
        SIGNAL_KW "signal",
        SPAWNED_KW "spawned",
        TEARDOWN_KW "teardown",
        TERMINATE_KW "terminate",
        TEST_KW "test",
        TIMEOUT_KW "timeout",
    }
    nodes {
        ERROR,
        SOURCE_FILE,
        NAME, NAME_REF, PATH,
        ATTR, IMPORT_ITEM, FROM_IMPORT_ITEM, IMPORT_NAME,
        FN_DEF, GENERIC_PARAM_LIST, GENERIC_PARAM, TYPE_BOUNDS, PARAM_LIST, PARAM, RET_TYPE,
        PROCESS_SPEC, RECEIVES, REPLIES, GUARD,
        STRUCT_DEF, FIELD_DEF, DERIVING, TYPE_DEF, VARIANT_LIST, VARIANT, VARIANT_FIELD_LIST, VARIANT_FIELD,
        CONST_DEF, INTERFACE_DEF, IMPL_DEF, IMPL_INTERFACE, ASSOC_TYPE,
        ACTOR_DEF, SERVICE_DEF, CALL_DEF, CAST_DEF, SIGNAL_DEF, TIMEOUT_DEF, TERMINATE_DEF,
        SUPERVISOR_DEF, SETTING, CHILD_DEF,
        TEST_ITEM, PROPERTY_ITEM, DESCRIBE_ITEM, SETUP_ITEM, TEARDOWN_ITEM,
        LET_STMT, LET_ELSE, BLOCK_EXPR, BLOCK_PARAMS,
        LITERAL, STRING_LIT, INTERPOLATION, REGEX_LIT,
        PATH_EXPR, PAREN_EXPR, TUPLE_EXPR, ASCRIBE_EXPR, LIST_EXPR, LIST_TAIL, MAP_EXPR, MAP_ENTRY,
        STRUCT_EXPR, STRUCT_BASE, STRUCT_EXPR_FIELD, JSON_EXPR, JSON_OBJECT, JSON_FIELD, JSON_KEY,
        CALL_EXPR, METHOD_CALL_EXPR, ARG_LIST, ARG, FIELD_EXPR, INDEX_EXPR, TRY_EXPR,
        PREFIX_EXPR, BIN_EXPR, RANGE_EXPR, PIPE_EXPR,
        IF_EXPR, ELSE_IF, ELSE, MATCH_EXPR, MATCH_ARM, RECEIVE_EXPR, AFTER_ARM, FOR_EXPR, WHILE_EXPR,
        RETURN_EXPR, BREAK_EXPR, CONTINUE_EXPR, CLOSURE_EXPR, CLOSURE_CLAUSE,
        WILDCARD_PAT, NAME_PAT, LITERAL_PAT, RANGE_PAT, PREFIX_PAT, CONSTRUCTOR_PAT, PAT_ARG_LIST, PAT_ARG,
        STRUCT_PAT, FIELD_PAT, TUPLE_PAT, PAREN_PAT, LIST_PAT, LIST_PAT_TAIL, CONS_PAT, OR_PAT, AS_PAT,
        PATH_TYPE, TYPE_ARG_LIST, TYPE_ARG, TUPLE_TYPE, PAREN_TYPE, FN_TYPE, TYPE_LIST, OPTION_TYPE, RESULT_TYPE,
    }
}

impl SyntaxKind {
    pub(crate) fn from_raw(raw: u16) -> Option<SyntaxKind> {
        Self::ALL.get(raw as usize).copied()
    }
}

/// The language, for the tree library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mesh {}

impl rowan::Language for Mesh {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::from_raw(raw.0).unwrap_or(ERROR)
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the tree.
pub type SyntaxNode = rowan::SyntaxNode<Mesh>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<Mesh>;
/// A node or a token.
pub type SyntaxElement = rowan::SyntaxElement<Mesh>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (at, &kind) in SyntaxKind::ALL.iter().enumerate() {
            assert_eq!(kind as usize, at);
        }
    }

    #[test]
    fn keywords_are_found_by_their_text() {
        assert_eq!(SyntaxKind::from_keyword("match"), Some(MATCH_KW));
        assert_eq!(SyntaxKind::from_keyword("self"), Some(SELF_KW));
        assert_eq!(SyntaxKind::from_keyword("matches"), None);
        assert!(MATCH_KW.is_reserved() && !MATCH_KW.is_contextual());
        assert!(SELF_KW.is_contextual() && !SELF_KW.is_reserved());
    }
}
