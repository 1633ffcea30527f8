//! Parses a regular expression to a syntax tree.

use super::groups::Groups;
use crate::syntax::class::{CharSet, Class, to_lower};
use crate::syntax::tree::{Assertion, Node, Tree, UNLIMITED};

/// The deepest nesting of groups and sets, so that parsing and matching need little stack.
const MAX_DEPTH: usize = 200;

/// Parses `pattern`.
///
/// # Errors
/// A sentence that says what is wrong, or which feature is not supported.
pub(crate) fn parse(pattern: &str) -> Result<Tree, String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut counting = Parser::new(&chars, Groups::default(), true);
    counting.pattern()?;
    let mut groups = counting.groups;
    groups.number_names();
    let slots = groups.count();
    let root = Parser::new(&chars, groups, false).pattern()?;
    Ok(Tree { root, slots })
}

/// The options that `(?imnsx)` switches, and the direction of a look-behind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) ignore_case: bool,
    pub(crate) multiline: bool,
    pub(crate) explicit_capture: bool,
    pub(crate) singleline: bool,
    pub(crate) extended: bool,
    pub(crate) backward: bool,
}

/// Parses the pattern twice: in the first pass, `counting`, it collects the groups.
pub(crate) struct Parser<'p> {
    chars: &'p [char],
    pub(crate) at: usize,
    pub(crate) groups: Groups,
    pub(crate) counting: bool,
    pub(crate) unnamed: u32,
    pub(crate) options: Options,
    /// Whether the next plain parenthesis is the condition of `(?(…)…)`, which captures nothing.
    pub(crate) ignore_next_paren: bool,
    /// Whether the parser is directly inside `(?(…)…)`, where options cannot be switched.
    pub(crate) in_condition: bool,
    depth: usize,
}

