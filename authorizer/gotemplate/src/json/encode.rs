//! Values into JSON, as Go's `json.Marshal` writes them.

use crate::format::{Style, append_float};
use crate::{Object, Value};

/// How JSON is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Whether `<`, `>` and `&` are escaped.
    pub(crate) escape_html: bool,
    /// Whether it is indented by two blanks.
    pub(crate) pretty: bool,
}

/// Why a value can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It holds an infinity or NaN, which JSON can't.
    NotFinite,
    /// It is longer than it may be.
    TooLong,
}

/// Room for what most values take, in bytes.
const USUAL_LENGTH: usize = 128;

/// Writes a value as JSON.
///
/// # Errors
///
/// For infinities and NaN, and once more than `limit` bytes are written.
pub(crate) fn encode(value: &Value, layout: Layout, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut encoder = Encoder {
        out: Vec::with_capacity(USUAL_LENGTH),
        layout,
        limit,
        depth: 0,
    };
    encoder.value(value)?;
    Ok(encoder.out)
}

impl Value {
    /// What Go's `json.Marshal` makes of the value, as far as `serde_json` can hold it: keys are
    /// sorted and a whole number has no fraction. Strings that aren't UTF-8 get replacement
    /// characters, infinities and NaN are `null`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Nil | Self::NilMap => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) | Self::Int64(value) => (*value).into(),
            Self::Uint8(value) => (*value).into(),
            Self::Uint64(value) => (*value).into(),
            Self::Float(value) => number(*value),
            Self::Str(text) => Json::String(text.to_string()),
            Self::Bytes(bytes) => Json::String(String::from_utf8_lossy(bytes).into_owned()),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Slice(slice) if slice.is_nil() => Json::Null,
            Self::Slice(slice) => Json::Array(slice.items().iter().map(Self::to_json).collect()),
            Self::Map(entries) | Self::StringMap(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
            Self::Dict(dict) => Json::Object(
                dict.snapshot()
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
            Self::Object(object) => object.to_json(),
        }
    }

    /// The very text that Go's `json.Marshal` writes: `1e+21`, `\u003c`. "" where it fails, which
    /// it does for infinities and NaN.
    #[must_use]
    pub fn to_json_text(&self) -> String {
        let text = encode(
            self,
            Layout {
                escape_html: true,
                pretty: false,
            },
            usize::MAX,
        )
        .unwrap_or_default();
        String::from_utf8(text).unwrap_or_default()
    }
}

/// A whole number as an integer where one fits, so that it prints without a fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the bounds are checked first"
)]
fn number(value: f64) -> serde_json::Value {
    if value.fract() == 0.0 {
        if value.abs() < i64::MAX as f64 {
            return (value as i64).into();
        }
        if value > 0.0 && value < u64::MAX as f64 {
            return (value as u64).into();
        }
    }
    value.into()
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
    fn value(&mut self, value: &Value) -> Result<(), Failure> {
        if self.out.len() > self.limit {
            return Err(Failure::TooLong);
        }
        match value {
            Value::Nil | Value::NilMap => self.write("null"),
            Value::Bool(value) => self.write(if *value { "true" } else { "false" }),
            Value::Int(value) | Value::Int64(value) => self.write(&value.to_string()),
            Value::Uint8(value) => self.write(&value.to_string()),
            Value::Uint64(value) => self.write(&value.to_string()),
            Value::Float(value) => self.float(*value)?,
            Value::Str(text) => self.string(text.as_bytes()),
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

    fn list(&mut self, items: &[Value]) -> Result<(), Failure> {
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
    ) -> Result<(), Failure> {
        self.out.push(b'{');
        self.depth += 1;
        let mut any = false;
        for (key, value) in entries {
            if any {
                self.out.push(b',');
            }
            any = true;
            self.line();
            self.string(key.as_bytes());
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
    fn float(&mut self, value: f64) -> Result<(), Failure> {
        if !value.is_finite() {
            return Err(Failure::NotFinite);
        }
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
        Ok(())
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
            _ => self.write(character.encode_utf8(&mut [0; 4])),
        }
    }
}

#[cfg(test)]
mod tests {
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
}
