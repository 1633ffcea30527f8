//! Builds a template's tree by Go's grammar.

use std::collections::{HashMap, VecDeque};

use super::ast::{Body, Choice, Node, Tree};
use super::lexer::{Lexer, Located};
use super::literal::{unquote, unquote_raw};
use super::token::{Keyword, Token};
use crate::ParseError;

/// How deep control structures and parentheses may nest: what follows them recurses.
pub(super) const MAX_NESTING: usize = 100;

/// A line and what is wrong there.
pub(super) type Fault = (usize, String);

/// Parses a template.
///
/// # Errors
///
/// The first mistake in the source.
pub(crate) fn parse(name: &str, source: &str) -> Result<Tree, ParseError> {
    let parser = Parser {
        lexer: Lexer::new(source),
        ahead: VecDeque::new(),
        variables: vec!["$"],
        defined: HashMap::new(),
        ranges: 0,
        nesting: 0,
        line: 1,
    };
    parser.template(name).map_err(|(line, reason)| ParseError {
        name: name.into(),
        line,
        reason,
    })
}

pub(super) struct Parser<'s> {
    pub(super) lexer: Lexer<'s>,
    pub(super) ahead: VecDeque<Located<'s>>,
    /// The variables declared so far, by scope.
    pub(super) variables: Vec<&'s str>,
    defined: HashMap<Box<str>, Body>,
    /// How many `range`s are open.
    ranges: usize,
    pub(super) nesting: usize,
    /// The line of the token read last.
    pub(super) line: usize,
}

/// What ends a list of nodes.
#[derive(PartialEq)]
enum Ending {
    End,
    Else,
}

impl<'s> Parser<'s> {
    fn template(mut self, name: &str) -> Result<Tree, Fault> {
        let mut root = Body::new();
        loop {
            let next = self.peek(0)?.clone();
            if next == Token::End {
                break;
            }
            let define = Token::Keyword(Keyword::Define);
            if next == Token::Open && *self.peek_behind_blanks(1)? == define {
                self.next()?;
                self.next_solid()?;
                self.definition()?;
                continue;
            }
            match self.text_or_action()? {
                Ok(node) => root.push(node),
                Err(Ending::End) => return self.fail("unexpected `{{end}}`"),
                Err(Ending::Else) => return self.fail("unexpected `{{else}}`"),
            }
        }
        if let Some(body) = self.defined.remove(name) {
            if !is_blank(&root) && !is_blank(&body) {
                return self.fail(format!("the template `{name}` is defined twice"));
            }
            if is_blank(&root) {
                root = body;
            }
        }
        Ok(Tree {
            root,
            defined: self.defined,
        })
    }

    /// `{{define "name"}}…{{end}}`, from behind the keyword.
    fn definition(&mut self) -> Result<(), Fault> {
        let name = self.template_name("define")?;
        self.expect_close("define")?;
        self.define(name)
    }

    /// Reads a template's body up to its `{{end}}` and keeps it under `name`.
    fn define(&mut self, name: Box<str>) -> Result<(), Fault> {
        let variables = std::mem::replace(&mut self.variables, vec!["$"]);
        let ranges = std::mem::take(&mut self.ranges);
        let (body, ending) = self.list()?;
        if ending == Ending::Else {
            return self.fail(format!(
                "unexpected `{{{{else}}}}` in the template `{name}`"
            ));
        }
        self.variables = variables;
        self.ranges = ranges;
        match self.defined.get(&name) {
            Some(known) if !is_blank(known) => {
                if !is_blank(&body) {
                    return self.fail(format!("the template `{name}` is defined twice"));
                }
            }
            _ => {
                self.defined.insert(name, body);
            }
        }
        Ok(())
    }

