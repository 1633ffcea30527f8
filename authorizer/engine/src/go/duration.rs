//! Go's `time.ParseDuration`.

use std::time::Duration;

/// Reads a duration as Go's [`time.ParseDuration`](https://pkg.go.dev/time#ParseDuration): numbers
/// with units, such as `300ms`, `1.5h` or `2h45m`. A negative one counts as none at all; `None`
/// where the text is no duration, or is longer than Go's 290 years.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut rest = rest;
    let mut nanoseconds: u128 = 0;
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
        let whole: u128 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        nanoseconds = nanoseconds.checked_add(whole.checked_mul(unit)?)?;
        nanoseconds = nanoseconds.checked_add(part_of(fraction, unit))?;
        rest = behind;
    }
    if nanoseconds > i64::MAX.unsigned_abs().into() {
        return None;
    }
    let duration = Duration::from_nanos(u64::try_from(nanoseconds).ok()?);
    Some(if negative { Duration::ZERO } else { duration })
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A unit's nanoseconds, and what follows it.
fn unit(text: &str) -> Option<(u128, &str)> {
    let end = text
        .find(|character: char| character.is_ascii_digit() || character == '.')
        .unwrap_or(text.len());
    let (unit, behind) = text.split_at(end);
    let nanoseconds = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    Some((nanoseconds, behind))
}

/// The nanoseconds behind the point; digits too small to count are left out.
fn part_of(fraction: &str, unit: u128) -> u128 {
    let mut scale: u128 = 1;
    let mut value: u128 = 0;
    for digit in fraction.bytes().take(18) {
        value = value * 10 + u128::from(digit - b'0');
        scale *= 10;
    }
    value * unit / scale
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
