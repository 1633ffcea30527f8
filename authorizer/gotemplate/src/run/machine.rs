//! Walks a tree's nodes and evaluates its pipelines.

use super::context::Context;
use crate::Value;
use crate::functions::RegexCache;
use crate::syntax::{Body, Choice, Command, Node, Number, Operand, Pipe, Tree, Variable};

/// How deep templates, control structures and parentheses may nest when they run: each level
/// takes up stack.
const MAX_DEPTH: usize = 200;

/// Room for what most templates make, in bytes.
const USUAL_LENGTH: usize = 128;

/// A value as Go's `reflect` sees it: `None` is an absent value, which has every field, while
/// `Some(Value::Nil)` is an interface holding nil, which has none.
pub(super) type Slot = Option<Value>;

/// The reason why a rendering ends.
pub(super) type Fault = String;

/// What to do behind a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

/// What becomes of line breaks in the template's own text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// They stay.
    Keep,
    /// They become blanks.
    Blank,
    /// They are left out.
    Drop,
}

/// What a template made of its data.
pub(crate) struct Rendered {
    pub(crate) bytes: Vec<u8>,
    /// How many bytes at the start are the template's own text, before the data brought any.
    pub(crate) own_start: usize,
    /// Where the template's own text at the end begins.
    pub(crate) own_end: usize,
}

/// One rendering.
pub(crate) struct Machine<'t> {
    name: &'t str,
    tree: &'t Tree,
    pub(super) context: Context<'t>,
    /// The variables of all templates being walked; those below `base` are a caller's.
    variables: Vec<(&'t str, Slot)>,
    base: usize,
    depth: usize,
    /// The line being evaluated, for errors.
    line: usize,
    out: Vec<u8>,
    breaks: Breaks,
    /// Where the first text that the data brought begins, and where the last one ends.
    brought: Option<(usize, usize)>,
}

impl<'t> Machine<'t> {
    /// Renders a tree called `name`.
    ///
    /// # Errors
    ///
    /// The line and what went wrong there.
    pub(crate) fn run(
        name: &'t str,
        tree: &'t Tree,
        regexes: &'t RegexCache,
        data: &Value,
        breaks: Breaks,
    ) -> Result<Rendered, (usize, String)> {
        let mut machine = Self {
            name,
            tree,
            context: Context::new(regexes),
            variables: Vec::new(),
            base: 0,
            depth: 0,
            line: 1,
            out: Vec::with_capacity(USUAL_LENGTH),
            breaks,
            brought: None,
        };
        let dot = solid(Some(data.clone()));
        machine.variables.push(("$", dot.clone()));
        match machine.walk(&dot, &tree.root) {
            Ok(_) => {
                let length = machine.out.len();
                let (own_start, own_end) = machine.brought.unwrap_or((length, 0));
                Ok(Rendered {
                    bytes: machine.out,
                    own_start,
                    own_end,
                })
            }
            Err(reason) => Err((machine.line, reason)),
        }
    }

