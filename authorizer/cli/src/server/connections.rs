//! The limit of connections at once, over all ports: it leaves memory and file handles for the requests to services.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{log, timed_stream::Progress};

/// The most connections at once, if the process may have enough files open.
const MAX_CONNECTIONS: u32 = 4096;

/// The limit of connections is never lower than this, however few files the process may have open: each port holds a
/// permit for the next connection.
const MIN_CONNECTIONS: u32 = 16;

/// The number of open files that the process requests.
#[cfg(unix)]
const OPEN_FILES: u64 = 65_536;

/// How long a connection may be idle while others wait for its permit.
const MAX_IDLE: Duration = Duration::from_secs(1);

/// How long to wait for a permit before idle connections are closed once more.
const RETRY_DELAY: Duration = Duration::from_millis(200);

/// The time between two log lines about connections that wait.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// The permit of a connection, until it is dropped.
pub(super) type ConnectionPermit = OwnedSemaphorePermit;

/// The permits of all connections, and the signals to them.
#[derive(Debug)]
pub(super) struct Connections {
    free: Arc<Semaphore>,
    limit: u32,
    /// Whether the server stops. Also marked as changed whenever a connection waits for a permit.
    stops: watch::Sender<bool>,
    /// When connections that wait were last logged.
    logged: Mutex<Option<Instant>>,
}

/// The signals to a connection.
#[derive(Clone, Debug)]
pub(super) struct Signals(watch::Receiver<bool>);

impl Connections {
    /// As many as the process can have. Raises its limit of open files.
    pub(super) fn new() -> Arc<Self> {
        let limit = open_files().map_or(MAX_CONNECTIONS, |files| files / 4 * 3);
        Self::of(limit.clamp(MIN_CONNECTIONS, MAX_CONNECTIONS))
    }

    fn of(limit: u32) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(
                limit.try_into().unwrap_or(Semaphore::MAX_PERMITS),
            )),
            limit,
            stops: watch::Sender::new(false),
            logged: Mutex::default(),
        })
    }

    /// The signals from now on, for a connection or a listener.
    pub(super) fn signals(&self) -> Signals {
        Signals(self.stops.subscribe())
    }

    /// Waits for a permit.
    pub(super) async fn permit(&self) -> ConnectionPermit {
        loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                return permit;
            }
            self.close_idle("the limit of connections is reached");
            let free = Arc::clone(&self.free).acquire_owned();
            if let Ok(Ok(permit)) = tokio::time::timeout(RETRY_DELAY, free).await {
                return permit;
            }
        }
    }

    /// Closes idle connections after one could not be accepted, mostly because too many files are open, and waits a
    /// little before the next attempt.
    pub(super) async fn failed(&self, error: &io::Error) {
        self.close_idle(&error.to_string());
        tokio::time::sleep(RETRY_DELAY).await;
    }

    fn close_idle(&self, why: &str) {
        self.stops.send_modify(|_| {});
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            *logged = Some(Instant::now());
            log::problem("connections wait: idle ones are closed", why);
        }
    }

    /// Signals all connections that the server stops.
    pub(super) fn stop(&self) {
        self.stops.send_replace(true);
    }

    /// Waits until all connections have ended; `false` if some take longer than `limit`.
    pub(super) async fn ended(&self, limit: Duration) -> bool {
        let all = self.free.acquire_many(self.limit);
        tokio::time::timeout(limit, all).await.is_ok()
    }
}

impl Signals {
    /// Returns when the server stops.
    pub(super) async fn stop(&mut self) {
        // A sender that is gone means the same.
        self.0.wait_for(|stops| *stops).await.ok();
    }

    /// Returns when a connection of this progress must end.
    pub(super) async fn end(&mut self, progress: &Progress) {
        while self.0.changed().await.is_ok() {
            if *self.0.borrow() || progress.is_idle_for(MAX_IDLE) {
                return;
            }
        }
    }
}

/// How many files the process may have open, after raising the limit as far as allowed.
#[cfg(unix)]
fn open_files() -> Option<u32> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit
        .maximum
        .map_or(OPEN_FILES, |most| most.min(OPEN_FILES));
    let mut files = limit.current?;
    if files < wanted {
        let raised = Rlimit {
            current: Some(wanted),
            maximum: limit.maximum,
        };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            files = wanted;
        }
    }
    u32::try_from(files).ok()
}

/// How many files the process may have open: unknown on this system.
#[cfg(not(unix))]
fn open_files() -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_without_a_permit_signals_idle_ones_until_one_ends() {
        let connections = Connections::of(1);
        let mut signals = connections.signals().0;
        let permit = connections.permit().await;
        assert!(!signals.has_changed().unwrap());
        let ends = async {
            for _ in 0..2 {
                signals.changed().await.unwrap();
            }
            drop(permit);
        };
        let (_second, ()) = tokio::join!(connections.permit(), ends);
        assert_eq!(connections.free.available_permits(), 0);
    }

    #[tokio::test]
    async fn a_connection_that_cannot_be_accepted_signals_idle_ones() {
        let connections = Connections::of(1);
        let signals = connections.signals().0;
        let error = io::Error::other("too many open files");
        connections.failed(&error).await;
        assert!(signals.has_changed().unwrap());
    }

    #[tokio::test]
    async fn all_connections_are_stopped_and_waited_for() {
        let connections = Connections::of(2);
        let permit = connections.permit().await;
        let (progress, mut signals) = (Progress::new(), connections.signals());
        connections.stop();
        signals.end(&progress).await;
        connections.signals().stop().await;
        assert!(!connections.ended(RETRY_DELAY).await);
        drop(permit);
        assert!(connections.ended(RETRY_DELAY).await);
    }
}
