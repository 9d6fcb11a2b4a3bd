//! Builds the immutable tree from the leaves up.
//!
//! The tree library's own builder looks every token and small node up in a hash table that grows with the file. Here
//! operators and keywords have a slot each, other short texts and nodes with one child a slot by their hash, which the
//! next one with that hash takes over: nearly as much is shared, for a fraction of the time.

use crate::kind::SyntaxKind;
use rowan::{GreenNode, GreenNodeData, GreenToken, GreenTokenData, NodeOrToken};

type Element = NodeOrToken<GreenNode, GreenToken>;

const TEXTS: usize = 1 << 10;
const NODES: usize = 1 << 9;
const LONGEST_SHARED: usize = 32;
const FIRST_FIXED: u16 = SyntaxKind::L_PAREN as u16;
// The first kind of a node follows the last keyword.
const LAST_FIXED: u16 = SyntaxKind::ERROR as u16 - 1;

pub(crate) struct Builder {
    /// The kinds of the open nodes, and where their children begin.
    open: Vec<(SyntaxKind, usize)>,
    children: Vec<Element>,
    fixed: Vec<Option<GreenToken>>,
    texts: Vec<Option<GreenToken>>,
    nodes: Vec<Option<GreenNode>>,
}

fn raw(kind: SyntaxKind) -> rowan::SyntaxKind {
    rowan::SyntaxKind(kind as u16)
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder {
            open: Vec::with_capacity(64),
            children: Vec::with_capacity(256),
            fixed: vec![None; (LAST_FIXED - FIRST_FIXED) as usize + 1],
            texts: vec![None; TEXTS],
            nodes: vec![None; NODES],
        }
    }

    pub(crate) fn start(&mut self, kind: SyntaxKind) {
        self.open.push((kind, self.children.len()));
    }

    pub(crate) fn token(&mut self, kind: SyntaxKind, text: &str) {
        let number = kind as u16;
        let token = if (FIRST_FIXED..=LAST_FIXED).contains(&number) {
            let slot = &mut self.fixed[(number - FIRST_FIXED) as usize];
            slot.get_or_insert_with(|| GreenToken::new(raw(kind), text))
                .clone()
        } else if text.len() <= LONGEST_SHARED {
            let slot = &mut self.texts[text_slot(number, text.as_bytes())];
            match slot {
                Some(token) if token.kind() == raw(kind) && token.text() == text => token.clone(),
                _ => slot.insert(GreenToken::new(raw(kind), text)).clone(),
            }
        } else {
            GreenToken::new(raw(kind), text)
        };
        self.children.push(NodeOrToken::Token(token));
    }

    pub(crate) fn finish_node(&mut self) {
        let Some((kind, first)) = self.open.pop() else {
            return;
        };
        let node = match &self.children[first..] {
            [only] => {
                let slot = &mut self.nodes[node_slot(kind, address(only))];
                match slot {
                    Some(node) if node.kind() == raw(kind) && holds(node, only) => {
                        let node = node.clone();
                        self.children.truncate(first);
                        node
                    }
                    _ => slot
                        .insert(GreenNode::new(raw(kind), self.children.drain(first..)))
                        .clone(),
                }
            }
            _ => GreenNode::new(raw(kind), self.children.drain(first..)),
        };
        self.children.push(NodeOrToken::Node(node));
    }

    /// The root, once every node is finished.
    pub(crate) fn finish(mut self) -> GreenNode {
        match self.children.pop() {
            Some(NodeOrToken::Node(root)) => root,
            _ => GreenNode::new(raw(SyntaxKind::SOURCE_FILE), []),
        }
    }
}

fn text_slot(kind: u16, text: &[u8]) -> usize {
    let mut hash = u64::from(kind) ^ text.len() as u64;
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    let rest = chunks
        .remainder()
        .iter()
        .fold(0u64, |word, &byte| (word << 8) | u64::from(byte));
    hash = (hash.rotate_left(5) ^ rest).wrapping_mul(0x517c_c1b7_2722_0a95);
    (hash >> 40) as usize % TEXTS
}

fn node_slot(kind: SyntaxKind, child: usize) -> usize {
    let hash = (child as u64 ^ ((kind as u64) << 48)).wrapping_mul(0x517c_c1b7_2722_0a95);
    (hash >> 40) as usize % NODES
}

fn address(element: &Element) -> usize {
    match element {
        NodeOrToken::Node(node) => (&**node as *const GreenNodeData).addr(),
        NodeOrToken::Token(token) => (&**token as *const GreenTokenData).addr(),
    }
}

/// Whether the one child of a node is this very element.
fn holds(node: &GreenNode, element: &Element) -> bool {
    let child = node.children().next().map(|child| match child {
        NodeOrToken::Node(node) => (node as *const GreenNodeData).addr(),
        NodeOrToken::Token(token) => (token as *const GreenTokenData).addr(),
    });
    child == Some(address(element))
}
