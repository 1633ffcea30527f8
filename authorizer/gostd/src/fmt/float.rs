//! Go's `strconv.FormatFloat` for `float64`.

use std::io::Write as _;

/// How a float is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `-d.dddde±dd`
    Exponent,
    /// `-ddd.dddd`
    Plain,
    /// Whichever of the two suits the size.
    General,
}

/// Writes `value` with `precision` digits, or as few as tell it apart from its neighbours.
pub fn append_float(out: &mut Vec<u8>, value: f64, style: Style, precision: Option<usize>) {
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    }
    match (style, precision) {
        (Style::Plain, None) => {
            let text = shortest(value);
            let Digits {
                negative,
                digits,
                power,
            } = Digits::of(&text);
            out.extend(negative.then_some(b'-'));
            append_plain(out, &digits, power);
        }
        (Style::Plain, Some(precision)) => {
            let exact = precision.min(EXACT);
            // A `Vec` takes every write, so the result says nothing.
            _ = write!(out, "{value:.exact$}");
            out.resize(out.len() + precision - exact, b'0');
        }
        (Style::Exponent, None) => exponent(out, &shortest(value), 0),
        (Style::Exponent, Some(precision)) => {
            let exact = precision.min(EXACT);
            exponent(out, &format!("{value:.exact$e}"), precision - exact);
        }
        (Style::General, precision) => general(out, value, precision),
    }
}

/// More digits than any float has; those beyond are zeros. (Rust formats no more than 65,535.)
const EXACT: usize = 1100;

/// Rewrites Rust's `1.5e7` as Go's `1.5e+07`, with more zeros.
fn exponent(out: &mut Vec<u8>, text: &str, zeros: usize) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    out.extend_from_slice(mantissa.as_bytes());
    out.resize(out.len() + zeros, b'0');
    let _ = write!(out, "e{sign}{digits:0>2}");
}

/// The fewest digits that stand for `value`, with their exponent: `1.5e7`.
fn shortest(value: f64) -> String {
    let text = format!("{value:e}");
    // Where the value lies in the middle of two such numbers, Rust takes the greater, Go the even.
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let places = mantissa
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    if places < 14 || !mantissa.ends_with(['1', '3', '5', '7', '9']) {
        return text;
    }
    let exact = format!("{value:.30e}");
    let Some(beyond) = exact
        .split_once('e')
        .and_then(|(exact, _)| exact.get(mantissa.len() - 1..))
    else {
        return text;
    };
    let is_middle = beyond.get(1..).is_some_and(|rest| {
        rest.strip_prefix('5')
            .is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'))
    });
    if !is_middle {
        return text;
    }
    let even = beyond.get(..1).unwrap_or_default();
    let even = format!(
        "{}{even}e{exponent}",
        mantissa.get(..mantissa.len() - 1).unwrap_or_default()
    );
    if even.parse() == Ok(value) {
        even
    } else {
        text
    }
}

/// The digits of a number such as `-1.50e7`, without zeros at their end.
struct Digits {
    negative: bool,
    digits: String,
    /// The exponent of ten of the first digit.
    power: i32,
}

impl Digits {
    fn of(text: &str) -> Self {
        let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let digits = match digits.trim_end_matches('0') {
            "" => "0",
            digits => digits,
        };
        Self {
            negative: mantissa.starts_with('-'),
            digits: digits.to_owned(),
            power: power.parse().unwrap_or_default(),
        }
    }
}

fn general(out: &mut Vec<u8>, value: f64, precision: Option<usize>) {
    let text = match precision {
        Some(precision) => format!("{value:.*e}", precision.clamp(1, EXACT) - 1),
        None => shortest(value),
    };
    let Digits {
        negative,
        digits,
        power,
    } = Digits::of(&text);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let threshold = match precision {
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision.max(1)).unwrap_or(i32::MAX);
            // Whole numbers with fewer digits than the precision are judged by the digits they have.
            if precision > count && count > power {
                count
            } else {
                precision
            }
        }
    };
    out.extend(negative.then_some(b'-'));
    if (-4..threshold).contains(&power) {
        return append_plain(out, &digits, power);
    }
    let mut digits = digits.chars();
    out.extend(digits.next().map(|digit| digit as u8));
    if !digits.as_str().is_empty() {
        out.push(b'.');
        out.extend_from_slice(digits.as_str().as_bytes());
    }
    let sign = if power < 0 { '-' } else { '+' };
    let _ = write!(out, "e{sign}{:02}", power.unsigned_abs());
}

/// Writes digits without an exponent.
fn append_plain(out: &mut Vec<u8>, digits: &str, power: i32) {
    if power < 0 {
        out.extend_from_slice(b"0.");
        let zeros = usize::try_from(-1 - power).unwrap_or_default();
        out.resize(out.len() + zeros, b'0');
        out.extend_from_slice(digits.as_bytes());
        return;
    }
    let whole = usize::try_from(power + 1).unwrap_or_default();
    match digits.split_at_checked(whole) {
        Some((whole, "")) => out.extend_from_slice(whole.as_bytes()),
        Some((whole, fraction)) => {
            out.extend_from_slice(whole.as_bytes());
            out.push(b'.');
            out.extend_from_slice(fraction.as_bytes());
        }
        None => {
            out.extend_from_slice(digits.as_bytes());
            out.resize(out.len() + whole - digits.len(), b'0');
        }
    }
}

/// What `#` adds: a decimal point, and for `%g` the zeros that were left out.
pub(super) fn with_point(text: &mut Vec<u8>, verb: char, precision: Option<usize>) {
    let mark = if matches!(verb, 'x' | 'X') {
        *b"pP"
    } else {
        *b"eE"
    };
    let start = usize::from(text.starts_with(b"-"));
    let end = text
        .iter()
        .position(|byte| mark.contains(byte))
        .unwrap_or(text.len());
    let tail = text.split_off(end);
    let number = text.get(start..).unwrap_or_default();
    let has_point = number.contains(&b'.');
    let mut wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let significant = number
        .iter()
        .filter(|byte| **byte != b'.')
        .skip_while(|byte| **byte == b'0');
    wanted = wanted.saturating_sub(significant.count());
    if !has_point {
        if number == b"0" {
            wanted = wanted.saturating_sub(1);
        }
        text.push(b'.');
    }
    text.resize(text.len() + wanted, b'0');
    text.extend_from_slice(&tail);
}
