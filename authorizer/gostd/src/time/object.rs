//! Times and durations as values of templates.

use std::any::Any;

use super::duration::format_duration;
use super::format::{MONTHS, WEEKDAYS, name};
use super::{Time, civil};
use crate::{Kind, Object, Value};

/// An integer of package time that has a name of its own.
#[derive(Clone, Copy, Debug)]
enum Named {
    Duration(i64),
    Month(i64),
    Weekday(i64),
}

/// The number behind a duration, a month or a weekday.
#[must_use]
pub fn as_int(object: &dyn Object) -> Option<i64> {
    let any: &dyn Any = object;
    any.downcast_ref::<Named>().map(|named| named.int())
}

impl Named {
    fn int(self) -> i64 {
        match self {
            Self::Duration(int) | Self::Month(int) | Self::Weekday(int) => int,
        }
    }
}

impl Object for Named {
    fn type_name(&self) -> &str {
        match self {
            Self::Duration(_) => "time.Duration",
            Self::Month(_) => "time.Month",
            Self::Weekday(_) => "time.Weekday",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Duration(_) => Kind::Int64,
            Self::Month(_) | Self::Weekday(_) => Kind::Int,
        }
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    #[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
    fn call(&self, method: &str, args: &[Value]) -> Option<Result<Value, String>> {
        let value = match (self, method) {
            (_, "String") => self.format().into(),
            (Self::Duration(nanos), "Nanoseconds") => Value::Int64(*nanos),
            (Self::Duration(nanos), "Microseconds") => Value::Int64(nanos / 1_000),
            (Self::Duration(nanos), "Milliseconds") => Value::Int64(nanos / 1_000_000),
            (Self::Duration(nanos), "Seconds") => Value::Float(*nanos as f64 / 1e9),
            (Self::Duration(nanos), "Minutes") => Value::Float(*nanos as f64 / 6e10),
            (Self::Duration(nanos), "Hours") => Value::Float(*nanos as f64 / 3.6e12),
            _ => return None,
        };
        Some(if args.is_empty() {
            Ok(value)
        } else {
            Err("expected no argument".to_owned())
        })
    }

    fn format(&self) -> String {
        match self {
            Self::Duration(nanos) => format_duration(*nanos),
            Self::Month(month) => name(&MONTHS, month - 1).to_owned(),
            Self::Weekday(day) => name(&WEEKDAYS, *day).to_owned(),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        self.int().into()
    }

    fn truthy(&self) -> bool {
        self.int() != 0
    }
}

impl Object for Time {
    fn type_name(&self) -> &str {
        "time.Time"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn call(&self, method: &str, args: &[Value]) -> Option<Result<Value, String>> {
        let answer = match args {
            [] => self.property(method).ok_or("expected an argument"),
            [Value::Object(object)] => {
                let any: &dyn Any = object.as_ref();
                match any.downcast_ref::<Self>() {
                    Some(other) => self
                        .compared(method, other)
                        .ok_or("expected another argument"),
                    None => match (method, as_int(object.as_ref())) {
                        ("Add", Some(nanos)) => Ok(Value::object(self.add(nanos))),
                        _ => Err("expected another argument"),
                    },
                }
            }
            [Value::Int(nanos)] if method == "Add" => Ok(Value::object(self.add(*nanos))),
            [Value::Str(layout)] if method == "Format" => Ok(self.format(layout).into()),
            [Value::Int(years), Value::Int(months), Value::Int(days)] if method == "AddDate" => {
                Ok(Value::object(self.add_date(*years, *months, *days)))
            }
            _ => Err("expected other arguments"),
        };
        let known = [
            "Add", "AddDate", "After", "Before", "Compare", "Equal", "Format", "Sub",
        ];
        match answer {
            Ok(value) => Some(Ok(value)),
            Err(reason) if known.contains(&method) || self.property(method).is_some() => {
                Some(Err(reason.to_owned()))
            }
            Err(_) => None,
        }
    }

    fn format(&self) -> String {
        Time::format(self, "2006-01-02 15:04:05.999999999 -0700 MST")
    }

    fn to_json(&self) -> serde_json::Value {
        Time::format(self, "2006-01-02T15:04:05.999999999Z07:00").into()
    }

    fn equals(&self, other: &dyn Object) -> bool {
        let any: &dyn Any = other;
        any.downcast_ref::<Self>() == Some(self)
    }
}

impl Time {
    /// What a method without arguments gives.
    fn property(&self, method: &str) -> Option<Value> {
        let civil = self.civil();
        let nanos = i64::try_from(self.unix_nanos()).unwrap_or_default();
        Some(match method {
            "Unix" => Value::Int64(self.seconds),
            "UnixMilli" => Value::Int64(nanos.div_euclid(1_000_000)),
            "UnixMicro" => Value::Int64(nanos.div_euclid(1_000)),
            "UnixNano" => Value::Int64(nanos),
            "Year" => Value::Int(civil.year),
            "Month" => Value::object(Named::Month(civil.month)),
            "Day" => Value::Int(civil.day),
            "Hour" => Value::Int(civil.hour),
            "Minute" => Value::Int(civil.minute),
            "Second" => Value::Int(civil.second),
            "Nanosecond" => Value::Int(self.nanos.into()),
            "Weekday" => Value::object(Named::Weekday(civil.weekday)),
            "YearDay" => Value::Int(civil.year_day),
            "UTC" | "Local" => Value::object(self.in_utc()),
            "IsZero" => Value::Bool(self.seconds == civil::YEAR_ONE && self.nanos == 0),
            "String" => Object::format(self).into(),
            _ => return None,
        })
    }

    fn compared(&self, method: &str, other: &Self) -> Option<Value> {
        let ordering = (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos));
        Some(match method {
            "After" => Value::Bool(ordering.is_gt()),
            "Before" => Value::Bool(ordering.is_lt()),
            "Equal" => Value::Bool(ordering.is_eq()),
            "Compare" => Value::Int(ordering as i64),
            "Sub" => Value::object(Named::Duration(self.since(other))),
            _ => return None,
        })
    }

    /// So many years, months and days later, by the calendar.
    fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        // Beyond this the calendar would overflow; Go's does so silently.
        let bounded = |number: i64| number.clamp(-10_000_000, 10_000_000);
        let civil = self.civil();
        let civil = civil::Civil {
            year: bounded(civil.year) + bounded(years),
            month: civil.month + bounded(months),
            day: civil.day + bounded(days),
            ..civil
        };
        Self {
            seconds: civil.to_seconds() - i64::from(self.offset),
            ..self.clone()
        }
    }
}
