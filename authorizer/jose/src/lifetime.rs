//! When a key signs, and until when it is published: its members `nbf` and `exp`, as
//! [OpenID Federation](https://openid.net/specs/openid-federation-1_0.html) registers them for JSON
//! Web Keys.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::value::RawValue;

/// The time in which a key may be used. A key without `nbf` and `exp` may always be.
///
/// Both members are NumericDates: seconds since 1970, fractions allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// `nbf`: the moment from which the key signs. It is published before that.
    pub signs_from: Option<SystemTime>,
    /// `exp`: the moment from which the key neither signs nor is published.
    pub ends: Option<SystemTime>,
    /// A member is present and is not a NumericDate: the key neither signs nor is published.
    pub unreadable: bool,
}

impl Lifetime {
    pub(super) fn read(nbf: Option<&RawValue>, exp: Option<&RawValue>) -> Self {
        let mut unreadable = false;
        let mut read = |written: Option<&RawValue>, round: fn(f64) -> f64| {
            let moment = numeric_date(written?, round);
            unreadable |= moment.is_none();
            moment
        };
        // Rounded so that a key never signs too early and is never used too long.
        let (signs_from, ends) = (read(nbf, f64::ceil), read(exp, f64::floor));
        Self {
            signs_from,
            ends,
            unreadable,
        }
    }

    /// Whether the key has `nbf` or `exp`.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        *self != Self::default()
    }

    /// Whether the key is published to those who verify: its `exp` has not been reached.
    #[must_use]
    pub fn is_published(&self, now: SystemTime) -> bool {
        !self.unreadable && self.ends.is_none_or(|ends| now < ends)
    }

    /// Whether the key may sign: its `nbf` has been reached, and its `exp` has not.
    #[must_use]
    pub fn signs(&self, now: SystemTime) -> bool {
        self.is_published(now) && self.signs_from.is_none_or(|from| from <= now)
    }
}

/// The moment that a JSON value names, in whole seconds.
fn numeric_date(written: &RawValue, round: fn(f64) -> f64) -> Option<SystemTime> {
    let seconds: f64 = serde_json::from_str(written.get()).ok()?;
    let since = Duration::try_from_secs_f64(round(seconds).max(0.0)).ok()?;
    UNIX_EPOCH.checked_add(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifetime(nbf: &str, exp: &str) -> Lifetime {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        let (nbf, exp) = (
            (!nbf.is_empty()).then(|| raw(nbf)),
            (!exp.is_empty()).then(|| raw(exp)),
        );
        Lifetime::read(nbf.as_deref(), exp.as_deref())
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_key_signs_from_its_nbf_and_is_published_until_its_exp() {
        // nbf, exp, moment, signs, is published
        for (nbf, exp, now, signs, published) in [
            ("", "", 0, true, true),
            ("100", "", 99, false, true),
            ("100", "", 100, true, true),
            ("100", "200", 199, true, true),
            ("100", "200", 200, false, false),
            ("", "200", 1, true, true),
            ("", "200", 201, false, false),
            ("300", "200", 250, false, false),
            ("100.2", "200.9", 100, false, true),
            ("100.2", "200.9", 200, false, false),
            ("-5", "1e3", 999, true, true),
            ("0", "-1", 0, false, false),
        ] {
            let lifetime = lifetime(nbf, exp);
            let has_dates = !nbf.is_empty() || !exp.is_empty();
            assert_eq!(lifetime.is_limited(), has_dates, "nbf {nbf}, exp {exp}");
            assert_eq!(
                (lifetime.signs(at(now)), lifetime.is_published(at(now))),
                (signs, published),
                "nbf {nbf}, exp {exp} at {now}"
            );
        }
    }

    #[test]
    fn a_key_whose_dates_cannot_be_read_neither_signs_nor_is_published() {
        for wrong in [
            "\"100\"",
            "true",
            "[]",
            "{}",
            "1e300",
            "1e999",
            "\"2026-01-01\"",
        ] {
            for lifetime in [lifetime(wrong, ""), lifetime("", wrong)] {
                assert!(lifetime.is_limited(), "{wrong}");
                assert!(!lifetime.signs(at(1000)), "{wrong}");
                assert!(!lifetime.is_published(at(1000)), "{wrong}");
            }
        }
    }
}
