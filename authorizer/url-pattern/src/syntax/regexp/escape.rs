//! Parses escapes: what starts with a backslash.

use super::parser::Parser;
use crate::syntax::class::{Category, CharSet, Class};
use crate::syntax::tree::{Assertion, Node};
use crate::syntax::unicode::{Table, is_word};

impl Parser<'_> {
    /// Parses an escape outside a set, after its backslash.
    pub(crate) fn backslash(&mut self) -> Result<Node, String> {
        let c = self.peek().ok_or("the pattern ends with a `\\`")?;
        let assertion = match c {
            'b' => Some(Assertion::WordBoundary),
            'B' => Some(Assertion::NotWordBoundary),
            'A' | 'G' => Some(Assertion::Start),
            'Z' => Some(Assertion::EndOrFinalLineFeed),
            'z' => Some(Assertion::End),
            _ => None,
        };
        if let Some(assertion) = assertion {
            self.at += 1;
            return Ok(Node::Assertion(assertion));
        }
        let fold = self.options.ignore_case;
        let mut set = match c {
            'w' | 'W' => CharSet::of_category(Category::Word, false),
            's' | 'S' => CharSet::of_category(Category::Space, false),
            'd' | 'D' => CharSet::of_category(Category::digit(), false),
            'p' | 'P' => {
                self.at += 1;
                let mut set = CharSet::default();
                self.property(&mut set, c == 'P', fold)?;
                return Ok(self.class(Class::new(set, fold)));
            }
            _ => return self.reference_or_char(),
        };
        self.at += 1;
        if c.is_ascii_uppercase() {
            set.negate();
        }
        Ok(self.class(Class::new(set, fold)))
    }

    /// Parses `{Name}` and adds the characters of that name.
    pub(crate) fn property(
        &mut self,
        set: &mut CharSet,
        negated: bool,
        fold: bool,
    ) -> Result<(), String> {
        if !self.eat('{') {
            return Err("`\\p` must be followed by a name in braces".to_owned());
        }
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| is_word(*c) || *c == '-') {
            self.at += 1;
            name.push(c);
        }
        if !self.eat('}') {
            return Err("`\\p{` is never closed".to_owned());
        }
        let (known, table) = Table::named(&name).ok_or_else(|| {
            format!("`{name}` is not the name of a Unicode category, script or property")
        })?;
        if !table.is_known() {
            return Err(format!("the Unicode property `{name}` is not supported"));
        }
        if fold && matches!(known, "Ll" | "Lu" | "Lt") {
            for cased in ["Ll", "Lu", "Lt"] {
                if let Some((cased, table)) = Table::named(cased) {
                    set.add_category(Category::Named(cased, table), negated);
                }
            }
        }
        set.add_category(Category::Named(known, table), negated);
        Ok(())
    }

    /// Parses a backreference, or else the code of a character.
    fn reference_or_char(&mut self) -> Result<Node, String> {
        let start = self.at;
        let mut close = None;
        if self.eat('k') {
            close = match self.next() {
                Some('<') => Some('>'),
                Some('\'') => Some('\''),
                _ => None,
            };
            if close.is_none() || self.peek().is_none() {
                return Err("`\\k` must be followed by a name in `<>` or quotes".to_owned());
            }
        } else if matches!(self.peek(), Some('<' | '\'')) && self.peek_at(1).is_some() {
            close = Some(if self.next() == Some('<') { '>' } else { '\'' });
        }
        match (close, self.peek()) {
            (Some(close), Some('0'..='9')) => {
                let number = self.decimal()?;
                if self.eat(close) {
                    return self.backreference(number);
                }
            }
            (None, Some('1'..='9')) => {
                let number = self.decimal()?;
                if self.counting || self.groups.has(number) || number <= 9 {
                    return self.backreference(number);
                }
            }
            (Some(close), Some(c)) if is_word(c) => {
                let name = self.name();
                if self.eat(close) {
                    let number = self.groups.number_of(&name);
                    return match number {
                        Some(number) => self.backreference(number),
                        None if self.counting => Ok(Node::Empty),
                        None => Err(format!(
                            "there is no group named `{name}` in the same `<…>`"
                        )),
                    };
                }
            }
            _ => {}
        }
        self.at = start;
        let code = self.char_code()?;
        Ok(self.literal(code))
    }

    fn backreference(&self, number: u32) -> Result<Node, String> {
        if self.counting {
            return Ok(Node::Empty);
        }
        if !self.groups.has(number) {
            return Err(format!("there is no group {number} in the same `<…>`"));
        }
        if number == 0 {
            return Ok(Node::Never);
        }
        Ok(Node::Backreference {
            slot: self.groups.slot(number),
            fold: self.options.ignore_case,
            backward: self.options.backward,
        })
    }

    /// Parses an escaped character: its code, which the caller folds.
    pub(crate) fn char_code(&mut self) -> Result<u32, String> {
        let c = self.next().ok_or("the pattern ends with a `\\`")?;
        Ok(match c {
            '0'..='7' => {
                self.at -= 1;
                self.octal()
            }
            'x' if self.eat('{') => self.hex_in_braces()?,
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            'a' => 0x07,
            'b' => 0x08,
            'e' => 0x1b,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'v' => 0x0b,
            'c' => {
                let letter = self.next().ok_or("`\\c` must be followed by a letter")?;
                let code = u32::from(letter.to_ascii_uppercase()).wrapping_sub(u32::from('@'));
                if code >= 0x20 {
                    return Err(format!("`\\c{letter}` is not a control character"));
                }
                code
            }
            c if is_word(c) => return Err(format!("`\\{c}` is not a known escape")),
            c => u32::from(c),
        })
    }

    /// Parses up to three digits. As in regexp2 what sorts before `0` counts as a digit too.
    fn octal(&mut self) -> u32 {
        let mut value = 0i32;
        for _ in 0..3 {
            let Some(digit) = self
                .peek()
                .and_then(|c| i32::try_from(u32::from(c)).ok())
                .map(|code| code - 0x30)
                .filter(|digit| *digit <= 7)
            else {
                break;
            };
            value = value * 8 + digit;
            self.at += 1;
        }
        u32::try_from(value & 0xff).unwrap_or_default()
    }

    fn hex(&mut self, digits: usize) -> Result<u32, String> {
        let mut value = 0;
        for _ in 0..digits {
            let digit = self
                .next()
                .and_then(|c| c.to_digit(16))
                .ok_or_else(|| format!("a character's code needs {digits} hexadecimal digits"))?;
            value = value * 16 + digit;
        }
        Ok(value)
    }

    fn hex_in_braces(&mut self) -> Result<u32, String> {
        let mut value = None;
        loop {
            match self.next() {
                Some('}') => return value.ok_or_else(|| "`\\x{}` is empty".to_owned()),
                Some(c) => {
                    let digit = c
                        .to_digit(16)
                        .ok_or("`\\x{` contains a character that is not a hexadecimal digit")?;
                    let sum = value.unwrap_or(0) * 16 + digit;
                    if sum > u32::from(char::MAX) {
                        return Err("`\\x{` names a character beyond Unicode".to_owned());
                    }
                    value = Some(sum);
                }
                None => return Err("`\\x{` is never closed".to_owned()),
            }
        }
    }
}
