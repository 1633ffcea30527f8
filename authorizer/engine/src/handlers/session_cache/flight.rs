//! A request that is under way, for all that wait for its response.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use oathgate_cache::CacheKey;
use tokio::sync::watch;

use super::Kept;
use crate::{
    Ports, ServiceRequest,
    ports::{HttpError, HttpResponse},
};

type Outcome = Result<HttpResponse, HttpError>;

/// Shows the outcome once there is one.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    /// Counted from one; a higher one began later.
    pub(super) number: u64,
    pub(super) sent_at: SystemTime,
    outcome: watch::Receiver<Option<Outcome>>,
}

impl Flight {
    /// Sends the request, in a task that goes on when no caller waits any longer.
    pub(super) fn start(
        kept: Arc<Kept>,
        key: CacheKey,
        number: u64,
        service_request: ServiceRequest,
        ports: Ports,
    ) -> Self {
        let sent_at = ports.clock.now();
        let (landed, outcome) = watch::channel(None);
        let listed = Listed { kept, key, number };
        tokio::spawn(async move {
            let outcome = service_request.send(&*ports.http).await;
            if let Ok(answer) = &outcome {
                listed.kept.keep(key, answer, sent_at);
            }
            drop(listed);
            landed.send_replace(Some(outcome));
        });
        Self {
            number,
            sent_at,
            outcome,
        }
    }

    /// Whether there may still be an outcome, or is one.
    pub(super) fn is_under_way(&self) -> bool {
        self.outcome.has_changed().is_ok()
    }

    /// The outcome, if it comes within the limit.
    pub(super) async fn landed(mut self, limit: Duration) -> Outcome {
        match tokio::time::timeout(limit, self.outcome.wait_for(Option::is_some)).await {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or(Err(HttpError::Timeout)),
            Ok(Err(_)) => Err(HttpError::Broken(
                "the service_request was broken off".to_owned(),
            )),
            Err(_) => Err(HttpError::Timeout),
        }
    }
}

/// A flight's place in the list, which it leaves however it ends.
struct Listed {
    kept: Arc<Kept>,
    key: CacheKey,
    number: u64,
}

impl Drop for Listed {
    fn drop(&mut self) {
        let mut flights = self.kept.flights();
        // A later flight may have taken the place.
        if flights
            .by_key
            .get(&self.key)
            .is_some_and(|flight| flight.number == self.number)
        {
            flights.by_key.remove(&self.key);
        }
    }
}
