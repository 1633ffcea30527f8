//! JSON into template values, as Go's `encoding/json` reads it into an `interface{}`.

use std::{borrow::Cow, collections::BTreeMap};

use thiserror::Error;

use crate::Value;
use crate::text::bridged;

/// How deep values may nest in each other. Go's limit is 10,000.
const MAX_DEPTH: usize = 1000;

/// Why a text is not JSON that Go reads. The message quotes nothing of the text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JsonError {
    /// The text is not valid JSON.
    #[error("it is not valid JSON from byte {0} on")]
    Syntax(usize),
    /// A number is larger than a double can hold.
    #[error("a number is too large for a double")]
    Number,
    /// Values lie too deep in each other.
    #[error("its values nest deeper than {0} levels")]
    Depth(usize),
}

/// Reads one JSON value.
///
/// Numbers are doubles, the last of equal keys counts, a lone surrogate or a byte that is not UTF-8
/// becomes U+FFFD, as in Go's [`json.Unmarshal`](https://pkg.go.dev/encoding/json#Unmarshal).
///
/// # Errors
/// Text that is not valid JSON, a number beyond a double, and values nested more than 1000 deep.
pub fn decode_json(text: &[u8]) -> Result<Value, JsonError> {
    unmarshal(text, MAX_DEPTH)
}

/// As [`decode_json`], with another limit of depth.
///
/// # Errors
/// As [`decode_json`].
pub fn unmarshal(text: &[u8], max_depth: usize) -> Result<Value, JsonError> {
    let mut reader = Reader { text, at: 0 };
    let mut open: Vec<Open> = Vec::new();
    loop {
        let mut value = match reader.begin()? {
            Begun::Value(value) => value,
            Begun::Open(container) => {
                if open.len() == max_depth {
                    return Err(JsonError::Depth(max_depth));
                }
                open.push(container);
                continue;
            }
        };
        loop {
            let Some(container) = open.pop() else {
                return reader.end().map(|()| value);
            };
            match reader.take(container, value)? {
                Taken::More(container) => {
                    open.push(container);
                    break;
                }
                Taken::Closed(closed) => value = closed,
            }
        }
    }
}

/// An array or object that is still being read, the object with the key of its next value.
enum Open {
    List(Vec<Value>),
    Map(BTreeMap<String, Value>, String),
}

enum Begun {
    Value(Value),
    Open(Open),
}

enum Taken {
    More(Open),
    Closed(Value),
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong<T>(&self) -> Result<T, JsonError> {
        Err(JsonError::Syntax(self.at))
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        let blanks = rest
            .iter()
            .position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.at += blanks.unwrap_or(rest.len());
    }

