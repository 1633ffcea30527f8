//! Writes lines in a thread of its own: a decision never waits for the reader of the log.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde_json::json;

/// The most bytes of lines that wait to be written. Further lines are dropped and counted.
const MAX_WAITING_BYTES: usize = 1 << 20;

/// The most bytes of one write.
const CHUNK_BYTES: usize = 64 * 1024;

/// The time between two attempts to write to a file that would block.
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// How long the end of the program waits for a reader that reads nothing.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The queue of lines for the thread that writes them.
#[derive(Debug, Default)]
pub(super) struct Writer {
    state: Mutex<State>,
    /// Notified when lines were added or the queue is closed.
    added: Condvar,
    /// Notified when lines were written.
    written: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// How many lines were dropped since the last one that was not.
    dropped: u64,
    /// How many chunks were written.
    chunks: u64,
    is_writing: bool,
    is_closed: bool,
}

impl Writer {
    /// Starts a thread that writes to `to` until the writer is closed.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub(super) fn start(to: impl Write + Send + 'static) -> io::Result<Arc<Self>> {
        let writer = Arc::new(Self::default());
        let of_thread = Arc::clone(&writer);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || of_thread.run(to))?;
        Ok(writer)
    }

    /// Adds a line, without its line break. Never waits: a line beyond the limit or after the end is dropped.
    pub(super) fn line(&self, line: &str) {
        let mut state = self.state();
        if state.is_closed {
            return;
        }
        if state.waiting.len() + line.len() >= MAX_WAITING_BYTES {
            state.dropped += 1;
            return;
        }
        state.report_dropped();
        let was_empty = state.waiting.is_empty();
        state.waiting.extend_from_slice(line.as_bytes());
        state.waiting.push(b'\n');
        if was_empty && !state.is_writing {
            drop(state);
            self.added.notify_one();
        }
    }

    /// Closes the queue and waits until everything is written, as long as the reader reads.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.report_dropped();
        state.is_closed = true;
        self.added.notify_one();
        while state.is_writing || !state.waiting.is_empty() {
            let chunks = state.chunks;
            let (woken, waited) = self
                .written
                .wait_timeout(state, CLOSE_TIMEOUT)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if waited.timed_out() && state.chunks == chunks {
                return;
            }
        }
    }

    fn run(&self, mut to: impl Write) {
        let mut lines = Vec::new();
        loop {
            let mut state = self.state();
            while state.waiting.is_empty() {
                if state.is_closed {
                    return;
                }
                state = self
                    .added
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            mem::swap(&mut state.waiting, &mut lines);
            state.is_writing = true;
            drop(state);
            for chunk in lines.chunks(CHUNK_BYTES) {
                write(&mut to, chunk);
                self.state().chunks += 1;
                self.written.notify_all();
            }
            lines.clear();
            self.state().is_writing = false;
            self.written.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes all bytes, unless the reader is gone, which is not an error: decisions do not depend on the log.
fn write(to: &mut impl Write, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return,
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Another process that shares the file may have made it non-blocking.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY_DELAY),
            Err(_) => return,
        }
    }
}

impl State {
    fn report_dropped(&mut self) {
        if self.dropped == 0 {
            return;
        }
        let line = json!({
            "level": "error",
            "msg": "log lines were dropped: they are written faster than they are read",
            "lines": self.dropped,
        });
        self.waiting.extend_from_slice(line.to_string().as_bytes());
        self.waiting.push(b'\n');
        self.dropped = 0;
    }
}

#[cfg(test)]
mod tests;
