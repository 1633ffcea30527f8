//! Writes one argument under one verb.

use super::binary::{append_binary, append_hex};
use super::float::{Style, append_float, with_point};
use super::integer;
use super::quote::append_quoted;
use crate::Kind;
use crate::time;
use crate::{Object, Value};

/// What stands between `%` and the verb.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%#v`: as Go source.
    pub(super) sharp_v: bool,
}

/// Writes arguments to `out`.
pub(super) struct Printer<'o> {
    out: &'o mut Vec<u8>,
    flags: Flags,
    /// How long `out` may get before nothing more is written.
    limit: usize,
}

impl<'o> Printer<'o> {
    /// A printer that stops once `out` is longer than `limit`.
    pub(super) fn new(out: &'o mut Vec<u8>, flags: Flags, limit: usize) -> Self {
        Self { out, flags, limit }
    }

    /// Writes a whole argument.
    pub(super) fn argument(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.pad(b"<nil>"),
            (_, 'w') => self.bad_verb(value, verb),
            (_, 'T') => self.string(value.type_name().as_bytes(), 's', value),
            _ => self.value(value, verb),
        }
    }

    fn value(&mut self, value: &Value, verb: char) {
        if self.out.len() > self.limit {
            return;
        }
        match value {
            Value::Nil if verb == 'v' && self.flags.sharp_v => self.write("interface {}(nil)"),
            Value::Nil if verb == 'v' => self.write("<nil>"),
            Value::Nil => self.bad_verb(value, verb),
            Value::Bool(flag) => match verb {
                't' | 'v' => self.pad(if *flag { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Int(int) | Value::Int64(int) => {
                self.integer(int.unsigned_abs(), *int < 0, verb, value);
            }
            Value::Uint8(int) => self.unsigned((*int).into(), verb, value),
            Value::Uint64(int) => self.unsigned(*int, verb, value),
            Value::Float(float) => self.float(*float, verb, value),
            Value::Str(text) => self.string(text.as_bytes(), verb, value),
            Value::Bytes(bytes) => self.string(bytes, verb, value),
            Value::List(items) => self.list(value, items, verb),
            Value::Slice(slice) if slice.is_nil() && self.flags.sharp_v && verb == 'v' => {
                self.write(&format!("{}(nil)", value.type_name()));
            }
            Value::Slice(slice) => self.list(value, slice.items(), verb),
            Value::NilMap if self.flags.sharp_v && verb == 'v' => {
                self.write(&format!("{}(nil)", value.type_name()));
            }
            Value::NilMap => self.map(value, std::iter::empty(), verb),
            Value::Map(entries) | Value::StringMap(entries) => {
                self.map(value, entries.iter(), verb);
            }
            Value::Dict(dict) => self.map(value, dict.entries().iter(), verb),
            Value::Object(object) => self.object(object.as_ref(), verb, value),
        }
    }

    fn object(&mut self, object: &dyn Object, verb: char, value: &Value) {
        let text = object.format();
        match (object.kind(), verb) {
            (_, 'v' | 's') => self.string(text.as_bytes(), 's', value),
            (Kind::Int | Kind::Int64, 'd' | 'b' | 'o' | 'O' | 'c' | 'U') => {
                let int = time::as_int(object).unwrap_or_default();
                self.integer(int.unsigned_abs(), int < 0, verb, value);
            }
            (Kind::Struct | Kind::Pointer | Kind::Int | Kind::Int64, 'q' | 'x' | 'X') => {
                self.string(text.as_bytes(), verb, value);
            }
            _ => self.bad_verb(value, verb),
        }
    }

    fn list(&mut self, value: &Value, items: &[Value], verb: char) {
        let source = self.flags.sharp_v && verb == 'v';
        if source {
            self.write(value.type_name().as_ref());
        }
        self.out.push(if source { b'{' } else { b'[' });
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.write(if source { ", " } else { " " });
            }
            self.element(item, verb);
        }
        self.out.push(if source { b'}' } else { b']' });
    }

    fn map<'v>(
        &mut self,
        value: &Value,
        entries: impl Iterator<Item = (&'v String, &'v Value)>,
        verb: char,
    ) {
        let source = self.flags.sharp_v && verb == 'v';
        if source {
            self.write(value.type_name().as_ref());
            self.out.push(b'{');
        } else {
            self.write("map[");
        }
        for (position, (key, item)) in entries.enumerate() {
            if position > 0 {
                self.write(if source { ", " } else { " " });
            }
            self.string(key.as_bytes(), verb, &Value::from(key.as_str()));
            self.out.push(b':');
            self.element(item, verb);
        }
        self.out.push(if source { b'}' } else { b']' });
    }

    /// A value inside another: a nil one is `<nil>` whatever the verb.
    fn element(&mut self, value: &Value, verb: char) {
        if value.is_nil() && !(self.flags.sharp_v && verb == 'v') {
            self.write("<nil>");
        } else {
            self.value(value, verb);
        }
    }

    fn unsigned(&mut self, int: u64, verb: char, value: &Value) {
        if verb == 'v' && self.flags.sharp_v {
            let flags = Flags {
                sharp: true,
                ..self.flags.clone()
            };
            let text = integer::render(int, false, 'x', &flags);
            return self.pad_blank(&text);
        }
        self.integer(int, false, verb, value);
    }

    fn integer(&mut self, magnitude: u64, negative: bool, verb: char, value: &Value) {
        // Go reads the bits of a negative number as unsigned where it wants a character.
        let bits = if negative {
            magnitude.wrapping_neg()
        } else {
            magnitude
        };
        let character = u32::try_from(bits)
            .ok()
            .and_then(char::from_u32)
            .unwrap_or('\u{fffd}');
        let mut buffer = [0; 4];
        match verb {
            'v' | 'd' | 'b' | 'o' | 'O' | 'x' | 'X' => {
                let text = integer::render(magnitude, negative, verb, &self.flags);
                self.pad_blank(&text);
            }
            'c' => self.pad(character.encode_utf8(&mut buffer).as_bytes()),
            'q' => {
                let mut text = Vec::new();
                let bytes = character.encode_utf8(&mut buffer).as_bytes();
                append_quoted(&mut text, bytes, '\'', self.flags.plus);
                self.pad(&text);
            }
            'U' => {
                let text = integer::render_unicode(bits, &self.flags);
                self.pad_blank(&text);
            }
            _ => self.bad_verb(value, verb),
        }
    }

    fn float(&mut self, float: f64, verb: char, value: &Value) {
        let mut text = Vec::new();
        let precision = self.flags.precision;
        match verb {
            _ if !float.is_finite() && "vgGeEfFbxX".contains(verb) => {
                append_float(&mut text, float, Style::Plain, None);
            }
            'v' | 'g' | 'G' => append_float(&mut text, float, Style::General, precision),
            'e' | 'E' => append_float(&mut text, float, Style::Exponent, precision.or(Some(6))),
            'f' | 'F' => append_float(&mut text, float, Style::Plain, precision.or(Some(6))),
            'b' => append_binary(&mut text, float),
            'x' | 'X' => append_hex(&mut text, float, precision),
            _ => return self.bad_verb(value, verb),
        }
        if matches!(verb, 'E' | 'G' | 'X') && float.is_finite() {
            text.make_ascii_uppercase();
        }
        if self.flags.sharp && verb != 'b' && float.is_finite() {
            with_point(&mut text, verb, precision);
        }
        let (sign, digits) = match text.split_first() {
            Some((sign @ (b'-' | b'+'), digits)) => (*sign, digits),
            _ => (b'+', text.as_slice()),
        };
        let sign = if self.flags.space && sign == b'+' && !self.flags.plus {
            b' '
        } else {
            sign
        };
        let signed = [&[sign], digits].concat();
        if !float.is_finite() {
            let bare = float.is_nan() && !self.flags.space && !self.flags.plus;
            return self.pad_blank(if bare { digits } else { &signed });
        }
        if !self.flags.plus && sign == b'+' {
            return self.pad(digits);
        }
        let width = self.flags.width.unwrap_or_default();
        if self.flags.zero && !self.flags.minus && width > signed.len() {
            self.out.push(sign);
            self.out.resize(self.out.len() + width - signed.len(), b'0');
            self.out.extend_from_slice(digits);
            return;
        }
        self.pad(&signed);
    }

    fn string(&mut self, text: &[u8], verb: char, value: &Value) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => {
                let text = truncate(text, self.flags.precision);
                self.pad(text);
            }
            'x' => self.hex(text, b"0123456789abcdefx"),
            'X' => self.hex(text, b"0123456789ABCDEFX"),
            'q' => self.quoted(text),
            _ => self.bad_verb(value, verb),
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = truncate(text, self.flags.precision);
        let raw = self.flags.sharp
            && std::str::from_utf8(text).is_ok_and(|text| {
                text.chars()
                    .all(|c| c == '\t' || !(c.is_ascii_control() || "`\u{feff}".contains(c)))
            });
        let mut quoted = Vec::with_capacity(text.len() + 2);
        if raw {
            quoted.push(b'`');
            quoted.extend_from_slice(text);
            quoted.push(b'`');
        } else {
            append_quoted(&mut quoted, text, '"', self.flags.plus);
        }
        self.pad(&quoted);
    }

    /// Two digits for each byte.
    fn hex(&mut self, text: &[u8], digits: &[u8; 17]) {
        let text = self
            .flags
            .precision
            .and_then(|length| text.get(..length))
            .unwrap_or(text);
        let digit = |place: u8| digits.get(usize::from(place)).copied().unwrap_or_default();
        let mut encoded = Vec::with_capacity(text.len() * 2);
        for (position, byte) in text.iter().enumerate() {
            if self.flags.space && position > 0 {
                encoded.push(b' ');
            }
            if self.flags.sharp && (self.flags.space || position == 0) {
                encoded.extend([b'0', digit(16)]);
            }
            encoded.extend([digit(byte >> 4), digit(byte & 15)]);
        }
        self.pad(&encoded);
    }

    /// `%!d(string=text)`
    fn bad_verb(&mut self, value: &Value, verb: char) {
        self.write("%!");
        self.write(verb.encode_utf8(&mut [0; 4]));
        self.out.push(b'(');
        if value.is_nil() {
            self.write("<nil>");
        } else {
            self.write(value.type_name().as_ref());
            self.out.push(b'=');
            self.value(value, 'v');
        }
        self.out.push(b')');
    }

    fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn pad(&mut self, text: &[u8]) {
        let filler = if self.flags.zero && !self.flags.minus {
            b'0'
        } else {
            b' '
        };
        self.pad_with(text, filler);
    }

    fn pad_blank(&mut self, text: &[u8]) {
        self.pad_with(text, b' ');
    }

    fn pad_with(&mut self, text: &[u8], filler: u8) {
        if self.out.len() > self.limit {
            return;
        }
        let missing = match self.flags.width {
            None | Some(0) => 0,
            Some(width) => width.saturating_sub(count_characters(text)),
        };
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.out.resize(self.out.len() + missing, b' ');
        } else {
            self.out.resize(self.out.len() + missing, filler);
            self.out.extend_from_slice(text);
        }
    }
}

/// Go's `utf8.RuneCount`: every byte of broken UTF-8 is a character.
fn count_characters(text: &[u8]) -> usize {
    text.utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

/// The first `length` characters.
fn truncate(text: &[u8], length: Option<usize>) -> &[u8] {
    let Some(length) = length else { return text };
    let mut left = length;
    let mut end = 0;
    for chunk in text.utf8_chunks() {
        for size in chunk
            .valid()
            .chars()
            .map(char::len_utf8)
            .chain(chunk.invalid().iter().map(|_| 1))
        {
            if left == 0 {
                return text.get(..end).unwrap_or(text);
            }
            left -= 1;
            end += size;
        }
    }
    text
}
