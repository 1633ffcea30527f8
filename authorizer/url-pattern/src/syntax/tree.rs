//! The syntax tree of a pattern. Both dialects are parsed into it.

use super::class::Class;

/// A node of the syntax tree.
///
/// A node with `backward` stands inside a look-behind and matches from right to left. The items of a
/// [`Node::Concat`] are in the order in which they are matched, which is from right to left there too.
#[derive(Debug, Clone)]
pub enum Node {
    /// Matches the empty string.
    Empty,
    /// Never matches.
    Never,
    /// Matches one character.
    Char {
        /// The character.
        c: char,
        /// Matches from right to left.
        backward: bool,
    },
    /// Matches any one character of a class.
    Class {
        /// The characters.
        class: Class,
        /// Matches from right to left.
        backward: bool,
    },
    /// Matches the items one after the other.
    Concat(Vec<Node>),
    /// Matches one of the items; the first that leads to a match of the whole pattern wins.
    Alternation(Vec<Node>),
    /// Matches the node `min` to `max` times.
    Repetition {
        /// What is repeated.
        node: Box<Node>,
        /// The fewest repetitions.
        min: u32,
        /// The most repetitions; [`UNLIMITED`] is no limit.
        max: u32,
        /// Prefers few repetitions over many.
        lazy: bool,
    },
    /// A capture group.
    Capture {
        /// The group's index among all groups.
        slot: usize,
        /// What the group captures.
        node: Box<Node>,
    },
    /// Matches what a group captured last; fails if it captured nothing yet.
    Backreference {
        /// The group's slot.
        slot: usize,
        /// Ignores case.
        fold: bool,
        /// Matches from right to left.
        backward: bool,
    },
    /// A condition on the position; consumes nothing.
    Assertion(Assertion),
    /// Matches if the node does (or, `negative`, does not) match here; consumes nothing. A look-behind
    /// is one whose nodes are `backward`.
    Lookaround {
        /// The condition.
        node: Box<Node>,
        /// Whether the condition must not match.
        negative: bool,
    },
    /// An atomic group: the first match of the node is final, there is no backtracking into it.
    Atomic(Box<Node>),
    /// `(?(1)yes|no)`: `yes` if the group captured something, else `no`.
    IfCaptured {
        /// The group's slot.
        slot: usize,
        /// Matched if it captured something.
        yes: Box<Node>,
        /// Matched otherwise.
        no: Box<Node>,
    },
    /// `(?(condition)yes|no)`: `yes` if the condition matches here, else `no`.
    IfMatches {
        /// A look-ahead, which consumes nothing.
        condition: Box<Node>,
        /// Matched if the condition matches.
        yes: Box<Node>,
        /// Matched otherwise.
        no: Box<Node>,
    },
}

/// No upper limit of a repetition.
pub const UNLIMITED: u32 = i32::MAX as u32;

/// A zero-width condition on the position in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assertion {
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// The end of the text, or before a line feed that ends it.
    EndOrFinalLineFeed,
    /// The start of the text or of a line.
    LineStart,
    /// The end of the text or of a line.
    LineEnd,
    /// Between a word character and another.
    WordBoundary,
    /// Anywhere but at a word boundary.
    NotWordBoundary,
}

impl Node {
    /// A concatenation; a single item stands for itself.
    pub(crate) fn concat(mut items: Vec<Self>) -> Self {
        match items.len() {
            1 => items.pop().unwrap_or(Self::Empty),
            0 => Self::Empty,
            _ => Self::Concat(items),
        }
    }

    /// An alternation; a single item stands for itself.
    pub(crate) fn alternation(mut items: Vec<Self>) -> Self {
        match items.len() {
            1 => items.pop().unwrap_or(Self::Never),
            0 => Self::Never,
            _ => Self::Alternation(items),
        }
    }

    /// Whether the node may match without consuming a character.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        match self {
            Self::Never | Self::Char { .. } | Self::Class { .. } => false,
            Self::Empty
            | Self::Backreference { .. }
            | Self::Assertion(_)
            | Self::Lookaround { .. } => true,
            Self::Concat(items) => items.iter().all(Self::is_nullable),
            Self::Alternation(items) => items.iter().any(Self::is_nullable),
            Self::Repetition { node, min, .. } => *min == 0 || node.is_nullable(),
            Self::Capture { node, .. } | Self::Atomic(node) => node.is_nullable(),
            Self::IfCaptured { yes, no, .. } | Self::IfMatches { yes, no, .. } => {
                yes.is_nullable() || no.is_nullable()
            }
        }
    }
}

/// A parsed pattern.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The whole pattern.
    pub root: Node,
    /// How many capture groups the pattern has.
    pub slots: usize,
}
