//! Parses groups: what starts with `(`.

use super::parser::Parser;
use crate::syntax::tree::Node;
use crate::syntax::unicode::is_word;

impl Parser<'_> {
    /// Parses a group after its `(`, up to and including its `)`; `None` for one that only changes options.
    pub(crate) fn group(&mut self) -> Result<Option<Node>, String> {
        let outer = self.options;
        let in_condition = std::mem::replace(&mut self.in_condition, false);
        self.deeper()?;
        let node = self.group_after_paren(in_condition)?;
        self.shallower();
        self.in_condition = in_condition;
        if node.is_some() {
            self.options = outer;
        }
        Ok(node)
    }

    fn group_after_paren(&mut self, in_condition: bool) -> Result<Option<Node>, String> {
        let condition = self.ignore_next_paren;
        if self.counting {
            self.ignore_next_paren = false;
        }
        if self.peek() != Some('?') {
            self.ignore_next_paren = false;
            return self.plain(condition).map(Some);
        }
        if self.peek_at(1) == Some(')') {
            return Err("`?` has nothing to repeat".to_owned());
        }
        self.at += 1;
        let unknown = || "`(?` is not followed by a known kind of group".to_owned();
        match self.next().ok_or_else(unknown)? {
            ':' => self.body().map(Some),
            '>' => Ok(Some(Node::Atomic(Box::new(self.body()?)))),
            kind @ ('=' | '!') => self.look(false, kind == '!').map(Some),
            '<' if matches!(self.peek(), Some('=' | '!')) => {
                let negative = self.next() == Some('!');
                self.look(true, negative).map(Some)
            }
            '<' => self.named('>').map(Some),
            '\'' => self.named('\'').map(Some),
            'P' if self.peek() == Some('<') => {
                self.at += 1;
                if !self.peek().is_some_and(is_word) {
                    return Err("the name of a group must begin with a letter".to_owned());
                }
                let name = self.name();
                self.capture_by_name(&name, '>').map(Some)
            }
            '(' => self.conditional().map(Some),
            _ => {
                self.at -= 1;
                if self.counting || !in_condition {
                    self.switch_options();
                }
                match self.next() {
                    Some(')') => Ok(None),
                    Some(':') => self.body().map(Some),
                    _ => Err(unknown()),
                }
            }
        }
    }

    fn plain(&mut self, condition: bool) -> Result<Node, String> {
        if condition || self.options.explicit_capture {
            return self.body();
        }
        let number = self.next_unnamed();
        self.capture(number)
    }

    fn next_unnamed(&mut self) -> u32 {
        if self.counting {
            return self.groups.add_unnamed();
        }
        self.unnamed += 1;
        self.unnamed
    }

    fn capture(&mut self, number: u32) -> Result<Node, String> {
        let slot = self.groups.slot(number);
        Ok(Node::Capture {
            slot,
            node: Box::new(self.body()?),
        })
    }

    fn body(&mut self) -> Result<Node, String> {
        Ok(Node::alternation(self.alternatives(true)?))
    }

    fn look(&mut self, backward: bool, negative: bool) -> Result<Node, String> {
        self.options.backward = backward;
        Ok(Node::Lookaround {
            node: Box::new(self.body()?),
            negative,
        })
    }

    /// Parses `name>…)` or `number>…)`.
    fn named(&mut self, close: char) -> Result<Node, String> {
        let first = self.peek();
        if first == Some('-') {
            return Err(balancing());
        }
        if !first.is_some_and(is_word) {
            return Err("the name of a group must begin with a letter".to_owned());
        }
        if !first.is_some_and(|c| c.is_ascii_digit()) {
            let name = self.name();
            return self.capture_by_name(&name, close);
        }
        let number = self.decimal()?;
        if self.counting && first != Some('0') {
            self.groups.add_number(number);
        }
        if number == 0 {
            return Err("a group cannot have the number 0".to_owned());
        }
        self.close_name(close)?;
        if !self.counting && !self.groups.has(number) {
            return Err("the number of a group cannot begin with 0".to_owned());
        }
        self.capture(number)
    }

    fn capture_by_name(&mut self, name: &str, close: char) -> Result<Node, String> {
        if self.counting {
            self.groups.add_name(name);
        }
        self.close_name(close)?;
        let number = self.groups.number_of(name).unwrap_or_default();
        self.capture(number)
    }

    fn close_name(&mut self, close: char) -> Result<(), String> {
        if self.peek() == Some('-') {
            return Err(balancing());
        }
        if self.eat(close) {
            Ok(())
        } else {
            Err(format!("the name of a group must end with `{close}`"))
        }
    }

    pub(crate) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| is_word(*c)) {
            self.at += 1;
            name.push(c);
        }
        name
    }

    /// Parses options such as `im-sx`; `d` is an option without effect here.
    fn switch_options(&mut self) {
        let mut on = true;
        while let Some(c) = self.peek() {
            match c.to_ascii_lowercase() {
                '-' => on = false,
                '+' => on = true,
                'd' => {}
                'i' => self.options.ignore_case = on,
                'm' => self.options.multiline = on,
                'n' => self.options.explicit_capture = on,
                's' => self.options.singleline = on,
                'x' => self.options.extended = on,
                _ => return,
            }
            self.at += 1;
        }
    }

    /// Parses `(…)yes|no)`, of which the first `(` is consumed.
    fn conditional(&mut self) -> Result<Node, String> {
        let start = self.at;
        if self.peek().is_some_and(|c| c.is_ascii_digit()) {
            let number = self.decimal()?;
            if !self.eat(')') {
                return Err(format!("the condition `(?({number}` is never closed"));
            }
            if !self.counting && !self.groups.has(number) {
                return Err(format!(
                    "the condition `(?({number})` refers to a group that does not exist"
                ));
            }
            return self.if_captured(number);
        }
        let name = self.name();
        if let Some(number) = self.groups.number_of(&name).filter(|_| !self.counting)
            && self.eat(')')
        {
            return self.if_captured(number);
        }
        self.at = start;
        self.ignore_next_paren = true;
        if self.peek() == Some('?') {
            match (self.peek_at(1), self.peek_at(2)) {
                (Some('#'), _) => return Err("a condition cannot be a comment".to_owned()),
                (Some('\''), _) => return Err("a condition cannot be a named group".to_owned()),
                (Some('<'), next) if !matches!(next, Some('=' | '!')) => {
                    return Err("a condition cannot be a named group".to_owned());
                }
                _ => {}
            }
        }
        self.in_condition = true;
        let condition = self.group()?.ok_or("a condition cannot be empty")?;
        let (yes, no) = self.branches()?;
        Ok(Node::IfMatches {
            condition: Box::new(condition),
            yes,
            no,
        })
    }

    fn if_captured(&mut self, number: u32) -> Result<Node, String> {
        let (yes, no) = self.branches()?;
        if number == 0 {
            // Group 0, the whole match, has captured nothing before the end.
            return Ok(*no);
        }
        Ok(Node::IfCaptured {
            slot: self.groups.slot(number),
            yes,
            no,
        })
    }

    fn branches(&mut self) -> Result<(Box<Node>, Box<Node>), String> {
        let mut branches = self.alternatives(true)?.into_iter();
        let (yes, no) = (
            branches.next().unwrap_or(Node::Empty),
            branches.next().unwrap_or(Node::Empty),
        );
        if branches.next().is_some() {
            return Err("a condition has more than two branches".to_owned());
        }
        Ok((Box::new(yes), Box::new(no)))
    }
}

fn balancing() -> String {
    "balancing groups such as `(?<a-b>…)` are not supported".to_owned()
}
