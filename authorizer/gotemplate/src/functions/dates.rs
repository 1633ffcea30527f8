//! Dates. There is one time zone, UTC: which zone a host is in must not decide a request.

use std::any::Any;

use oathgate_gostd::strconv::atoi;
use oathgate_gostd::time::{NANOS_PER_SECOND, Time, format_duration, parse_duration_nanos};

use super::arguments::{any, text};
use super::{Answer, Function, Param};
use crate::run::Context;
use crate::{Object, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("now", &[], |_, _| Ok(Value::object(Time::now()))),
    Function::new("date", &[Param::Text, Param::Any], |context, args| {
        formatted(context, &text(args, 0), any(args, 1))
    }),
    Function::new(
        "dateInZone",
        &[Param::Text, Param::Any, Param::Text],
        date_in_zone,
    ),
    Function::new(
        "date_in_zone",
        &[Param::Text, Param::Any, Param::Text],
        date_in_zone,
    ),
    Function::new("htmlDate", &[Param::Any], |context, args| {
        formatted(context, "2006-01-02", any(args, 0))
    }),
    Function::new(
        "htmlDateInZone",
        &[Param::Any, Param::Text],
        |context, args| {
            check_zone(&text(args, 1))?;
            formatted(context, "2006-01-02", any(args, 0))
        },
    ),
    Function::new("dateModify", &[Param::Text, Param::Time], |_, args| {
        Ok(modified(args).unwrap_or_else(|| any(args, 1).clone()))
    }),
    Function::new("date_modify", &[Param::Text, Param::Time], |_, args| {
        Ok(modified(args).unwrap_or_else(|| any(args, 1).clone()))
    }),
    Function::new("mustDateModify", &[Param::Text, Param::Time], |_, args| {
        modified(args).ok_or_else(|| "the text is not a duration".to_owned())
    }),
    Function::new(
        "must_date_modify",
        &[Param::Text, Param::Time],
        |_, args| modified(args).ok_or_else(|| "the text is not a duration".to_owned()),
    ),
    Function::new("toDate", &[Param::Text, Param::Text], |_, args| {
        let time = Time::parse(&text(args, 0), &text(args, 1));
        Ok(Value::object(time.unwrap_or_else(Time::zero)))
    }),
    Function::new("mustToDate", &[Param::Text, Param::Text], |_, args| {
        let time = Time::parse(&text(args, 0), &text(args, 1));
        time.map(Value::object)
            .ok_or_else(|| "the text does not fit the layout".to_owned())
    }),
    Function::new("unixEpoch", &[Param::Time], |_, args| {
        let seconds = as_time(any(args, 0)).map(Time::unix).unwrap_or_default();
        Ok(seconds.to_string().into())
    }),
    Function::new("ago", &[Param::Any], |_, args| {
        let nanos = Time::now().since(&instant(any(args, 0)));
        // Rounded to whole seconds, half a second away from zero.
        let half = if nanos < 0 {
            -NANOS_PER_SECOND / 2
        } else {
            NANOS_PER_SECOND / 2
        };
        let seconds = nanos.saturating_add(half) / NANOS_PER_SECOND;
        Ok(format_duration(seconds.saturating_mul(NANOS_PER_SECOND)).into())
    }),
    Function::new("duration", &[Param::Any], |_, args| {
        let seconds = match any(args, 0) {
            Value::Str(text) => atoi(text),
            Value::Int64(seconds) => *seconds,
            _ => 0,
        };
        Ok(format_duration(seconds.wrapping_mul(NANOS_PER_SECOND)).into())
    }),
    Function::new("durationRound", &[Param::Any], |_, args| {
        let nanos = match any(args, 0) {
            Value::Str(text) => parse_duration_nanos(text).unwrap_or_default(),
            Value::Int64(nanos) => *nanos,
            other => as_time(other).map_or(0, |time| Time::now().since(time)),
        };
        Ok(largest_unit(nanos.unsigned_abs()).into())
    }),
];

/// The time that a value is, if it is one.
pub(crate) fn as_time(value: &Value) -> Option<&Time> {
    let Value::Object(object) = value else {
        return None;
    };
    let object: &dyn Object = object.as_ref();
    let any: &dyn Any = object;
    any.downcast_ref()
}

/// A time, or seconds since 1970; anything else is now.
fn instant(value: &Value) -> Time {
    match value {
        Value::Int(seconds) | Value::Int64(seconds) => Time::from_unix(*seconds),
        other => as_time(other).cloned().unwrap_or_else(Time::now),
    }
}

fn formatted(context: &mut Context<'_>, layout: &str, value: &Value) -> Answer {
    context.charge(layout.len().saturating_mul(4))?;
    Ok(instant(value).in_utc().format(layout).into())
}

fn date_in_zone(context: &mut Context<'_>, args: &[Value]) -> Answer {
    check_zone(&text(args, 2))?;
    formatted(context, &text(args, 0), any(args, 1))
}

fn check_zone(zone: &str) -> Result<(), String> {
    match zone {
        "" | "UTC" | "Local" | "Etc/UTC" => Ok(()),
        _ => Err("the only time zone here is `UTC`".to_owned()),
    }
}

fn modified(args: &[Value]) -> Option<Value> {
    let nanos = parse_duration_nanos(&text(args, 0))?;
    Some(Value::object(as_time(any(args, 1))?.add(nanos)))
}

/// A duration in its largest unit: `2h`, `3mo`.
fn largest_unit(nanos: u64) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    match units.iter().find(|(unit, _)| nanos > *unit) {
        Some((unit, name)) => format!("{}{name}", nanos / unit),
        None => "0s".to_owned(),
    }
}