    /// Takes a byte behind blanks, if it is the next one.
    fn eat(&mut self, wanted: u8) -> bool {
        self.skip_blanks();
        let found = self.text.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn end(&mut self) -> Result<(), JsonError> {
        self.skip_blanks();
        if self.rest().is_empty() {
            Ok(())
        } else {
            self.wrong()
        }
    }

    /// Reads a plain or empty value, or opens one that holds others.
    fn begin(&mut self) -> Result<Begun, JsonError> {
        if self.eat(b'[') {
            if self.eat(b']') {
                return Ok(Begun::Value(Value::from(Vec::new())));
            }
            return Ok(Begun::Open(Open::List(Vec::new())));
        }
        if self.eat(b'{') {
            if self.eat(b'}') {
                return Ok(Begun::Value(Value::from(BTreeMap::new())));
            }
            return Ok(Begun::Open(Open::Map(BTreeMap::new(), self.key()?)));
        }
        let words: [(&[u8], Value); 3] = [
            (b"null", Value::Nil),
            (b"true", true.into()),
            (b"false", false.into()),
        ];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(Begun::Value(value));
            }
        }
        match self.rest() {
            [b'"', ..] => self.string().map(|text| Begun::Value((&*text).into())),
            [b'-' | b'0'..=b'9', ..] => self.number().map(|number| Begun::Value(number.into())),
            _ => self.wrong(),
        }
    }

    /// Puts a value into the array or object it belongs to, and goes on or closes it.
    fn take(&mut self, container: Open, value: Value) -> Result<Taken, JsonError> {
        match container {
            Open::List(mut items) => {
                items.push(value);
                if self.eat(b',') {
                    return Ok(Taken::More(Open::List(items)));
                }
                if self.eat(b']') {
                    Ok(Taken::Closed(items.into()))
                } else {
                    self.wrong()
                }
            }
            Open::Map(mut entries, key) => {
                entries.insert(key, value);
                if self.eat(b',') {
                    return Ok(Taken::More(Open::Map(entries, self.key()?)));
                }
                if self.eat(b'}') {
                    Ok(Taken::Closed(entries.into()))
                } else {
                    self.wrong()
                }
            }
        }
    }

    fn key(&mut self) -> Result<String, JsonError> {
        self.skip_blanks();
        let key = self.string()?;
        if self.eat(b':') {
            Ok(key.into_owned())
        } else {
            self.wrong()
        }
    }

    fn number(&mut self) -> Result<f64, JsonError> {
        let start = self.at;
        self.at += usize::from(self.rest().starts_with(b"-"));
        match self.rest() {
            [b'0', ..] => self.at += 1,
            _ => self.digits()?,
        }
        if self.rest().starts_with(b".") {
            self.at += 1;
            self.digits()?;
        }
        if let [b'e' | b'E', behind @ ..] = self.rest() {
            self.at += 1 + usize::from(matches!(behind, [b'+' | b'-', ..]));
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse::<f64>().ok());
        number
            .filter(|number| number.is_finite())
            .ok_or(JsonError::Number)
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self
            .rest()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if count == 0 {
            return self.wrong();
        }
        self.at += count;
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if !self.rest().starts_with(b"\"") {
            return self.wrong();
        }
        self.at += 1;
        let plain = self.plain();
        if let Some(b'"') = self.text.get(self.at + plain.len())
            && let Ok(text) = std::str::from_utf8(plain)
        {
            self.at += plain.len() + 1;
            return Ok(bridged(text));
        }
        self.string_with_escapes().map(Cow::Owned)
    }

    /// The characters of a string, from here on, that are not escaped.
    fn plain(&self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | b'\0'..b' '));
        rest.get(..length.unwrap_or(rest.len())).unwrap_or_default()
    }

    fn string_with_escapes(&mut self) -> Result<String, JsonError> {
        let mut out = String::new();
        loop {
            let plain = self.plain();
            for chunk in plain.utf8_chunks() {
                out.push_str(chunk.valid());
                out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
            }
            self.at += plain.len();
            match self.rest() {
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(match bridged(&out) {
                        Cow::Borrowed(_) => out,
                        Cow::Owned(text) => text,
                    });
                }
                [b'\\', ..] => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                _ => return self.wrong(),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), JsonError> {
        let [byte, ..] = self.rest() else {
            return self.wrong();
        };
        let character = match byte {
            b'"' | b'\\' | b'/' => char::from(*byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let Some(first) = hex4(self.rest(), 1) else {
                    return self.wrong();
                };
                self.at += 5;
                let second = match self.rest() {
                    [b'\\', b'u', ..] => hex4(self.rest(), 2),
                    _ => None,
                };
                let pair = second.map(|second| char::decode_utf16([first, second]));
                let (character, length) = match pair.map(|mut pair| (pair.next(), pair.next())) {
                    // Two units that make one character.
                    Some((Some(Ok(character)), None)) => (character, 6),
                    _ => (
                        char::from_u32(first.into()).unwrap_or(char::REPLACEMENT_CHARACTER),
                        0,
                    ),
                };
                self.at += length;
                out.push(character);
                return Ok(());
            }
            _ => return self.wrong(),
        };
        self.at += 1;
        out.push(character);
        Ok(())
    }
}

fn hex4(text: &[u8], from: usize) -> Option<u16> {
    text.get(from..from + 4)?
        .iter()
        .try_fold(0, |value, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(value << 4 | u16::try_from(digit).ok()?)
        })
}

#[cfg(test)]
mod tests;
