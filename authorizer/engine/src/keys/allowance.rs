//! How many questions may still be asked.

use std::{
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// So many questions a minute, saved up for one minute at most.
#[derive(Debug, Default)]
pub(super) struct Allowance(Mutex<Option<Saved>>);

#[derive(Clone, Copy, Debug)]
struct Saved {
    questions: f64,
    at: SystemTime,
}

impl Allowance {
    /// Takes one question out, if there is one left.
    pub(super) fn take(&self, per_minute: u32, now: SystemTime) -> bool {
        let most = f64::from(per_minute);
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let questions = match *saved {
            // A clock that was set back saves nothing up.
            Some(Saved { questions, at }) => {
                let seconds = now.duration_since(at).unwrap_or_default().as_secs_f64();
                (questions + seconds * most / 60.0).min(most)
            }
            None => most,
        };
        let granted = questions >= 1.0;
        *saved = Some(Saved {
            questions: if granted { questions - 1.0 } else { questions },
            at: now,
        });
        granted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_grants_so_many_at_once_and_then_one_now_and_then() {
        let allowance = Allowance::default();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let granted = |at| (0..100).filter(|_| allowance.take(6, at)).count();
        assert_eq!(granted(start), 6);
        assert_eq!(granted(start + Duration::from_secs(9)), 0);
        assert_eq!(granted(start + Duration::from_secs(11)), 1);
        assert_eq!(granted(start + Duration::from_secs(3600)), 6);
        assert_eq!(granted(start), 0, "a clock that was set back");
    }

    #[test]
    fn none_a_minute_is_none() {
        assert!(!Allowance::default().take(0, SystemTime::UNIX_EPOCH));
    }
}
