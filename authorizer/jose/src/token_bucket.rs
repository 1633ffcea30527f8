//! A limit on the rate of requests.

use std::{
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// A [token bucket](https://en.wikipedia.org/wiki/Token_bucket): it fills at a rate per minute and holds
/// at most one minute's worth, which is what it starts with.
#[derive(Debug, Default)]
pub(super) struct TokenBucket(Mutex<Option<Level>>);

#[derive(Clone, Copy, Debug)]
struct Level {
    tokens: f64,
    at: SystemTime,
}

impl TokenBucket {
    /// Takes one token out; `false` where there is none. A clock that was set back adds nothing.
    pub(super) fn take(&self, per_minute: u32, now: SystemTime) -> bool {
        let capacity = f64::from(per_minute);
        let mut level = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = match *level {
            Some(Level { tokens, at }) => {
                let seconds = now.duration_since(at).unwrap_or_default().as_secs_f64();
                (tokens + seconds * capacity / 60.0).min(capacity)
            }
            None => capacity,
        };
        let granted = tokens >= 1.0;
        *level = Some(Level {
            tokens: if granted { tokens - 1.0 } else { tokens },
            at: now,
        });
        granted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(milliseconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1000) + Duration::from_millis(milliseconds)
    }

    /// A token every four seconds: these and their quarters are exact in a double.
    const PER_MINUTE: u32 = 15;

    /// How many tokens can be taken out at a moment.
    fn count(bucket: &TokenBucket, milliseconds: u64) -> usize {
        (0..100)
            .filter(|_| bucket.take(PER_MINUTE, at(milliseconds)))
            .count()
    }

    #[test]
    fn it_starts_full_refills_at_its_rate_and_never_holds_more_than_its_capacity() {
        let bucket = TokenBucket::default();
        for (now, tokens) in [
            (0, 15),
            (0, 0),
            (3_750, 0),
            (4_000, 1),
            (4_000, 0),
            (15_750, 2),
            (16_000, 1),
            (75_750, 14),
            (135_750, 15),
            (3_600_000, 15),
        ] {
            assert_eq!(count(&bucket, now), tokens, "after {now} ms");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_adds_nothing_and_removes_nothing() {
        let bucket = TokenBucket::default();
        assert!(bucket.take(PER_MINUTE, at(60_000)));
        assert_eq!(count(&bucket, 0), 14);
        // It refills from the moment that the clock shows now.
        assert_eq!(count(&bucket, 3_750), 0);
        assert_eq!(count(&bucket, 4_000), 1);
    }

    #[test]
    fn a_rate_of_one_grants_one_a_minute_and_a_rate_of_zero_none() {
        let one = TokenBucket::default();
        let granted = [0, 0, 60_000, 60_000].map(|now| one.take(1, at(now)));
        assert_eq!(granted, [true, false, true, false]);
        let none = TokenBucket::default();
        assert!(!none.take(0, at(0)));
        assert!(!none.take(0, at(3_600_000)));
    }
}
