//! Instants in UTC as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) writes them.

use std::time::{SystemTime, UNIX_EPOCH};

use super::civil::Civil;

/// An instant with as many digits behind the point as it takes: how Go writes a `time.Time` into
/// JSON. An instant before 1970 is written as 1970.
#[must_use]
pub fn rfc3339(at: SystemTime) -> String {
    let (mut text, nanos) = seconds(at);
    if nanos > 0 {
        let fraction = format!(".{nanos:09}");
        text.push_str(fraction.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// An instant to the millisecond, with three digits always. An instant before 1970 is written as
/// 1970.
#[must_use]
pub fn rfc3339_millis(at: SystemTime) -> String {
    let (text, nanos) = seconds(at);
    format!("{text}.{:03}Z", nanos / 1_000_000)
}

/// An instant up to its seconds, and its nanoseconds.
fn seconds(at: SystemTime) -> (String, u32) {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = Civil::from_seconds(i64::try_from(since.as_secs()).unwrap_or_default());
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.year, date.month, date.day, date.hour, date.minute, date.second
    );
    (text, since.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn instants_are_written_as_go_writes_them() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (951_782_399, 0, "2000-02-28T23:59:59Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"),
            (1_709_164_800, 120_000_000, "2024-02-29T00:00:00.12Z"),
            (4_107_542_400, 1, "2100-03-01T00:00:00.000000001Z"),
        ] {
            let at = UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(rfc3339(at), text);
        }
        let at = UNIX_EPOCH + Duration::from_millis(1_000_000_000_007);
        assert_eq!(rfc3339_millis(at), "2001-09-09T01:46:40.007Z");
        assert_eq!(rfc3339_millis(UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