impl<'p> Parser<'p> {
    fn new(chars: &'p [char], groups: Groups, counting: bool) -> Self {
        Self {
            chars,
            at: 0,
            groups,
            counting,
            unnamed: 0,
            options: Options::default(),
            ignore_next_paren: false,
            in_condition: false,
            depth: 0,
        }
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(crate) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub(crate) fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Err(format!("groups nest deeper than {MAX_DEPTH}"))
        } else {
            Ok(())
        }
    }

    pub(crate) fn shallower(&mut self) {
        self.depth -= 1;
    }

    fn pattern(&mut self) -> Result<Node, String> {
        let alternatives = self.alternatives(false)?;
        if self.at < self.chars.len() {
            return Err("a `)` has no `(`".to_owned());
        }
        Ok(Node::alternation(alternatives))
    }

    /// Parses up to the closing `)`, which is consumed, or up to the end of the pattern.
    pub(crate) fn alternatives(&mut self, in_group: bool) -> Result<Vec<Node>, String> {
        let mut alternatives = Vec::new();
        loop {
            let backward = self.options.backward;
            let mut items = Vec::new();
            let stop = self.items(&mut items)?;
            if backward {
                items.reverse();
            }
            alternatives.push(Node::concat(items));
            match stop {
                Some('|') => {}
                Some(_) if in_group => return Ok(alternatives),
                Some(_) => {
                    self.at -= 1;
                    return Ok(alternatives);
                }
                None if in_group => return Err("a `(` is never closed".to_owned()),
                None => return Ok(alternatives),
            }
        }
    }

    /// Parses one alternative and what ends it: `|`, `)` or the end of the pattern.
    fn items(&mut self, items: &mut Vec<Node>) -> Result<Option<char>, String> {
        let mut after_quantifier = false;
        loop {
            self.skip_blanks()?;
            let Some(c) = self.peek() else {
                return Ok(None);
            };
            if self.is_quantifier() {
                return Err(match after_quantifier {
                    true => format!(
                        "`{c}` follows a quantifier: possessive and repeated quantifiers are not supported, use `(?>…)`"
                    ),
                    false => format!("`{c}` has nothing to repeat"),
                });
            }
            self.at += 1;
            if matches!(c, '|' | ')') {
                return Ok(Some(c));
            }
            let Some(node) = self.atom(c)? else {
                after_quantifier = false;
                continue;
            };
            self.skip_blanks()?;
            after_quantifier = self.is_quantifier();
            items.push(if after_quantifier {
                self.quantified(node)?
            } else {
                node
            });
        }
    }

    /// Parses what starts with `c`; `None` for what only changes options.
    fn atom(&mut self, c: char) -> Result<Option<Node>, String> {
        let options = self.options;
        Ok(Some(match c {
            '[' => {
                let set = self.set(options.ignore_case)?;
                self.class(Class::new(set, options.ignore_case))
            }
            '(' => return self.group(),
            '\\' => self.backslash()?,
            '^' => Node::Assertion(if options.multiline {
                Assertion::LineStart
            } else {
                Assertion::Start
            }),
            '$' => Node::Assertion(if options.multiline {
                Assertion::LineEnd
            } else {
                Assertion::EndOrFinalLineFeed
            }),
            '.' => self.class(if options.singleline {
                Class::anything()
            } else {
                Class::all_but(&['\n'])
            }),
            literal => self.literal(u32::from(literal)),
        }))
    }

    pub(crate) fn class(&self, class: Class) -> Node {
        Node::Class {
            class,
            backward: self.options.backward,
        }
    }

    /// A character by its code. A surrogate never matches, no text has one.
    pub(crate) fn literal(&self, code: u32) -> Node {
        let Some(c) = char::from_u32(code) else {
            return Node::Never;
        };
        if self.options.ignore_case && (c.is_alphabetic() || !c.is_ascii()) {
            let low = u32::from(to_lower(c));
            return self.class(Class::new(CharSet::of(&[(low, low)]), true));
        }
        Node::Char {
            c,
            backward: self.options.backward,
        }
    }

    fn quantified(&mut self, node: Node) -> Result<Node, String> {
        let (min, max) = match self.next() {
            Some('*') => (0, UNLIMITED),
            Some('+') => (1, UNLIMITED),
            Some('?') => (0, 1),
            _ => self.counts()?,
        };
        self.skip_blanks()?;
        let lazy = self.eat('?');
        if min > max {
            return Err(format!(
                "`{{{min},{max}}}` has its limits in the wrong order"
            ));
        }
        let node = match (min, max) {
            (0, 0) => Node::Empty,
            (1, 1) => node,
            _ => repetition(node, min, max, lazy),
        };
        match &node {
            Node::Repetition {
                node,
                min: 0 | 1,
                max: UNLIMITED,
                lazy: true,
            } if node.is_nullable() => {
                // regexp2 loses track of its groups here, and nobody can want its result.
                Err("a lazy `*?` or `+?` of something that may match the empty string is not supported".to_owned())
            }
            _ => Ok(node),
        }
    }

    /// Parses `n}`, `n,}` or `n,m}`.
    fn counts(&mut self) -> Result<(u32, u32), String> {
        let min = self.decimal()?;
        let mut max = min;
        if self.eat(',') {
            max = if self.peek() == Some('}') {
                UNLIMITED
            } else {
                self.decimal()?
            };
        }
        self.at += 1;
        Ok((min, max))
    }

    /// Whether the next character begins a quantifier; a `{` without counts is a literal.
    fn is_quantifier(&self) -> bool {
        match self.peek() {
            Some('*' | '+' | '?') => true,
            Some('{') => {
                let mut ahead = 1;
                let digits = |from: usize| {
                    (from..)
                        .find(|n| !self.peek_at(*n).is_some_and(|c| c.is_ascii_digit()))
                        .unwrap_or(from)
                };
                let first = digits(ahead);
                if first == ahead {
                    return false;
                }
                ahead = first;
                if self.peek_at(ahead) == Some(',') {
                    ahead = digits(ahead + 1);
                }
                self.peek_at(ahead) == Some('}')
            }
            _ => false,
        }
    }

    /// Parses decimal digits; without any the number is 0.
    pub(crate) fn decimal(&mut self) -> Result<u32, String> {
        let mut value = 0u32;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.at += 1;
            value = value
                .checked_mul(10)
                .and_then(|tens| tens.checked_add(digit))
                .filter(|value| *value <= UNLIMITED)
                .ok_or("a number is too large")?;
        }
        Ok(value)
    }

    /// Skips `(?#comments)` and, with `(?x)`, white space and `#` comments.
    pub(crate) fn skip_blanks(&mut self) -> Result<(), String> {
        loop {
            if self.options.extended {
                while matches!(self.peek(), Some('\t'..='\r' | ' ')) {
                    self.at += 1;
                }
                if self.peek() == Some('#') {
                    while !matches!(self.peek(), None | Some('\n')) {
                        self.at += 1;
                    }
                    continue;
                }
            }
            if (self.peek(), self.peek_at(1), self.peek_at(2)) != (Some('('), Some('?'), Some('#'))
            {
                return Ok(());
            }
            while self.next().ok_or("a `(?#` comment is never closed")? != ')' {}
        }
    }
}

/// A repetition. As in regexp2, one directly inside another is merged with it where that matches the
/// same, so that `(?:a*)*` does not backtrack more than `a*`.
fn repetition(node: Node, min: u32, max: u32, lazy: bool) -> Node {
    let times = |inner: u32, outer: u32| {
        if inner == 0 {
            0
        } else {
            inner.checked_mul(outer).unwrap_or(UNLIMITED).min(UNLIMITED)
        }
    };
    match node {
        Node::Repetition {
            node,
            min: inner_min,
            max: inner_max,
            lazy: inner_lazy,
        } if inner_lazy == lazy
            && (min > 0 || inner_min <= 1)
            && inner_max >= inner_min.saturating_mul(2) =>
        {
            Node::Repetition {
                node,
                min: times(inner_min, min),
                max: times(inner_max, max),
                lazy,
            }
        }
        node => Node::Repetition {
            node: Box::new(node),
            min,
            max,
            lazy,
        },
    }
}
