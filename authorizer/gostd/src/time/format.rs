//! Writes times.

use std::fmt::{self, Write as _};

use super::Time;
use super::layout::{Offset, Padding, Part, parts};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The name at `place`, counted from 0.
pub(super) fn name(names: &'static [&'static str], place: i64) -> &'static str {
    usize::try_from(place)
        .ok()
        .and_then(|place| names.get(place))
        .copied()
        .unwrap_or_default()
}

/// A time as a layout says.
pub(super) fn format(time: &Time, layout: &str) -> String {
    let mut out = String::with_capacity(layout.len() + 8);
    for part in parts(layout) {
        // A `String` takes every write, so the result says nothing.
        let _ = write_part(&mut out, time, part);
    }
    out
}

fn write_part(out: &mut String, time: &Time, part: Part<'_>) -> fmt::Result {
    let civil = time.civil();
    let hour12 = (civil.hour + 11) % 12 + 1;
    let short = |name: &'static str| name.get(..3).unwrap_or(name);
    match part {
        Part::Literal(text) => out.write_str(text),
        Part::LongMonth => out.write_str(name(&MONTHS, civil.month - 1)),
        Part::ShortMonth => out.write_str(short(name(&MONTHS, civil.month - 1))),
        Part::Month { padded } => number(out, civil.month, padded),
        Part::LongWeekday => out.write_str(name(&WEEKDAYS, civil.weekday)),
        Part::ShortWeekday => out.write_str(short(name(&WEEKDAYS, civil.weekday))),
        Part::Day(padding) => padded(out, civil.day, padding, 2),
        Part::YearDay(padding) => padded(out, civil.year_day, padding, 3),
        Part::Hour24 => number(out, civil.hour, true),
        Part::Hour12 { padded } => number(out, hour12, padded),
        Part::Minute { padded } => number(out, civil.minute, padded),
        Part::Second { padded } => number(out, civil.second, padded),
        Part::LongYear if civil.year < 0 => write!(out, "-{:04}", -civil.year),
        Part::LongYear => write!(out, "{:04}", civil.year),
        Part::ShortYear => write!(out, "{:02}", civil.year.abs() % 100),
        Part::HalfDay { upper } => out.write_str(match (civil.hour >= 12, upper) {
            (true, true) => "PM",
            (true, false) => "pm",
            (false, true) => "AM",
            (false, false) => "am",
        }),
        Part::ZoneName if time.zone.is_empty() => write_offset(
            out,
            time.offset,
            Offset {
                z: false,
                colon: false,
                minutes: true,
                seconds: false,
            },
        ),
        Part::ZoneName => out.write_str(&time.zone),
        Part::Offset(offset) => write_offset(out, time.offset, offset),
        Part::Fraction {
            mark,
            digits,
            keep_zeros,
        } => {
            let nanos = format!("{:09}", time.nanos);
            let fraction = nanos.get(..digits.min(9)).unwrap_or(&nanos);
            let fraction = if keep_zeros {
                fraction
            } else {
                fraction.trim_end_matches('0')
            };
            if keep_zeros || !fraction.is_empty() {
                out.push(mark);
                out.write_str(fraction)
            } else {
                Ok(())
            }
        }
    }
}

fn number(out: &mut String, number: i64, padded: bool) -> fmt::Result {
    if padded {
        write!(out, "{number:02}")
    } else {
        write!(out, "{number}")
    }
}

fn padded(out: &mut String, number: i64, padding: Padding, width: usize) -> fmt::Result {
    match padding {
        Padding::None => write!(out, "{number}"),
        Padding::Blank => write!(out, "{number:width$}"),
        Padding::Zero => write!(out, "{number:0width$}"),
    }
}

fn write_offset(out: &mut String, seconds: i32, offset: Offset) -> fmt::Result {
    if offset.z && seconds == 0 {
        return out.write_str("Z");
    }
    let size = seconds.abs();
    out.push(if seconds / 60 < 0 { '-' } else { '+' });
    write!(out, "{:02}", size / 3600)?;
    let colon = if offset.colon { ":" } else { "" };
    if offset.minutes {
        write!(out, "{colon}{:02}", size / 60 % 60)?;
    }
    if offset.seconds {
        write!(out, "{colon}{:02}", size % 60)?;
    }
    Ok(())
}
