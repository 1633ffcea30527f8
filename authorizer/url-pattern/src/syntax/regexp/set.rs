//! Parses sets: what is between `[` and `]`.

use super::parser::Parser;
use crate::syntax::class::{Category, CharSet};

impl Parser<'_> {
    /// Parses a set after its `[`, up to and including its `]`.
    pub(crate) fn set(&mut self, fold: bool) -> Result<CharSet, String> {
        self.deeper()?;
        let mut set = CharSet::default();
        if self.eat('^') {
            set.negate();
        }
        let mut first = true;
        let mut range_from: Option<u32> = None;
        loop {
            let is_first = std::mem::replace(&mut first, false);
            let c = self.next().ok_or("a `[` is never closed")?;
            let mut code = u32::from(c);
            let mut escaped = false;
            if c == ']' && !is_first {
                break;
            }
            if c == '\\' && self.peek().is_some() {
                match self.escape_in_set(&mut set, range_from.is_some(), fold)? {
                    Some(found) => code = found,
                    None => continue,
                }
                escaped = true;
            } else if c == '['
                && self.peek() == Some(':')
                && range_from.is_none()
                && self.posix_class(&mut set)?
            {
                continue;
            }
            let bracket = c == '[' && !escaped;
            if let Some(from) = range_from.take() {
                if bracket && !is_first {
                    set.add(from, from);
                    self.subtraction(&mut set, fold)?;
                } else if from > code {
                    return Err("a range in a set has its ends in the wrong order".to_owned());
                } else {
                    set.add(from, code);
                }
            } else if self.peek() == Some('-') && self.peek_at(1).is_some_and(|next| next != ']') {
                range_from = Some(code);
                self.at += 1;
            } else if c == '-' && !escaped && self.peek() == Some('[') && !is_first {
                self.at += 1;
                self.subtraction(&mut set, fold)?;
            } else {
                set.add(code, code);
            }
        }
        if fold {
            set.fold();
        }
        self.shallower();
        Ok(set)
    }

    fn subtraction(&mut self, set: &mut CharSet, fold: bool) -> Result<(), String> {
        set.subtract(self.set(fold)?);
        match self.peek() {
            Some(']') | None => Ok(()),
            Some(_) => Err("a subtraction must be the last thing in a set".to_owned()),
        }
    }

    /// Parses an escape in a set, after its backslash: the code of a character, or `None` for a class,
    /// which is added to the set.
    fn escape_in_set(
        &mut self,
        set: &mut CharSet,
        in_range: bool,
        fold: bool,
    ) -> Result<Option<u32>, String> {
        let Some(c) = self.peek() else {
            return Ok(None);
        };
        if matches!(c, 'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'p' | 'P') && in_range {
            return Err(format!("`\\{c}` cannot end a range in a set"));
        }
        let category = match c {
            'd' | 'D' => Category::digit(),
            's' | 'S' => Category::Space,
            'w' | 'W' => Category::Word,
            'p' | 'P' => {
                self.at += 1;
                self.property(set, c == 'P', fold)?;
                return Ok(None);
            }
            '-' => {
                self.at += 1;
                set.add(u32::from('-'), u32::from('-'));
                return Ok(None);
            }
            _ => return self.char_code().map(Some),
        };
        self.at += 1;
        set.add_category(category, c.is_ascii_uppercase());
        Ok(None)
    }

    /// Parses `:name:]`, and returns whether it was complete. As in regexp2 the class is added even
    /// where its end is missing and the text is parsed again as single characters.
    fn posix_class(&mut self, set: &mut CharSet) -> Result<bool, String> {
        let start = self.at;
        self.at += 1;
        let negated = self.peek_at(1).is_some() && self.eat('^');
        let name = self.name();
        match posix_ranges(&name) {
            Some(ranges) if negated => set.add_all_but(ranges),
            Some(ranges) => ranges
                .iter()
                .for_each(|(first, last)| set.add(*first, *last)),
            None if name == "digit" => set.add_category(Category::digit(), negated),
            None => return Err(format!("`[:{name}:]` is not a known class")),
        }
        let closed = self.peek_at(1).is_some() && self.eat(':') && self.eat(']');
        if !closed {
            self.at = start;
        }
        Ok(closed)
    }
}

type Ranges = &'static [(u32, u32)];

fn posix_ranges(name: &str) -> Option<Ranges> {
    Some(match name {
        "alnum" => &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)],
        "alpha" => &[(0x41, 0x5a), (0x61, 0x7a)],
        "ascii" => &[(0, 0x7f)],
        "blank" => &[(0x09, 0x09), (0x20, 0x20)],
        "cntrl" => &[(0, 0x1f), (0x7f, 0x7f)],
        "graph" => &[(0x21, 0x7e)],
        "lower" => &[(0x61, 0x7a)],
        "print" => &[(0x20, 0x7e)],
        "punct" => &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)],
        "space" => &[
            (0x09, 0x0d),
            (0x20, 0x20),
            (0xa0, 0xa0),
            (0x1680, 0x1680),
            (0x2000, 0x200a),
            (0x2028, 0x2029),
            (0x202f, 0x202f),
            (0x205f, 0x205f),
            (0x3000, 0x3000),
            (0xfeff, 0xfeff),
        ],
        "upper" => &[(0x41, 0x5a)],
        "word" => &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)],
        "xdigit" => &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    })
}
