//! What a plain scalar of YAML means.

use serde_json::{Number, Value};

use super::Syntax;

/// The value of a scalar that stands without quotes, as Go's yaml packages resolve it.
pub(super) fn resolve(text: &str, syntax: Syntax) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if syntax == Syntax::Yaml11 => {
            return Value::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if syntax == Syntax::Yaml11 => {
            return Value::Bool(false);
        }
        _ => {}
    }
    number(text).map_or_else(|| Value::from(text), Value::Number)
}

/// Whether a plain scalar is infinite or not a number, which Go cannot write as JSON.
pub(super) fn is_endless(text: &str) -> bool {
    matches!(text, ".nan" | ".NaN" | ".NAN")
        || matches!(
            text.strip_prefix(['+', '-']).unwrap_or(text),
            ".inf" | ".Inf" | ".INF"
        )
}

fn number(text: &str) -> Option<Number> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| float(&plain))
}

/// Decimal, `0x`, `0o`, `0b`, and a leading zero for octal.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, lower.as_str())
    } else {
        (10, lower.as_str())
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        0i64.checked_sub_unsigned(value).map(Number::from)
    } else {
        Some(Number::from(value))
    }
}

/// Digits with at most one point and an exponent; no `inf`, no `nan`.
fn float(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let fits = unsigned
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !fits || !unsigned.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_reads_numbers_as_go_does() {
        for (text, value) in [
            ("7", json!(7)),
            ("-7", json!(-7)),
            ("+7", json!(7)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("017", json!(15)),
            ("0b101", json!(5)),
            ("1_000", json!(1000)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("1e3", json!(1000.0)),
            ("08", json!(8.0)),
            ("-9223372036854775808", json!(i64::MIN)),
        ] {
            assert_eq!(resolve(text, Syntax::Yaml), value, "{text}");
        }
    }

    #[test]
    fn texts_that_only_look_like_numbers_stay_texts() {
        for text in [
            "1.2.3",
            "5s",
            "+",
            "-",
            ".",
            "0x",
            "1e",
            "127.0.0.1",
            "inf",
            "e5",
            "2024-01-02",
        ] {
            assert_eq!(resolve(text, Syntax::Yaml), json!(text), "{text}");
        }
    }

    #[test]
    fn yes_is_true_in_rules_only() {
        assert_eq!(resolve("yes", Syntax::Yaml11), json!(true));
        assert_eq!(resolve("off", Syntax::Yaml11), json!(false));
        assert_eq!(resolve("yes", Syntax::Yaml), json!("yes"));
    }
}
