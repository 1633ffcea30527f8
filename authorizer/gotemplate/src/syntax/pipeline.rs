//! Pipelines, commands and operands.

use std::sync::Arc;

use super::ast::{Command, Operand, Pipe, Variable};
use super::literal::{unquote, unquote_char, unquote_raw};
use super::number::Number;
use super::parser::{Fault, MAX_NESTING, Parser};
use super::token::{Keyword, Token};
use crate::functions;

impl<'s> Parser<'s> {
    /// A pipeline with its declarations, up to and with `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: &Token<'s>) -> Result<Pipe, Fault> {
        let mut variables: Vec<Variable> = Vec::new();
        let mut assigns = false;
        while let Token::Variable(name) = *self.peek_behind_blanks(0)? {
            self.skip_blanks()?;
            match self.peek_behind_blanks(1)? {
                operator @ (Token::Assign | Token::Declare) => {
                    assigns = *operator == Token::Assign;
                    self.next()?;
                    self.next_solid()?;
                    variables.push(self.declare(name)?);
                    break;
                }
                Token::Other(',') => {
                    self.next()?;
                    self.next_solid()?;
                    variables.push(self.declare(name)?);
                    if context != "range" || variables.len() > 1 {
                        return self.fail(format!("too many variables in `{context}`"));
                    }
                    let next = self.peek_behind_blanks(0)?;
                    if !matches!(next, Token::Variable(_) | Token::Close | Token::CloseParen) {
                        return self.fail("`range` can only declare variables");
                    }
                }
                _ => break,
            }
        }
        let line = self.line;
        let mut commands = Vec::new();
        loop {
            let next = self.peek_behind_blanks(0)?.clone();
            match next {
                _ if next == *end => {
                    self.next_solid()?;
                    break;
                }
                Token::Bool(_)
                | Token::Char(_)
                | Token::Dot
                | Token::Field(_)
                | Token::Identifier(_)
                | Token::Number(_)
                | Token::Keyword(Keyword::Nil)
                | Token::Raw(_)
                | Token::Quoted(_)
                | Token::Variable(_)
                | Token::OpenParen => commands.push(self.command()?),
                other => {
                    self.next_solid()?;
                    return self.unexpected(&other, context);
                }
            }
        }
        if commands.is_empty() {
            return self.fail(format!("{context} needs a value"));
        }
        let constant = commands.iter().skip(1).any(|command: &Command| {
            matches!(
                command.head,
                Operand::Bool(_)
                    | Operand::Dot
                    | Operand::Nil
                    | Operand::Number(_)
                    | Operand::Text(_)
            )
        });
        if constant {
            return self.fail("only the first step of a pipeline can be a constant or `.`");
        }
        Ok(Pipe {
            line,
            variables,
            assigns,
            commands,
        })
    }

    fn declare(&mut self, name: &'s str) -> Result<Variable, Fault> {
        self.variables.push(name);
        Ok(Arc::from(name))
    }

    /// Operands up to `|` or the end of the pipeline, which stays.
    fn command(&mut self) -> Result<Command, Fault> {
        let mut operands = Vec::new();
        loop {
            self.skip_blanks()?;
            if let Some(operand) = self.operand()? {
                operands.push(operand);
            }
            match self.peek(0)? {
                Token::Space => continue,
                Token::Close | Token::CloseParen => {}
                Token::Pipe => {
                    self.next()?;
                }
                _ => {
                    let token = self.next()?;
                    return self.unexpected(&token, "an operand");
                }
            }
            break;
        }
        let mut operands = operands.into_iter();
        match operands.next() {
            Some(head) => Ok(Command {
                head,
                args: operands.collect(),
            }),
            None => self.fail("a step of the pipeline is empty"),
        }
    }

    /// A term and the fields behind it.
    fn operand(&mut self) -> Result<Option<Operand>, Fault> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        let mut fields: Vec<Box<str>> = Vec::new();
        while let Token::Field(name) = *self.peek(0)? {
            self.next()?;
            fields.push(name.into());
        }
        if fields.is_empty() {
            return Ok(Some(term));
        }
        Ok(Some(match term {
            Operand::Field(mut names) => {
                names.append(&mut fields);
                Operand::Field(names)
            }
            Operand::Variable(variable, mut names) => {
                names.append(&mut fields);
                Operand::Variable(variable, names)
            }
            Operand::Bool(_)
            | Operand::Text(_)
            | Operand::Number(_)
            | Operand::Nil
            | Operand::Dot => return self.fail("a constant has no fields"),
            other => Operand::Chain(Box::new(other), fields),
        }))
    }

    fn term(&mut self) -> Result<Option<Operand>, Fault> {
        let token = self.peek_behind_blanks(0)?.clone();
        let operand = match token {
            Token::Identifier(name) => {
                let function = functions::find(name).map_err(|reason| {
                    let line = self.ahead.front().map_or(self.line, |located| located.line);
                    (line, reason)
                })?;
                Operand::Function(function)
            }
            Token::Dot => Operand::Dot,
            Token::Keyword(Keyword::Nil) => Operand::Nil,
            Token::Variable(name) => {
                if !self.variables.contains(&name) {
                    return self.fail(format!("the variable `{name}` is not declared"));
                }
                Operand::Variable(name.into(), Vec::new())
            }
            Token::Field(name) => Operand::Field(vec![name.into()]),
            Token::Bool(value) => Operand::Bool(value),
            Token::Char(quoted) => Operand::Number(Number::character(
                unquote_char(quoted).map_err(|reason| (self.line, reason))?,
            )),
            Token::Number(text) => {
                Operand::Number(Number::parse(text).map_err(|reason| (self.line, reason))?)
            }
            Token::Quoted(quoted) => {
                Operand::Text(unquote(quoted).map_err(|reason| (self.line, reason))?)
            }
            Token::Raw(raw) => Operand::Text(unquote_raw(raw)),
            Token::OpenParen => {
                self.next_solid()?;
                self.nesting += 1;
                if self.nesting > MAX_NESTING {
                    return self.fail(format!("parentheses nest deeper than {MAX_NESTING} levels"));
                }
                let pipe = self.pipeline("a parenthesis", &Token::CloseParen)?;
                self.nesting -= 1;
                return Ok(Some(Operand::Pipe(Box::new(pipe))));
            }
            _ => return Ok(None),
        };
        self.next_solid()?;
        Ok(Some(operand))
    }
}
