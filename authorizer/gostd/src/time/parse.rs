//! Reads times.

use std::sync::Arc;

use super::civil::{Civil, days_in, days_of};
use super::format::{MONTHS, WEEKDAYS};
use super::layout::{Offset, Padding, Part, parts};
use super::{Time, civil};

/// Reads a time by a layout; what the layout lacks is 0, or 1 where that can't be.
pub(super) fn parse(layout: &str, text: &str) -> Option<Time> {
    let parts = parts(layout);
    let mut reading = Reading {
        rest: text,
        ..Reading::default()
    };
    for (position, part) in parts.iter().enumerate() {
        reading.part(*part, parts.get(position + 1))?;
    }
    reading.rest.is_empty().then(|| reading.finish()).flatten()
}

#[derive(Default)]
struct Reading<'t> {
    rest: &'t str,
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    /// Whether the hour is of the afternoon.
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i32>,
    zone: Option<&'t str>,
}

impl<'t> Reading<'t> {
    fn part(&mut self, part: Part<'_>, next: Option<&Part<'_>>) -> Option<()> {
        match part {
            Part::Literal(text) => self.literal(text)?,
            Part::LongMonth => self.month = Some(self.name(&MONTHS, usize::MAX)? + 1),
            Part::ShortMonth => self.month = Some(self.name(&MONTHS, 3)? + 1),
            Part::Month { padded } => {
                self.month = Some(
                    self.number(padded)
                        .filter(|month| (1..=12).contains(month))?,
                );
            }
            Part::LongWeekday => _ = self.name(&WEEKDAYS, usize::MAX)?,
            Part::ShortWeekday => _ = self.name(&WEEKDAYS, 3)?,
            Part::Day(padding) => {
                self.skip_padding(padding, 1);
                self.day = Some(self.number(padding == Padding::Zero)?);
            }
            Part::YearDay(padding) => {
                self.skip_padding(padding, 2);
                let digits = self.digits(3);
                if digits.is_empty() || padding == Padding::Zero && digits.len() < 3 {
                    return None;
                }
                self.year_day = digits.parse().ok();
            }
            Part::Hour24 => self.hour = self.number(false).filter(|hour| *hour < 24)?,
            Part::Hour12 { padded } => {
                self.hour = self.number(padded).filter(|hour| *hour <= 12)?;
            }
            Part::Minute { padded } => {
                self.minute = self.number(padded).filter(|minute| *minute < 60)?;
            }
            Part::Second { padded } => {
                self.second = self.number(padded).filter(|second| *second < 60)?;
                if !matches!(next, Some(Part::Fraction { .. })) {
                    self.fraction(None)?;
                }
            }
            Part::LongYear => {
                let digits = self
                    .take(4)
                    .filter(|year| year.starts_with(|c: char| c.is_ascii_digit()))?;
                self.year = digits.parse().ok()?;
            }
            Part::ShortYear => {
                let year: i64 = self.take(2)?.parse().ok()?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Part::HalfDay { upper } => {
                self.afternoon = Some(match (self.take(2)?, upper) {
                    ("PM", true) | ("pm", false) => true,
                    ("AM", true) | ("am", false) => false,
                    _ => return None,
                });
            }
            Part::ZoneName => self.zone_name()?,
            Part::Offset(offset) => self.offset(offset)?,
            Part::Fraction {
                digits, keep_zeros, ..
            } => {
                self.fraction(keep_zeros.then_some(digits))?;
            }
        }
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'t str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// Literal text, in which any number of blanks equals any other.
    fn literal(&mut self, text: &str) -> Option<()> {
        let mut text = text;
        while let Some(character) = text.chars().next() {
            if character == ' ' {
                if !self.rest.is_empty() && !self.rest.starts_with(' ') {
                    return None;
                }
                text = text.trim_start_matches(' ');
                self.rest = self.rest.trim_start_matches(' ');
                continue;
            }
            self.rest = self.rest.strip_prefix(character)?;
            text = text.strip_prefix(character)?;
        }
        Some(())
    }

    /// A name of which `length` bytes are written, in any case; its place in the list.
    fn name(&mut self, names: &[&str], length: usize) -> Option<i64> {
        let found = (0..).zip(names).find(|(_, name)| {
            let name = name.get(..length).unwrap_or(name);
            let start = self.rest.get(..name.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        let (place, name) = found?;
        self.take(name.len().min(length))?;
        Some(place)
    }

    fn skip_padding(&mut self, padding: Padding, count: usize) {
        for _ in 0..count {
            if padding == Padding::Blank {
                self.rest = self.rest.strip_prefix(' ').unwrap_or(self.rest);
            }
        }
    }

    /// As many digits as there are, at most `limit`.
    fn digits(&mut self, limit: usize) -> &'t str {
        let length = self
            .rest
            .bytes()
            .take(limit)
            .take_while(u8::is_ascii_digit)
            .count();
        self.take(length).unwrap_or_default()
    }

    /// One or two digits; two where `fixed`.
    fn number(&mut self, fixed: bool) -> Option<i64> {
        let digits = self.digits(2);
        if fixed && digits.len() < 2 {
            return None;
        }
        digits.parse().ok()
    }

    /// A fraction of a second: with so many digits, or, if it is there, with any number.
    fn fraction(&mut self, digits: Option<usize>) -> Option<()> {
        let marked = self.rest.strip_prefix(['.', ',']);
        let Some(behind) = marked.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        else {
            return digits.is_none().then_some(());
        };
        self.rest = behind;
        let written = self.digits(digits.unwrap_or(usize::MAX));
        if digits.is_some_and(|digits| written.len() < digits) {
            return None;
        }
        let written = written.get(..9).unwrap_or(written);
        self.nanos = format!("{written:0<9}").parse().ok()?;
        Some(())
    }

    fn offset(&mut self, layout: Offset) -> Option<()> {
        if layout.z && self.rest.starts_with('Z') {
            self.take(1)?;
            self.utc = true;
            return Some(());
        }
        let negative = match self.take(1)? {
            "+" => false,
            "-" => true,
            _ => return None,
        };
        let mut seconds: i64 = 0;
        let wanted = [
            (true, 3600, 24),
            (layout.minutes, 60, 60),
            (layout.seconds, 1, 60),
        ];
        for (position, (wanted, unit, limit)) in wanted.into_iter().enumerate() {
            if !wanted {
                break;
            }
            if position > 0 && layout.colon {
                self.rest = self.rest.strip_prefix(':')?;
            }
            seconds += self.number(true).filter(|number| *number <= limit)? * unit;
        }
        let seconds = i32::try_from(seconds).ok()?;
        self.offset = Some(if negative { -seconds } else { seconds });
        Some(())
    }

    /// An abbreviation of a zone: three or four capitals, `GMT+3`, or `+03`.
    fn zone_name(&mut self) -> Option<()> {
        if self.rest.starts_with("UTC") {
            self.take(3)?;
            self.utc = true;
            return Some(());
        }
        let length = zone_length(self.rest)?;
        self.zone = Some(self.take(length)?);
        Some(())
    }

    fn finish(mut self) -> Option<Time> {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        let (month, day) = match self.year_day {
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
            Some(year_day) => {
                let days = days_of(self.year, 13, 1) - days_of(self.year, 1, 1);
                if !(1..=days).contains(&year_day) {
                    return None;
                }
                let seconds = (days_of(self.year, 1, 1) + year_day - 1) * 86_400;
                let date = Civil::from_seconds(seconds);
                let agrees = self.month.is_none_or(|month| month == date.month)
                    && self.day.is_none_or(|day| day == date.day);
                agrees.then_some((date.month, date.day))?
            }
        };
        if day < 1 || day > days_in(self.year, month) {
            return None;
        }
        let civil = civil::Civil {
            year: self.year,
            month,
            day,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
            ..civil::Civil::default()
        };
        let mut time = Time::from_unix(civil.to_seconds());
        time.nanos = self.nanos;
        if self.utc {
            return Some(time);
        }
        let name: Option<Arc<str>> = self.zone.map(Arc::from);
        if let Some(offset) = self.offset {
            time.seconds -= i64::from(offset);
            if offset != 0 || name.as_deref().is_some_and(|name| name != "UTC") {
                time.offset = offset;
                time.zone = name.unwrap_or_default();
            }
        } else if let Some(name) = name {
            // An abbreviation says nothing certain about the offset; `GMT+3` does.
            let hours = name
                .strip_prefix("GMT")
                .and_then(|hours| hours.parse::<i32>().ok());
            time.offset = hours.unwrap_or_default() * 3600;
            time.zone = name;
        }
        Some(time)
    }
}

fn zone_length(text: &str) -> Option<usize> {
    for special in ["ChST", "MeST"] {
        if text.starts_with(special) {
            return Some(4);
        }
    }
    if let Some(behind) = text.strip_prefix("GMT") {
        return Some(3 + signed_hours(behind).unwrap_or_default());
    }
    if text.starts_with(['+', '-']) {
        return signed_hours(text);
    }
    let capitals = text
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_uppercase)
        .count();
    let fifth = text.get(4..5);
    match capitals {
        3 => Some(3),
        4 if text.get(3..4) == Some("T") || text.starts_with("WITA") => Some(4),
        5 if fifth == Some("T") => Some(5),
        _ => None,
    }
}

/// The length of `+3` or `-11`.
fn signed_hours(text: &str) -> Option<usize> {
    let digits = text.strip_prefix(['+', '-'])?;
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let hours: u32 = digits.get(..length)?.parse().ok()?;
    (hours < 24).then_some(length + 1)
}
