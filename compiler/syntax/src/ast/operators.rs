//! The operators of expressions.

use super::{
    AstNode, BinExpr, PipeExpr, PrefixExpr, RangeExpr, SyntaxKind, SyntaxNode, SyntaxToken, support,
};

/// What `BinExpr` does; the two spellings of a boolean operator are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinOp {
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `<>`, joins strings
    Join,
    /// `++`, joins lists
    Concat,
    /// `::`
    Cons,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `>`
    Gt,
    /// `<=`
    Le,
    /// `>=`
    Ge,
    /// `and`, `&&`
    And,
    /// `or`, `||`
    Or,
}

impl BinOp {
    /// The operator that a token is.
    pub fn from_kind(kind: SyntaxKind) -> Option<BinOp> {
        Some(match kind {
            SyntaxKind::STAR => BinOp::Mul,
            SyntaxKind::SLASH => BinOp::Div,
            SyntaxKind::PERCENT => BinOp::Rem,
            SyntaxKind::PLUS => BinOp::Add,
            SyntaxKind::MINUS => BinOp::Sub,
            SyntaxKind::LT_GT => BinOp::Join,
            SyntaxKind::PLUS2 => BinOp::Concat,
            SyntaxKind::COLON2 => BinOp::Cons,
            SyntaxKind::EQ2 => BinOp::Eq,
            SyntaxKind::NEQ => BinOp::Ne,
            SyntaxKind::LT => BinOp::Lt,
            SyntaxKind::GT => BinOp::Gt,
            SyntaxKind::LT_EQ => BinOp::Le,
            SyntaxKind::GT_EQ => BinOp::Ge,
            SyntaxKind::AND_KW | SyntaxKind::AMP2 => BinOp::And,
            SyntaxKind::OR_KW | SyntaxKind::PIPE2 => BinOp::Or,
            _ => return None,
        })
    }
}

/// What `PrefixExpr` does; the two spellings of negation are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrefixOp {
    /// `-`
    Neg,
    /// `!`, `not`
    Not,
}

/// Where a pipe puts its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PipeOp {
    /// `|>`: before the first argument.
    First,
    /// `|2>`: before the second.
    Second,
}

fn operator<T>(
    node: &SyntaxNode,
    of: impl Fn(SyntaxKind) -> Option<T>,
) -> Option<(T, SyntaxToken)> {
    let token = support::tokens(node, |kind| of(kind).is_some()).next()?;
    Some((of(token.kind())?, token))
}

impl BinExpr {
    /// The operator and its token.
    pub fn op(&self) -> Option<(BinOp, SyntaxToken)> {
        operator(self.syntax(), BinOp::from_kind)
    }
}

impl PrefixExpr {
    /// The operator and its token.
    pub fn op(&self) -> Option<(PrefixOp, SyntaxToken)> {
        operator(self.syntax(), |kind| match kind {
            SyntaxKind::MINUS => Some(PrefixOp::Neg),
            SyntaxKind::BANG | SyntaxKind::NOT_KW => Some(PrefixOp::Not),
            _ => None,
        })
    }
}

impl PipeExpr {
    /// The operator and its token.
    pub fn op(&self) -> Option<(PipeOp, SyntaxToken)> {
        operator(self.syntax(), |kind| match kind {
            SyntaxKind::PIPE_GT => Some(PipeOp::First),
            SyntaxKind::PIPE_2_GT => Some(PipeOp::Second),
            _ => None,
        })
    }
}

impl RangeExpr {
    /// Whether the end is part of it (`..=`), and the operator's token.
    pub fn op(&self) -> Option<(bool, SyntaxToken)> {
        operator(self.syntax(), inclusive)
    }
}

impl super::RangePat {
    /// Whether the end is part of it (`..=`), and the operator's token.
    pub fn op(&self) -> Option<(bool, SyntaxToken)> {
        operator(self.syntax(), inclusive)
    }
}

fn inclusive(kind: SyntaxKind) -> Option<bool> {
    match kind {
        SyntaxKind::DOT2 => Some(false),
        SyntaxKind::DOT2_EQ => Some(true),
        _ => None,
    }
}