    /// Nodes up to `{{end}}` or `{{else}}`.
    fn list(&mut self) -> Result<(Body, Ending), Fault> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.fail(format!(
                "control structures nest deeper than {MAX_NESTING} levels"
            ));
        }
        let mut body = Body::new();
        let ending = loop {
            if *self.peek_behind_blanks(0)? == Token::End {
                return self.fail("a control structure isn't closed with `{{end}}`");
            }
            match self.text_or_action()? {
                Ok(node) => body.push(node),
                Err(ending) => break ending,
            }
        };
        self.nesting -= 1;
        Ok((body, ending))
    }

    fn text_or_action(&mut self) -> Result<Result<Node, Ending>, Fault> {
        match self.next_solid()? {
            Token::Text(text) => Ok(Ok(Node::Text(text.into()))),
            Token::Open => self.action(),
            other => self.unexpected(&other, "the template"),
        }
    }

    fn action(&mut self) -> Result<Result<Node, Ending>, Fault> {
        let Token::Keyword(keyword) = *self.peek_behind_blanks(0)? else {
            return Ok(Ok(Node::Action(self.pipeline("an action", &Token::Close)?)));
        };
        if matches!(keyword, Keyword::Nil | Keyword::Define) {
            return Ok(Ok(Node::Action(self.pipeline("an action", &Token::Close)?)));
        }
        self.next_solid()?;
        Ok(Ok(match keyword {
            Keyword::End => {
                self.expect_close("end")?;
                return Ok(Err(Ending::End));
            }
            Keyword::Else => {
                // `{{else if` and `{{else with` are finished by whoever reads the list.
                let next = self.peek_behind_blanks(0)?;
                if !matches!(next, Token::Keyword(Keyword::If | Keyword::With)) {
                    self.expect_close("else")?;
                }
                return Ok(Err(Ending::Else));
            }
            Keyword::If => self.choice(Choice::If)?,
            Keyword::With => self.choice(Choice::With)?,
            Keyword::Range => self.range()?,
            Keyword::Break | Keyword::Continue => {
                let (word, node) = match keyword {
                    Keyword::Break => ("break", Node::Break),
                    _ => ("continue", Node::Continue),
                };
                self.expect_close(word)?;
                if self.ranges == 0 {
                    return self.fail(format!("`{{{{{word}}}}}` stands outside a `range`"));
                }
                node
            }
            Keyword::Block => {
                let line = self.line;
                let name = self.template_name("block")?;
                let pipe = self.pipeline("block", &Token::Close)?;
                self.define(name.clone())?;
                Node::Template {
                    name,
                    pipe: Some(pipe),
                    line,
                }
            }
            Keyword::Template => {
                let line = self.line;
                let name = self.template_name("template")?;
                let pipe = if *self.peek_behind_blanks(0)? == Token::Close {
                    self.next_solid()?;
                    None
                } else {
                    Some(self.pipeline("template", &Token::Close)?)
                };
                Node::Template { name, pipe, line }
            }
            Keyword::Nil | Keyword::Define => return self.fail("unexpected keyword"),
        }))
    }

    /// `if` or `with` behind its keyword, with every `else if` or `else with`.
    fn choice(&mut self, kind: Choice) -> Result<Node, Fault> {
        let (word, same) = match kind {
            Choice::If => ("if", Keyword::If),
            Choice::With => ("with", Keyword::With),
        };
        let scope = self.variables.len();
        let mut arms = Vec::new();
        let mut otherwise = Body::new();
        loop {
            let pipe = self.pipeline(word, &Token::Close)?;
            let (body, ending) = self.list()?;
            arms.push((pipe, body));
            if ending == Ending::End {
                break;
            }
            if *self.peek_behind_blanks(0)? == Token::Keyword(same) {
                self.next_solid()?;
                continue;
            }
            let (body, ending) = self.list()?;
            if ending == Ending::Else {
                return self.fail("expected `{{end}}`, found a second `{{else}}`");
            }
            otherwise = body;
            break;
        }
        self.variables.truncate(scope);
        Ok(Node::Choice {
            kind,
            arms,
            otherwise,
        })
    }

    fn range(&mut self) -> Result<Node, Fault> {
        let scope = self.variables.len();
        let pipe = self.pipeline("range", &Token::Close)?;
        self.ranges += 1;
        let (body, ending) = self.list()?;
        self.ranges -= 1;
        let mut otherwise = Body::new();
        if ending == Ending::Else {
            let (body, ending) = self.list()?;
            if ending == Ending::Else {
                return self.fail("expected `{{end}}`, found a second `{{else}}`");
            }
            otherwise = body;
        }
        self.variables.truncate(scope);
        Ok(Node::Range {
            pipe,
            body,
            otherwise,
        })
    }

    fn template_name(&mut self, clause: &str) -> Result<Box<str>, Fault> {
        let value = match self.next_solid()? {
            Token::Quoted(quoted) => unquote(quoted).map_err(|reason| (self.line, reason))?,
            Token::Raw(raw) => unquote_raw(raw),
            other => return self.unexpected(&other, clause),
        };
        match value.as_str() {
            Some(name) => Ok(name.into()),
            None => self.fail("a template's name must be UTF-8"),
        }
    }

    fn expect_close(&mut self, clause: &str) -> Result<(), Fault> {
        match self.next_solid()? {
            Token::Close => Ok(()),
            other => self.unexpected(&other, clause),
        }
    }

    pub(super) fn unexpected<T>(&self, token: &Token<'_>, context: &str) -> Result<T, Fault> {
        self.fail(format!("unexpected {} in {context}", token.describe()))
    }

    pub(super) fn fail<T>(&self, reason: impl Into<String>) -> Result<T, Fault> {
        Err((self.line, reason.into()))
    }
}

/// Whether a body writes nothing but blanks: such a definition may be replaced.
fn is_blank(body: &Body) -> bool {
    body.iter()
        .all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()))
}
