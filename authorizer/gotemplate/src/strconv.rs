//! Go's strconv: text into numbers.

/// Go's `strconv.ParseInt(text, 0, 64)`.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = parse_unsigned(digits)?;
    if negative {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// Go's `strconv.ParseUint(text, 0, 64)`: prefixes name the base, underscores separate digits.
pub(crate) fn parse_unsigned(text: &str) -> Option<u64> {
    let (radix, digits) = match text.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, text.get(2..)?),
        [b'0', b'b' | b'B', _, ..] => (2, text.get(2..)?),
        [b'0', b'o' | b'O', _, ..] => (8, text.get(2..)?),
        [b'0', _, ..] => (8, text.get(1..)?),
        _ => (10, text),
    };
    if !underscores_are_fine(text) || digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(&digits.replace('_', ""), radix).ok()
}

/// Go's `strconv.ParseFloat(text, 64)`; a number too large for `float64` is none.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return parse_hex_float(text);
    }
    if matches!(
        unsigned.to_ascii_lowercase().as_str(),
        "inf" | "infinity" | "nan"
    ) {
        return text.parse().ok();
    }
    let decimal = unsigned.starts_with(|c: char| c == '.' || c.is_ascii_digit());
    if !decimal || !underscores_are_fine(unsigned) {
        return None;
    }
    text.replace('_', "")
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
}

/// `0x1.8p3`: hexadecimal digits, an optional point and a binary exponent.
#[expect(
    clippy::cast_precision_loss,
    reason = "mantissas are kept below 2^53 or rounded"
)]
fn parse_hex_float(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if !underscores_are_fine(digits) {
        return None;
    }
    let digits = digits.get(2..)?;
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (whole, fraction) = (whole.replace('_', ""), fraction.replace('_', ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let value = u64::from_str_radix(&format!("{whole}{fraction}"), 16).ok()?;
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    let value = sign * value as f64 * 2_f64.powi(shift);
    value.is_finite().then_some(value)
}

/// Underscores may only stand between digits, or between a base prefix and a digit.
fn underscores_are_fine(text: &str) -> bool {
    if !text.contains('_') {
        return true;
    }
    let (digits, hex) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (text.get(2..), true),
        [b'0', b'b' | b'B' | b'o' | b'O', ..] => (text.get(2..), false),
        _ => (Some(text), false),
    };
    let prefixed = digits.is_some_and(|digits| digits.len() < text.len());
    let mut previous = if prefixed { '0' } else { '^' };
    for character in digits.unwrap_or_default().chars() {
        let is_digit = character.is_ascii_digit() || hex && character.is_ascii_hexdigit();
        match character {
            '_' if previous != '0' => return false,
            _ if is_digit || character == '_' => {}
            _ if previous == '_' => return false,
            _ => {}
        }
        previous = match character {
            '_' => '_',
            _ if is_digit => '0',
            _ => '!',
        };
    }
    previous != '_'
}

/// Go's `strconv.ParseInt(text, radix, 64)`.
pub(crate) fn parse_radix(text: &str, radix: u32) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(text, radix).ok()
}

/// What Go's `strconv.Atoi` gives besides its error: the nearest number where there are too many
/// digits, 0 for what is no number.
pub(crate) fn atoi(text: &str) -> i64 {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let limit = if text.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    text.parse().unwrap_or(limit)
}
