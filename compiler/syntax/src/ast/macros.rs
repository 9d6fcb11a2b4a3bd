//! The two shapes of a typed view: a node with accessors, and a choice between views.

/// `Name(KIND) { accessor: how }`: a view of nodes of one kind.
macro_rules! node {
    (
        $(#[$doc:meta])*
        $name:ident($kind:ident) { $($accessor:ident: $how:ident $what:ident $($nth:literal)?,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            syntax: SyntaxNode,
        }

        impl AstNode for $name {
            type Language = Mesh;

            fn can_cast(kind: SyntaxKind) -> bool {
                kind == SyntaxKind::$kind
            }

            fn cast(syntax: SyntaxNode) -> Option<Self> {
                (syntax.kind() == SyntaxKind::$kind).then_some($name { syntax })
            }

            fn syntax(&self) -> &SyntaxNode {
                &self.syntax
            }
        }

        impl $name {
            $(node!(@ $accessor $how $what $($nth)?);)*
        }
    };
    (@ $accessor:ident token $kind:ident) => {
        #[allow(missing_docs, reason = "the grammar above says what it is")]
        pub fn $accessor(&self) -> Option<SyntaxToken> {
            support::token(&self.syntax, SyntaxKind::$kind)
        }
    };
    (@ $accessor:ident child $what:ident) => {
        #[allow(missing_docs, reason = "the grammar above says what it is")]
        pub fn $accessor(&self) -> Option<$what> {
            support::child(&self.syntax)
        }
    };
    (@ $accessor:ident child $what:ident $nth:literal) => {
        #[allow(missing_docs, reason = "the grammar above says what it is")]
        pub fn $accessor(&self) -> Option<$what> {
            support::children(&self.syntax).nth($nth)
        }
    };
    (@ $accessor:ident children $what:ident) => {
        #[allow(missing_docs, reason = "the grammar above says what it is")]
        pub fn $accessor(&self) -> AstChildren<$what> {
            support::children(&self.syntax)
        }
    };
}

/// `Name { A, B }`: a view of whatever one of the listed views sees.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident,)* }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "a variant is the view of its name")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($variant($variant),)*
        }

        impl AstNode for $name {
            type Language = Mesh;

            fn can_cast(kind: SyntaxKind) -> bool {
                $($variant::can_cast(kind))||*
            }

            fn cast(syntax: SyntaxNode) -> Option<Self> {
                let kind = syntax.kind();
                $(if $variant::can_cast(kind) {
                    return $variant::cast(syntax).map($name::$variant);
                })*
                None
            }

            fn syntax(&self) -> &SyntaxNode {
                match self {
                    $($name::$variant(it) => it.syntax(),)*
                }
            }
        }

        $(impl From<$variant> for $name {
            fn from(it: $variant) -> $name {
                $name::$variant(it)
            }
        })*
    };
}

pub(crate) use choice;
pub(crate) use node;
