//! A parsed template: what is walked on each rendering.

use std::collections::HashMap;
use std::sync::Arc;

use super::number::Number;
use crate::Value;
use crate::functions::Function;

/// A sequence of nodes.
pub(crate) type Body = Vec<Node>;

/// A template with everything it defines.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) root: Body,
    pub(crate) defined: HashMap<Box<str>, Body>,
}

/// A piece of a template.
#[derive(Debug)]
pub(crate) enum Node {
    /// Text to be written as it is.
    Text(Box<str>),
    /// A pipeline whose value is written, unless it declares or assigns.
    Action(Pipe),
    /// `if` or `with` with its `else if`s: the first arm that holds is walked.
    Choice {
        kind: Choice,
        arms: Vec<(Pipe, Body)>,
        otherwise: Body,
    },
    /// `range`
    Range {
        pipe: Pipe,
        body: Body,
        otherwise: Body,
    },
    /// `template` (and `block`, whose body is defined apart).
    Template {
        name: Box<str>,
        pipe: Option<Pipe>,
        line: usize,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
}

/// What a choice does with the value it tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Nothing.
    If,
    /// Makes it the dot.
    With,
}

/// A variable's name, `$` included. Names are compared as a whole, so they are kept short.
pub(crate) type Variable = Arc<str>;

/// Commands, each of which gets the value of the one before as its last argument.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) line: usize,
    /// The variables that get the value.
    pub(crate) variables: Vec<Variable>,
    /// Whether the variables are assigned to (`=`) rather than declared (`:=`).
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// An operand and its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) head: Operand,
    pub(crate) args: Vec<Operand>,
}

/// A single value.
#[derive(Debug)]
pub(crate) enum Operand {
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    Text(Value),
    /// `.a.b`
    Field(Vec<Box<str>>),
    /// `$x.a.b`
    Variable(Variable, Vec<Box<str>>),
    /// `(…).a.b`, or fields of a function's result.
    Chain(Box<Operand>, Vec<Box<str>>),
    /// `(…)`
    Pipe(Box<Pipe>),
    Function(&'static Function),
}
