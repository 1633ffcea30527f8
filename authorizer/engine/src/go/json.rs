//! JSON as Go's [`encoding/json`](https://pkg.go.dev/encoding/json) writes it.

use std::fmt::Write as _;

use serde_json::Value;

use super::text::is_stand_in;

/// Writes a value as Go would: members sorted by name, every number as a `float64`, and nothing that
/// means something in HTML.
#[must_use]
pub fn encode(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, &mut out);
    out
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => write_number(number.as_f64().unwrap_or_default(), out),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            let mut separator = '[';
            for item in items {
                out.push(separator);
                write_value(item, out);
                separator = ',';
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            let mut separator = '{';
            for (name, value) in sorted {
                out.push(separator);
                write_text(name, out);
                out.push(':');
                write_value(value, out);
                separator = ',';
            }
            out.push_str(if members.is_empty() { "{}" } else { "}" });
        }
    }
}

/// The shortest digits that give the number back; with an exponent where it is very large or small.
fn write_number(number: f64, out: &mut String) {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                let _ = write!(out, "{digits}e+{exponent}");
            }
            _ => out.push_str(&text),
        }
    } else {
        let _ = write!(out, "{number}");
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other if is_stand_in(other) => out.push_str("\\ufffd"),
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

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
            let value: Value = serde_json::from_str(written).unwrap();
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
            let read: serde_json::Map<String, Value> = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(read.get(&format!("t{text}")), Some(&Value::String(text)));
            prop_assert_eq!(read.get("number").unwrap().get(0).unwrap().as_f64(), Some(number));
        }
    }
}
