//! Go's [`time`](https://pkg.go.dev/time): instants with a calendar and layouts, and durations.
//! The only local time zone is UTC.

mod civil;
mod duration;
mod format;
mod layout;
mod object;
mod parse;
mod rfc3339;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

pub use duration::{NANOS_PER_SECOND, format_duration, parse_duration, parse_duration_nanos};
pub use object::as_int;
pub use rfc3339::{rfc3339, rfc3339_millis};

/// An instant with the offset it is written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
    /// Nanoseconds beyond them.
    nanos: u32,
    /// The name of the time zone; may be empty.
    zone: Arc<str>,
    /// Seconds east of UTC.
    offset: i32,
}

impl Time {
    /// The instant so many seconds after 1970 began, in UTC.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Self {
            seconds,
            nanos: 0,
            zone: "UTC".into(),
            offset: 0,
        }
    }

    /// Go's zero time: the first instant of year 1.
    #[must_use]
    pub fn zero() -> Self {
        Self::from_unix(civil::YEAR_ONE)
    }

    /// The time of the host's clock.
    #[must_use]
    pub fn now() -> Self {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut now = Self::from_unix(i64::try_from(elapsed.as_secs()).unwrap_or_default());
        now.nanos = elapsed.subsec_nanos();
        now
    }

    /// Seconds since 1970 began.
    #[must_use]
    pub fn unix(&self) -> i64 {
        self.seconds
    }

    /// Nanoseconds since 1970 began.
    fn unix_nanos(&self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOS_PER_SECOND) + i128::from(self.nanos)
    }

    /// The same instant in UTC.
    #[must_use]
    pub fn in_utc(&self) -> Self {
        Self {
            zone: "UTC".into(),
            offset: 0,
            ..self.clone()
        }
    }

    /// So many nanoseconds later.
    #[must_use]
    pub fn add(&self, nanos: i64) -> Self {
        let total = i64::from(self.nanos) + nanos.rem_euclid(NANOS_PER_SECOND);
        let seconds = nanos.div_euclid(NANOS_PER_SECOND) + total.div_euclid(NANOS_PER_SECOND);
        Self {
            seconds: self.seconds.saturating_add(seconds),
            nanos: u32::try_from(total.rem_euclid(NANOS_PER_SECOND)).unwrap_or_default(),
            ..self.clone()
        }
    }

    /// The nanoseconds from `other` to this instant, at most what a `time.Duration` holds.
    #[must_use]
    pub fn since(&self, other: &Self) -> i64 {
        let nanos = self.unix_nanos() - other.unix_nanos();
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    }

    /// Writes the time by a Go layout.
    #[must_use]
    pub fn format(&self, layout: &str) -> String {
        format::format(self, layout)
    }

    /// Reads a time by a Go layout; without a zone it is UTC.
    #[must_use]
    pub fn parse(layout: &str, text: &str) -> Option<Self> {
        parse::parse(layout, text)
    }

    fn civil(&self) -> civil::Civil {
        civil::Civil::from_seconds(self.seconds.saturating_add(self.offset.into()))
    }
}