    pub(super) fn walk(&mut self, dot: &Slot, body: &'t Body) -> Result<Flow, Fault> {
        self.enter()?;
        for node in body {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                self.depth -= 1;
                return Ok(flow);
            }
        }
        self.depth -= 1;
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Slot, node: &'t Node) -> Result<Flow, Fault> {
        self.context.step()?;
        match node {
            Node::Text(text) => {
                self.context.charge(text.len())?;
                match self.breaks {
                    Breaks::Keep => self.out.extend_from_slice(text.as_bytes()),
                    Breaks::Drop => self
                        .out
                        .extend(text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n'))),
                    Breaks::Blank => self.out.extend(text.bytes().map(|byte| match byte {
                        b'\r' | b'\n' => b' ',
                        byte => byte,
                    })),
                }
                Ok(Flow::Next)
            }
            Node::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.variables.is_empty() {
                    self.print(&value)?;
                }
                Ok(Flow::Next)
            }
            Node::Choice {
                kind,
                arms,
                otherwise,
            } => self.choice(dot, *kind, arms, otherwise),
            Node::Range {
                pipe,
                body,
                otherwise,
            } => self.range(dot, pipe, body, otherwise),
            Node::Template { name, pipe, line } => self.template(dot, name, pipe.as_ref(), *line),
            Node::Break => Ok(Flow::Break),
            Node::Continue => Ok(Flow::Continue),
        }
    }

    fn print(&mut self, value: &Slot) -> Result<(), Fault> {
        let begin = self.out.len();
        match value {
            None => self.out.extend_from_slice(b"<no value>"),
            Some(value) => self.context.print_to(&mut self.out, value)?,
        }
        let end = self.out.len();
        if end > begin {
            self.brought = Some((self.brought.map_or(begin, |(first, _)| first), end));
        }
        Ok(())
    }

    fn choice(
        &mut self,
        dot: &Slot,
        kind: Choice,
        arms: &'t [(Pipe, Body)],
        otherwise: &'t Body,
    ) -> Result<Flow, Fault> {
        let scope = self.variables.len();
        for (pipe, body) in arms {
            let value = self.pipeline(dot, pipe)?;
            if value.as_ref().is_some_and(Value::truthy) {
                let flow = match kind {
                    Choice::If => self.walk(dot, body),
                    Choice::With => self.walk(&value, body),
                }?;
                self.variables.truncate(scope);
                return Ok(flow);
            }
        }
        let flow = self.walk(dot, otherwise)?;
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn template(
        &mut self,
        dot: &Slot,
        name: &str,
        pipe: Option<&'t Pipe>,
        line: usize,
    ) -> Result<Flow, Fault> {
        self.line = line;
        let tree = self.tree;
        let body = match tree.defined.get(name) {
            Some(body) => body,
            None if name == self.name => &tree.root,
            None => return Err(format!("the template `{name}` is not defined")),
        };
        let dot = match pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => None,
        };
        let scope = self.variables.len();
        let base = std::mem::replace(&mut self.base, scope);
        self.variables.push(("$", dot.clone()));
        self.walk(&dot, body)?;
        self.variables.truncate(scope);
        self.base = base;
        Ok(Flow::Next)
    }

    /// A pipeline's value, which its variables get too.
    pub(super) fn pipeline(&mut self, dot: &Slot, pipe: &'t Pipe) -> Result<Slot, Fault> {
        self.enter()?;
        self.line = pipe.line;
        let mut value = None;
        let mut last: Option<Slot> = None;
        for command in &pipe.commands {
            value = solid(self.command(dot, command, last.take())?);
            last = Some(value.clone());
        }
        for variable in &pipe.variables {
            if pipe.assigns {
                self.assign(variable, value.clone())?;
            } else {
                self.variables.push((variable, value.clone()));
            }
        }
        self.depth -= 1;
        Ok(value)
    }

    /// A command's value; `last` is what the command before gave, its last argument.
    fn command(
        &mut self,
        dot: &Slot,
        command: &'t Command,
        last: Option<Slot>,
    ) -> Result<Slot, Fault> {
        self.context.step()?;
        let args = &command.args;
        let plain = args.is_empty() && last.is_none();
        match &command.head {
            Operand::Field(names) => self.fields(dot, dot.clone(), names, args, last),
            Operand::Chain(inner, names) => {
                let receiver = self.receiver(dot, inner)?;
                self.fields(dot, receiver, names, args, last)
            }
            Operand::Variable(variable, names) if !names.is_empty() => {
                let receiver = self.variable(variable)?;
                self.fields(dot, receiver, names, args, last)
            }
            Operand::Function(function) => self.call(dot, function, args, last),
            _ if !plain => Err("only functions and methods take arguments".to_owned()),
            Operand::Variable(variable, _) => self.variable(variable),
            Operand::Pipe(pipe) => self.pipeline(dot, pipe),
            Operand::Dot => self.current(dot.clone()),
            Operand::Nil => Err("`nil` is not a command".to_owned()),
            Operand::Bool(value) => Ok(Some(Value::Bool(*value))),
            Operand::Number(number) => Ok(Some(ideal(number))),
            Operand::Text(text) => Ok(Some(text.clone())),
        }
    }

    /// The value of what stands before fields.
    pub(super) fn receiver(&mut self, dot: &Slot, operand: &'t Operand) -> Result<Slot, Fault> {
        match operand {
            Operand::Pipe(pipe) => self.pipeline(dot, pipe),
            Operand::Function(function) => self.call(dot, function, &[], None),
            _ => Err("only a parenthesis or a function's result has fields".to_owned()),
        }
    }

    pub(super) fn variable(&mut self, name: &Variable) -> Result<Slot, Fault> {
        let own = self.variables.get(self.base..).unwrap_or_default();
        let found = own.iter().rev().find(|(known, _)| **known == **name);
        let value = found
            .ok_or_else(|| format!("the variable `{name}` is not set"))?
            .1
            .clone();
        self.current(value)
    }

    pub(super) fn assign(&mut self, name: &Variable, value: Slot) -> Result<(), Fault> {
        let own = self.variables.get_mut(self.base..).unwrap_or_default();
        match own.iter_mut().rev().find(|(known, _)| **known == **name) {
            Some(found) => {
                found.1 = value;
                Ok(())
            }
            None => Err(format!("the variable `{name}` is not declared")),
        }
    }

    /// Overwrites the variable declared `from_top` places before the last.
    pub(super) fn set_recent(&mut self, from_top: usize, value: Slot) {
        if let Some(variable) = self.variables.iter_mut().rev().nth(from_top) {
            variable.1 = value;
        }
    }

    /// How many variables there are, for [`Machine::forget`].
    pub(super) fn mark(&self) -> usize {
        self.variables.len()
    }

    pub(super) fn forget(&mut self, mark: usize) {
        self.variables.truncate(mark);
    }

    /// A value with what `set` changed in it.
    pub(super) fn current(&mut self, value: Slot) -> Result<Slot, Fault> {
        value.map(|value| self.context.current(value)).transpose()
    }

    /// Goes one level deeper; whoever leaves without an error takes it back.
    fn enter(&mut self) -> Result<(), Fault> {
        if self.depth >= MAX_DEPTH {
            return Err(format!("the template nests deeper than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        Ok(())
    }
}

/// Between the steps of a pipeline, an interface that holds nil becomes an absent value.
fn solid(value: Slot) -> Slot {
    value.filter(|value| !value.is_nil())
}

/// A number where nothing is said about its type.
pub(super) fn ideal(number: &Number) -> Value {
    match number.int {
        Some(int) if !number.is_float => Value::Int(int),
        _ => Value::Float(number.float),
    }
}
