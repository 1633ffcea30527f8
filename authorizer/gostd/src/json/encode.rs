//! JSON as Go's [`json.Marshal`](https://pkg.go.dev/encoding/json#Marshal) writes it.

use thiserror::Error;

use crate::fmt::{Style, append_float};
use crate::text::{bytes_of_placeholder, bytes_of_text, is_placeholder};
use crate::{Object, Value};

/// How JSON is written.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Whether `<`, `>` and `&` are escaped.
    pub escape_html: bool,
    /// Whether it is indented by two blanks.
    pub pretty: bool,
}

impl Layout {
    /// What Go's `json.Marshal` writes.
    pub const COMPACT: Self = Self {
        escape_html: true,
        pretty: false,
    };
}

/// Why a value can't be written.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum EncodeError {
    /// It holds an infinity or NaN.
    #[error("JSON has no infinities and no NaN")]
    NotFinite,
    /// It is longer than it may be.
    #[error("the JSON is too long")]
    TooLong,
}

/// Room for what most values take, in bytes.
const USUAL_LENGTH: usize = 128;

/// Writes a value as JSON.
///
/// # Errors
///
/// For infinities and NaN, and once more than `limit` bytes are written.
pub fn marshal(value: &Value, layout: Layout, limit: usize) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder {
        out: Vec::with_capacity(USUAL_LENGTH),
        layout,
        limit,
        depth: 0,
    };
    encoder.value(value)?;
    Ok(encoder.out)
}

/// Writes plain data: members sorted by name, every number as a `float64`.
#[must_use]
pub fn encode(value: &serde_json::Value) -> String {
    let mut encoder = Encoder {
        out: Vec::with_capacity(USUAL_LENGTH),
        layout: Layout::COMPACT,
        limit: usize::MAX,
        depth: 0,
    };
    encoder.plain(value);
    String::from_utf8(encoder.out).unwrap_or_default()
}

impl Value {
    /// The very text that Go's `json.Marshal` writes: `1e+21`, `\u003c`. "" where it fails, which
    /// it does for infinities and NaN.
    #[must_use]
    pub fn to_json_text(&self) -> String {
        let text = marshal(self, Layout::COMPACT, usize::MAX).unwrap_or_default();
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Whether a byte is a character that is written as it is, whatever the layout.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
}

struct Encoder {
    out: Vec<u8>,
    layout: Layout,
    limit: usize,
    depth: usize,
}

impl Encoder {
    fn value(&mut self, value: &Value) -> Result<(), EncodeError> {
        if self.out.len() > self.limit {
            return Err(EncodeError::TooLong);
        }
        match value {
            Value::Nil | Value::NilMap => self.write("null"),
            Value::Bool(value) => self.write(if *value { "true" } else { "false" }),
            Value::Int(value) | Value::Int64(value) => self.write(&value.to_string()),
            Value::Uint8(value) => self.write(&value.to_string()),
            Value::Uint64(value) => self.write(&value.to_string()),
            Value::Float(value) if value.is_finite() => self.float(*value),
            Value::Float(_) => return Err(EncodeError::NotFinite),
            Value::Str(text) => self.text(text),
            Value::Bytes(bytes) => self.string(bytes),
            Value::List(items) => self.list(items)?,
            Value::Slice(slice) if slice.is_nil() => self.write("null"),
            Value::Slice(slice) => self.list(slice.items())?,
            Value::Map(entries) | Value::StringMap(entries) => self.members(entries.iter())?,
            Value::Dict(dict) => self.members(dict.entries().iter())?,
            Value::Object(object) => match Object::json_members(object.as_ref()) {
                Some(members) => self.members(members.iter().map(|(key, value)| (key, value)))?,
                None => self.value(&Value::from(object.to_json()))?,
            },
        }
        Ok(())
    }

