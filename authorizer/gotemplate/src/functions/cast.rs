//! Sprig's conversions to numbers, as [spf13/cast](https://pkg.go.dev/github.com/spf13/cast) does
//! them: what is not a number is 0.

use oathgate_gostd::strconv::{parse_float, parse_int};
use oathgate_gostd::time;

use crate::Value;

/// `cast.ToInt64`; `None` for what it can't convert.
pub(super) fn to_int(value: &Value) -> Option<i64> {
    Some(match value {
        Value::Nil => 0,
        Value::Bool(value) => i64::from(*value),
        Value::Int(value) | Value::Int64(value) => *value,
        Value::Uint8(value) => (*value).into(),
        Value::Uint64(value) => value.cast_signed(),
        Value::Float(value) => float_to_int(*value),
        Value::Str(text) if text.is_empty() => 0,
        Value::Str(text) => parse_int(whole_part(text))?,
        Value::Object(object) => time::as_int(object.as_ref())?,
        _ => return None,
    })
}

/// `cast.ToInt64`, 0 for what it can't convert.
pub(super) fn int_of(value: &Value) -> i64 {
    to_int(value).unwrap_or_default()
}

/// `cast.ToFloat64`, 0 for what it can't convert.
#[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
pub(super) fn float_of(value: &Value) -> f64 {
    match value {
        Value::Float(value) => *value,
        Value::Uint64(value) => *value as f64,
        Value::Str(text) => parse_float(text).unwrap_or_default(),
        other => int_of(other) as f64,
    }
}

/// Go's conversion on amd64, where what doesn't fit becomes the smallest integer.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the bounds are checked first"
)]
fn float_to_int(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// The part of a decimal number before its point; anything else as it is.
fn whole_part(text: &str) -> &str {
    let Some((whole, fraction)) = text.split_once('.') else {
        return text;
    };
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    if !digits
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit())
    {
        return text;
    }
    if digits.is_empty() { "0" } else { whole }
}
