//! Go's [`time.Duration`](https://pkg.go.dev/time#Duration): nanoseconds in an `i64`.

use std::time::Duration;

/// How many nanoseconds a second has.
pub const NANOS_PER_SECOND: i64 = 1_000_000_000;

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Writes nanoseconds as Go's [`Duration.String`](https://pkg.go.dev/time#Duration.String): `1h0m5s`, `1.5s`, `20ms`.
#[must_use]
pub fn format_duration(nanos: i64) -> String {
    let size = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let short = |unit: u64, name: &str| format!("{sign}{}{name}", decimal(size, unit));
    match size {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => short(1_000, "µs"),
        1_000_000..1_000_000_000 => short(1_000_000, "ms"),
        _ => {
            let minutes = size / 60_000_000_000;
            let seconds = decimal(size % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `size` in `unit`s, with as many decimals as it takes.
fn decimal(size: u64, unit: u64) -> String {
    let (whole, rest) = (size / unit, size % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = unit.to_string().len() - 1;
    let fraction = format!("{rest:0digits$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

/// Reads a duration as Go's [`time.ParseDuration`](https://pkg.go.dev/time#ParseDuration), in
/// nanoseconds: numbers with units, such as `300ms`, `-1.5h` or `2h45m`. `None` where the text is
/// not a duration, or is longer than Go's 292 years.
#[must_use]
pub fn parse_duration_nanos(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, behind) = digits(rest);
        let (fraction, behind) = match behind.strip_prefix('.') {
            Some(behind) => digits(behind),
            None => ("", behind),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let (unit, behind) = unit(behind)?;
        let whole: u64 = match whole {
            "" => 0,
            digits => digits.parse().ok()?,
        };
        let part = whole
            .checked_mul(unit)?
            .checked_add(part_of(fraction, unit))?;
        total = total
            .checked_add(part)
            .filter(|total| *total <= i64::MIN.unsigned_abs())?;
        rest = behind;
    }
    if negative {
        0_i64.checked_sub_unsigned(total)
    } else {
        i64::try_from(total).ok()
    }
}

/// Reads a time-out or lifetime as [`parse_duration_nanos`] does; a negative one is zero.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let nanos = parse_duration_nanos(text)?;
    Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A unit's nanoseconds, and what follows it.
fn unit(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|character: char| character.is_ascii_digit() || character == '.')
        .unwrap_or(text.len());
    let (name, behind) = text.split_at_checked(end)?;
    let (_, nanos) = UNITS.iter().find(|(known, _)| *known == name)?;
    Some((*nanos, behind))
}

/// The nanoseconds of the digits behind a point. Go computes them in floating point and counts no
/// digit that 63 bits cannot hold.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go converts the same way, and the result is less than the unit or equal"
)]
fn part_of(fraction: &str, unit: u64) -> u64 {
    const LIMIT: u64 = i64::MAX.unsigned_abs() / 10;
    let (mut value, mut scale): (u64, f64) = (0, 1.0);
    for digit in fraction.bytes() {
        if value > LIMIT {
            break;
        }
        let longer = value * 10 + u64::from(digit - b'0');
        if longer > i64::MIN.unsigned_abs() {
            break;
        }
        value = longer;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_go_reads() {
        for (text, nanoseconds) in [
            ("0", 0),
            ("5s", 5_000_000_000),
            ("30s", 30_000_000_000),
            ("1478s", 1_478_000_000_000),
            ("-5s", 0),
            ("+5s", 5_000_000_000),
            ("5.0s", 5_000_000_000),
            ("5.6s", 5_600_000_000),
            ("5.s", 5_000_000_000),
            (".5s", 500_000_000),
            ("1.0040s", 1_004_000_000),
            ("100.00100s", 100_001_000_000),
            ("11us", 11_000),
            ("12µs", 12_000),
            ("13ms", 13_000_000),
            ("3h30m", 12_600_000_000_000),
            ("10.5s4m", 250_500_000_000),
            ("39h9m14.425s", 140_954_425_000_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Some(Duration::from_nanos(nanoseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn it_refuses_what_go_refuses() {
        for text in [
            "",
            "3",
            "-",
            "s",
            ".",
            "-.",
            ".s",
            "+.s",
            "1d",
            "1x",
            "3000000h",
            "9223372036854775808ns",
            "1s 2s",
            "1S",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