    fn plain(&mut self, value: &serde_json::Value) {
        use serde_json::Value as Json;
        match value {
            Json::Null => self.write("null"),
            Json::Bool(value) => self.write(if *value { "true" } else { "false" }),
            Json::Number(number) => self.float(number.as_f64().unwrap_or_default()),
            Json::String(text) => self.text(text),
            Json::Array(items) => {
                let mut separator = b'[';
                for item in items {
                    self.out.push(separator);
                    self.plain(item);
                    separator = b',';
                }
                self.write(if items.is_empty() { "[]" } else { "]" });
            }
            Json::Object(members) => {
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_unstable_by_key(|(name, _)| *name);
                let mut separator = b'{';
                for (name, value) in sorted {
                    self.out.push(separator);
                    self.text(name);
                    self.out.push(b':');
                    self.plain(value);
                    separator = b',';
                }
                self.write(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }

    fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A line break and the indentation, where the layout has them.
    fn line(&mut self) {
        if self.layout.pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    fn list(&mut self, items: &[Value]) -> Result<(), EncodeError> {
        self.out.push(b'[');
        self.depth += 1;
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.out.push(b',');
            }
            self.line();
            self.value(item)?;
        }
        self.depth -= 1;
        if !items.is_empty() {
            self.line();
        }
        self.out.push(b']');
        Ok(())
    }

    fn members<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v String, &'v Value)>,
    ) -> Result<(), EncodeError> {
        self.out.push(b'{');
        self.depth += 1;
        let mut any = false;
        for (key, value) in entries {
            if any {
                self.out.push(b',');
            }
            any = true;
            self.line();
            self.text(key);
            self.out.push(b':');
            if self.layout.pretty {
                self.out.push(b' ');
            }
            self.value(value)?;
        }
        self.depth -= 1;
        if any {
            self.line();
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Plain digits for sizes people read, an exponent for others (as ECMAScript does).
    fn float(&mut self, value: f64) {
        let size = value.abs();
        if size != 0.0 && !(1e-6..1e21).contains(&size) {
            let mut text = Vec::new();
            append_float(&mut text, value, Style::Exponent, None);
            let text = String::from_utf8(text)
                .unwrap_or_default()
                .replace("e-0", "e-");
            self.write(&text);
        } else {
            append_float(&mut self.out, value, Style::Plain, None);
        }
    }

    /// A string in the form of [`text_from_bytes`](crate::text_from_bytes).
    fn text(&mut self, text: &str) {
        self.string(&bytes_of_text(text));
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for run in text.chunk_by(|one, next| is_plain(*one) == is_plain(*next)) {
            if run.first().is_some_and(|byte| is_plain(*byte)) {
                self.out.extend_from_slice(run);
            } else {
                self.odd(run);
            }
        }
        self.out.push(b'"');
    }

    /// Writes a run without plain bytes. It holds whole characters: those of several bytes have no plain one.
    fn odd(&mut self, text: &[u8]) {
        for chunk in text.utf8_chunks() {
            for character in chunk.valid().chars() {
                self.character(character);
            }
            for _ in chunk.invalid() {
                self.write("\\ufffd");
            }
        }
    }

    fn character(&mut self, character: char) {
        match character {
            '"' => self.write("\\\""),
            '\\' => self.write("\\\\"),
            '\n' => self.write("\\n"),
            '\r' => self.write("\\r"),
            '\t' => self.write("\\t"),
            '\u{8}' => self.write("\\b"),
            '\u{c}' => self.write("\\f"),
            '<' | '>' | '&' if !self.layout.escape_html => {
                self.write(character.encode_utf8(&mut [0]))
            }
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let escaped = format!("\\u{:04x}", u32::from(character));
                self.write(&escaped);
            }
            // A real character of the placeholders' range: text holds it as the placeholders of its bytes.
            other if is_placeholder(other) => self.write(&bytes_of_placeholder(other)),
            other => self.write(other.encode_utf8(&mut [0; 4])),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn strings_are_written_as_go_writes_them_wherever_the_odd_characters_stand() {
        for (text, written) in [
            (&b""[..], r#""""#),
            (b"plain ~", r#""plain ~""#),
            (b"<a>&b", r#""\u003ca\u003e\u0026b""#),
            (b"a\"b\\", r#""a\"b\\""#),
            (b"\n\x00a\x7f", "\"\\n\\u0000a\x7f\""),
            ("née\u{2028}é".as_bytes(), "\"née\\u2028é\""),
            (b"\xe2\x82a\xff\"\xc3", r#""\ufffd\ufffda\ufffd\"\ufffd""#),
        ] {
            assert_eq!(
                Value::Bytes(text.into()).to_json_text(),
                written,
                "{text:?}"
            );
        }
    }

    #[test]
    fn it_writes_numbers_as_go_does() {
        let cases = [
            ("42", "42"),
            ("1.50", "1.5"),
            ("2.0", "2"),
            ("12345678901234567890", "12345678901234567000"),
            ("9007199254740993", "9007199254740992"),
            ("1e3", "1000"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("-1.5e300", "-1.5e+300"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("0", "0"),
            ("-0.0", "-0"),
        ];
        for (written, expected) in cases {
            let value: serde_json::Value = serde_json::from_str(written).unwrap();
            assert_eq!(encode(&value), expected, "{written}");
        }
    }

    #[test]
    fn it_sorts_members_and_escapes_what_html_could_read() {
        let value = json!({"b": [1, {}, []], "a": "<ü&\u{2028}\u{1}\u{7f}\"\\\n>", "": null});
        assert_eq!(
            encode(&value),
            "{\"\":null,\"a\":\"\\u003cü\\u0026\\u2028\\u0001\u{7f}\\\"\\\\\\n\\u003e\",\
             \"b\":[1,{},[]]}"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_the_same(text: String, number in proptest::num::f64::NORMAL) {
            let written = encode(&json!({ format!("t{text}"): text, "number": [number] }));
            let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(read.get(&format!("t{text}")), Some(&serde_json::Value::String(text)));
            prop_assert_eq!(read.get("number").unwrap().get(0).unwrap().as_f64(), Some(number));
        }
    }
}
