//! From a template's source to its tree.

mod ast;
mod lexer;
mod literal;
mod lookahead;
mod number;
mod parser;
mod pipeline;
mod token;

pub(crate) use ast::{Body, Choice, Command, Node, Operand, Pipe, Tree, Variable};
pub(crate) use number::Number;
pub(crate) use parser::parse;
