//! What a pattern says, as a tree that both dialects are read into.

use crate::charset::Class;

/// A part of a pattern. `back` parts, inside a look-behind, read the text from right to left;
/// the items of a sequence are in the order in which they are tried.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// The empty text.
    Empty,
    /// Never matches.
    Nothing,
    /// This very character.
    Char { c: char, back: bool },
    /// One character of a class.
    Class { class: Class, back: bool },
    /// One after the other.
    Sequence(Vec<Node>),
    /// The first that leads to a match.
    Either(Vec<Node>),
    /// `min` to `max` times, as often as possible or, `lazy`, as seldom as possible.
    Repeat {
        node: Box<Node>,
        min: u32,
        max: u32,
        lazy: bool,
    },
    /// Keeps what it took in a slot, counted from 0.
    Capture { slot: usize, node: Box<Node> },
    /// What a slot took last; fails where it took nothing yet.
    Again { slot: usize, fold: bool, back: bool },
    /// A place in the text.
    Place(Place),
    /// Whether the text goes on (or does not) like this, taking nothing.
    Look { node: Box<Node>, negative: bool },
    /// Takes what it takes first and does not try otherwise.
    Atomic(Box<Node>),
    /// The one where the slot took something, else the other.
    IfTaken {
        slot: usize,
        yes: Box<Node>,
        no: Box<Node>,
    },
    /// The one where the text goes on like the condition, else the other.
    IfLooks {
        condition: Box<Node>,
        yes: Box<Node>,
        no: Box<Node>,
    },
}

/// No upper limit of a repetition.
pub(crate) const UNLIMITED: u32 = i32::MAX as u32;

/// A place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Start,
    End,
    /// The end, or before a line feed that ends the text.
    EndOrLastLine,
    LineStart,
    LineEnd,
    WordEdge,
    NoWordEdge,
}

impl Node {
    /// One item as itself, several in a row.
    pub(crate) fn sequence(mut items: Vec<Self>) -> Self {
        match items.len() {
            1 => items.pop().unwrap_or(Self::Empty),
            0 => Self::Empty,
            _ => Self::Sequence(items),
        }
    }

    /// One item as itself, several as alternatives.
    pub(crate) fn either(mut items: Vec<Self>) -> Self {
        match items.len() {
            1 => items.pop().unwrap_or(Self::Nothing),
            0 => Self::Nothing,
            _ => Self::Either(items),
        }
    }

    /// Whether it may match without taking a character.
    pub(crate) fn is_nullable(&self) -> bool {
        match self {
            Self::Nothing | Self::Char { .. } | Self::Class { .. } => false,
            Self::Empty | Self::Again { .. } | Self::Place(_) | Self::Look { .. } => true,
            Self::Sequence(items) => items.iter().all(Self::is_nullable),
            Self::Either(items) => items.iter().any(Self::is_nullable),
            Self::Repeat { node, min, .. } => *min == 0 || node.is_nullable(),
            Self::Capture { node, .. } | Self::Atomic(node) => node.is_nullable(),
            Self::IfTaken { yes, no, .. } | Self::IfLooks { yes, no, .. } => {
                yes.is_nullable() || no.is_nullable()
            }
        }
    }
}

/// A parsed pattern.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) root: Node,
    /// How many slots its captures use.
    pub(crate) slots: usize,
}
