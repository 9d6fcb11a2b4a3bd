//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.

use crate::ast::macros::node;
use crate::ast::*;

node! {
    /// ```text
    /// Name = 'IDENT' | 'TYPE_IDENT'
    /// ```
    Name(NAME) {}
}

node! {
    /// ```text
    /// NameRef = 'IDENT' | 'TYPE_IDENT'
    /// ```
    NameRef(NAME_REF) {}
}

node! {
    /// ```text
    /// Path = ('IDENT' | 'TYPE_IDENT') ('.' ('IDENT' | 'TYPE_IDENT'))*
    /// ```
    Path(PATH) {}
}
