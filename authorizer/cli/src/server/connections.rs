//! How many connections there are at once, over all ports: so many that memory and file handles are left
//! for what the gate has to ask.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{log, timed::Progress};

/// How many connections there are at most, where the process may have enough files open.
const MAX_CONNECTIONS: u32 = 4096;

/// How many there may be at least, however few files the process may have open: each port holds a place
/// for the next one.
const MIN_CONNECTIONS: u32 = 16;

/// How many files a process asks to be let open.
#[cfg(unix)]
const OPEN_FILES: u64 = 65_536;

/// How long a connection may rest where others wait for its place.
const REST: Duration = Duration::from_secs(1);

/// How long is waited for a place before connections at rest are asked to end once more.
const PAUSE: Duration = Duration::from_millis(200);

/// How long the log is silent about connections that find no place.
const SILENCE: Duration = Duration::from_secs(10);

/// A place of a connection, until it is dropped.
pub(super) type Place = OwnedSemaphorePermit;

/// The places of all connections, and what they are told.
#[derive(Debug)]
pub(super) struct Connections {
    free: Arc<Semaphore>,
    most: u32,
    /// Whether the server stops; changes as well whenever others wait for a place.
    stops: watch::Sender<bool>,
    said: Mutex<Option<Instant>>,
}

/// What a connection is told.
#[derive(Clone, Debug)]
pub(super) struct Told(watch::Receiver<bool>);

impl Connections {
    /// As many as the process can have, which may open more files from now on than by default.
    pub(super) fn new() -> Arc<Self> {
        let most = open_files().map_or(MAX_CONNECTIONS, |files| files / 4 * 3);
        Self::of(most.clamp(MIN_CONNECTIONS, MAX_CONNECTIONS))
    }

    fn of(most: u32) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(
                most.try_into().unwrap_or(Semaphore::MAX_PERMITS),
            )),
            most,
            stops: watch::Sender::new(false),
            said: Mutex::default(),
        })
    }

    /// What a connection, or who accepts them, listens to from now on.
    pub(super) fn told(&self) -> Told {
        Told(self.stops.subscribe())
    }

    /// Waits for a place.
    pub(super) async fn place(&self) -> Place {
        loop {
            if let Ok(place) = Arc::clone(&self.free).try_acquire_owned() {
                return place;
            }
            self.ask_for_places("as many as there can be are open");
            let free = Arc::clone(&self.free).acquire_owned();
            if let Ok(Ok(place)) = tokio::time::timeout(PAUSE, free).await {
                return place;
            }
        }
    }

    /// Says that a connection could not be accepted, mostly because too many files are open, and lets
    /// those at rest end. To be tried again a little later.
    pub(super) async fn failed(&self, error: &io::Error) {
        self.ask_for_places(&error.to_string());
        tokio::time::sleep(PAUSE).await;
    }

    fn ask_for_places(&self, why: &str) {
        self.stops.send_modify(|_| {});
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_none_or(|said| said.elapsed() >= SILENCE) {
            *said = Some(Instant::now());
            log::problem("connections wait: those at rest are ended", why);
        }
    }

    /// Tells all that the server stops.
    pub(super) fn stop(&self) {
        self.stops.send_replace(true);
    }

    /// Waits until there are none any more; `false` where some take longer than `limit`.
    pub(super) async fn ended(&self, limit: Duration) -> bool {
        let all = self.free.acquire_many(self.most);
        tokio::time::timeout(limit, all).await.is_ok()
    }
}

impl Told {
    /// Comes back once the server stops.
    pub(super) async fn stop(&mut self) {
        // Who could tell is gone: that is an end as well.
        self.0.wait_for(|stops| *stops).await.ok();
    }

    /// Comes back once a connection of this progress has to end.
    pub(super) async fn end(&mut self, progress: &Progress) {
        while self.0.changed().await.is_ok() {
            if *self.0.borrow() || progress.rests_for(REST) {
                return;
            }
        }
    }
}

/// How many files the process may have open, as many as it may ask for.
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

/// How many files the process may have open: not known here.
#[cfg(not(unix))]
fn open_files() -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_no_place_asks_those_at_rest_to_end_until_one_does() {
        let connections = Connections::of(1);
        let mut told = connections.told().0;
        let place = connections.place().await;
        assert!(!told.has_changed().unwrap());
        let ends = async {
            for _ in 0..2 {
                told.changed().await.unwrap();
            }
            drop(place);
        };
        let (_second, ()) = tokio::join!(connections.place(), ends);
        assert_eq!(connections.free.available_permits(), 0);
    }

    #[tokio::test]
    async fn connections_that_cannot_be_accepted_ask_too() {
        let connections = Connections::of(1);
        let told = connections.told().0;
        let error = io::Error::other("too many open files");
        connections.failed(&error).await;
        assert!(told.has_changed().unwrap());
    }

    #[tokio::test]
    async fn all_are_told_to_stop_and_waited_for() {
        let connections = Connections::of(2);
        let place = connections.place().await;
        let (progress, mut told) = (Progress::new(), connections.told());
        connections.stop();
        told.end(&progress).await;
        connections.told().stop().await;
        assert!(!connections.ended(PAUSE).await);
        drop(place);
        assert!(connections.ended(PAUSE).await);
    }
}
