//! Time limits that need no system call each.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    task::coop::unconstrained,
    time::{Instant, Sleep, sleep_until},
};

/// How many timers are kept: as many requests as a busy server has at the same time.
const MOST_KEPT: usize = 64;

/// Longer than any process lives: for a limit that is too long to be represented as a moment.
const FOREVER: Duration = Duration::from_secs(86_400 * 365 * 30);

/// Limits with timers that are reused.
///
/// Starting a timer makes the runtime's loop run once more, which is a system call and takes longer than
/// a decision. Postponing a timer that exists does not. So timers are kept once their work is done. All
/// uses of one value must be in one runtime.
#[derive(Debug, Default)]
pub struct TimeLimits {
    kept: Mutex<Vec<Pin<Box<Sleep>>>>,
}

/// The limit was reached before the work was done.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the time limit was reached")]
pub struct TimeUp;

impl TimeLimits {
    /// Runs a future for at most `limit`. A future that never waits is completed however short the limit
    /// is.
    ///
    /// # Errors
    /// The future did not complete in time. It is dropped.
    pub async fn within<F: Future>(&self, limit: Duration, work: F) -> Result<F::Output, TimeUp> {
        let begun = Instant::now();
        let mut work = pin!(work);
        let mut timer = None;
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(done));
            }
            timer
                .get_or_insert_with(|| self.timer(begun, limit))
                .poll(context)
                .map(|()| Err(TimeUp))
        })
        .await
    }

    fn timer(&self, begun: Instant, limit: Duration) -> Lent<'_> {
        let until = begun.checked_add(limit).unwrap_or(begun + FOREVER);
        let kept = self.kept().pop();
        let timer = match kept {
            Some(mut timer) => {
                timer.as_mut().reset(until);
                timer
            }
            None => Box::pin(sleep_until(until)),
        };
        Lent {
            timer: Some(timer),
            by: self,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Pin<Box<Sleep>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A timer that is given back when it is dropped.
struct Lent<'a> {
    timer: Option<Pin<Box<Sleep>>>,
    by: &'a TimeLimits,
}

impl Lent<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.timer {
            // A future that never yields to the runtime is limited too.
            Some(timer) => pin!(unconstrained(timer.as_mut())).poll(context),
            None => Poll::Pending,
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            let mut kept = self.by.kept();
            if kept.len() < MOST_KEPT {
                kept.push(timer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::future::join_all;
    use tokio::time::sleep;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_future_that_takes_too_long_is_dropped() {
        let limits = TimeLimits::default();
        for _ in 0..3 {
            assert_eq!(limits.within(SHORT, pending::<()>()).await, Err(TimeUp));
            assert_eq!(limits.within(LONG, sleep(SHORT)).await, Ok(()));
        }
    }

    #[tokio::test]
    async fn a_timer_that_was_postponed_does_not_end_earlier() {
        let limits = TimeLimits::default();
        let pause = async || tokio::task::yield_now().await;
        assert_eq!(limits.within(SHORT, pause()).await, Ok(()));
        assert_eq!(limits.within(LONG, sleep(3 * SHORT)).await, Ok(()));
        assert_eq!(limits.within(SHORT, pending::<()>()).await, Err(TimeUp));
    }

    #[tokio::test]
    async fn nested_limits_hold_each() {
        let limits = TimeLimits::default();
        for _ in 0..2 {
            let inner = limits.within(SHORT, pending::<()>());
            assert_eq!(limits.within(LONG, inner).await, Ok(Err(TimeUp)));
            let inner = limits.within(LONG, pending::<()>());
            assert_eq!(limits.within(SHORT, inner).await, Err(TimeUp));
        }
    }

    #[tokio::test]
    async fn a_future_that_never_waits_completes_under_a_limit_of_zero() {
        let limits = TimeLimits::default();
        assert_eq!(limits.within(Duration::ZERO, ready(1)).await, Ok(1));
        assert!(limits.kept().is_empty(), "no timer was needed");
    }

    #[tokio::test]
    async fn the_longest_limit_holds() {
        let limits = TimeLimits::default();
        assert_eq!(limits.within(Duration::MAX, sleep(SHORT)).await, Ok(()));
    }

    #[tokio::test]
    async fn a_future_that_never_yields_is_dropped() {
        let limits = TimeLimits::default();
        let restless = async {
            loop {
                tokio::task::consume_budget().await;
            }
        };
        assert_eq!(limits.within(SHORT, restless).await, Err(TimeUp));
    }

    #[tokio::test]
    async fn timers_are_reused_and_their_number_is_bounded() {
        let limits = TimeLimits::default();
        for _ in 0..5 {
            assert_eq!(limits.within(LONG, sleep(Duration::ZERO)).await, Ok(()));
        }
        assert_eq!(limits.kept().len(), 1);
        let many = (0..2 * MOST_KEPT).map(|_| limits.within(LONG, sleep(SHORT)));
        assert!(join_all(many).await.iter().all(Result::is_ok));
        assert_eq!(limits.kept().len(), MOST_KEPT);
    }
}
