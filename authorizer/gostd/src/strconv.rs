//! Go's [`strconv`](https://pkg.go.dev/strconv): text into numbers.

/// Go's `strconv.ParseInt(text, 0, 64)`.
#[must_use]
pub fn parse_int(text: &str) -> Option<i64> {
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
#[must_use]
pub fn parse_unsigned(text: &str) -> Option<u64> {
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

/// Go's `strconv.ParseFloat(text, 64)`; `None` for a number that is too large.
#[must_use]
pub fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return parse_hex_float(text);
    }
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return text.parse().ok(),
        "nan" if unsigned == text => return Some(f64::NAN),
        _ => {}
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
fn parse_hex_float(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if !underscores_are_fine(digits) {
        return None;
    }
    let digits = digits.get(2..)?.replace('_', "");
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut exponent = binary_exponent(exponent)?;
    let mut value: u64 = 0;
    for (place, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(digit.to_digit(16)?);
        if place >= whole.len() {
            exponent -= 4;
        }
        if value >> 60 == 0 {
            value = value << 4 | digit;
        } else {
            // A digit beyond 64 bits counts for rounding only.
            value |= u64::from(digit != 0);
            exponent += 4;
        }
    }
    Some(sign * scaled(value, exponent)?)
}

/// The exponent behind `p`, kept within what makes a difference.
fn binary_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX).min(1_000_000);
    Some(if text.starts_with('-') { -size } else { size })
}

/// `value` × 2^`exponent`, rounded once, half to even; `None` where it is too large.
fn scaled(value: u64, exponent: i64) -> Option<f64> {
    if value == 0 {
        return Some(0.0);
    }
    let value_at_top = value << value.leading_zeros();
    // The power of two of the first bit.
    let power = exponent + 63 - i64::from(value.leading_zeros());
    if power > 1023 {
        return None;
    }
    // How many bits a float of this size lacks of 64.
    let dropped = 11 + (-1022 - power).max(0);
    let dropped = u32::try_from(dropped).ok().filter(|bits| *bits <= 64);
    let Some(dropped) = dropped else {
        return Some(0.0);
    };
    let wide = u128::from(value_at_top);
    let (kept, rest, half) = (
        wide >> dropped,
        wide & ((1 << dropped) - 1),
        1 << (dropped - 1),
    );
    let up = rest > half || rest == half && kept & 1 == 1;
    let kept = u64::try_from(kept).ok()? + u64::from(up);
    // A normal float's first bit is not stored: it counts as one more in the exponent.
    let stored = u64::try_from(power + 1022).unwrap_or_default();
    Some(f64::from_bits((stored << 52) + kept)).filter(|float| float.is_finite())
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
#[must_use]
pub fn parse_radix(text: &str, radix: u32) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(text, radix).ok()
}

/// What Go's `strconv.Atoi` gives besides its error: the nearest number where there are too many
/// digits, 0 for what is not a number.
#[must_use]
pub fn atoi(text: &str) -> i64 {
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
