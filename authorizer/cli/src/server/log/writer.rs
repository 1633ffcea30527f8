//! Writes lines beside the work that has something to say: a decision never waits for who reads them.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde_json::json;

/// How many bytes of lines wait at most, until they are written. What comes on top is dropped and counted.
const MAX_WAITING: usize = 1 << 20;

/// How many bytes are written at once.
const CHUNK: usize = 64 * 1024;

/// How long a file that takes nothing just now is left alone.
const RETRY: Duration = Duration::from_millis(10);

/// How long the end of the program waits for a reader that takes nothing.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lines on their way to a thread that writes them.
#[derive(Debug, Default)]
pub(super) struct Writer {
    state: Mutex<State>,
    more: Condvar,
    less: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// How many lines found no room since the last that did.
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
    /// There can be no further thread.
    pub(super) fn start(to: impl Write + Send + 'static) -> io::Result<Arc<Self>> {
        let writer = Arc::new(Self::default());
        let of_thread = Arc::clone(&writer);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || of_thread.run(to))?;
        Ok(writer)
    }

    /// Takes a line, without its end. Never waits; one too many is dropped, and so is one that comes
    /// after the end.
    pub(super) fn line(&self, line: &str) {
        let mut state = self.state();
        if state.is_closed {
            return;
        }
        if state.waiting.len() + line.len() >= MAX_WAITING {
            state.dropped += 1;
            return;
        }
        state.say_what_was_dropped();
        let was_empty = state.waiting.is_empty();
        state.waiting.extend_from_slice(line.as_bytes());
        state.waiting.push(b'\n');
        if was_empty && !state.is_writing {
            drop(state);
            self.more.notify_one();
        }
    }

    /// Waits until everything is written, for as long as somebody reads it, and takes no more lines.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.say_what_was_dropped();
        state.is_closed = true;
        self.more.notify_one();
        while state.is_writing || !state.waiting.is_empty() {
            let chunks = state.chunks;
            let (woken, waited) = self
                .less
                .wait_timeout(state, PATIENCE)
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
                    .more
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            mem::swap(&mut state.waiting, &mut lines);
            state.is_writing = true;
            drop(state);
            for chunk in lines.chunks(CHUNK) {
                write(&mut to, chunk);
                self.state().chunks += 1;
                self.less.notify_all();
            }
            lines.clear();
            self.state().is_writing = false;
            self.less.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes all of it, as far as somebody reads it: a reader that is gone is nothing that a decision
/// depends on.
fn write(to: &mut impl Write, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return,
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Whoever shares the file may have set it so.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY),
            Err(_) => return,
        }
    }
}

impl State {
    fn say_what_was_dropped(&mut self) {
        if self.dropped == 0 {
            return;
        }
        let line = json!({
            "level": "error",
            "msg": "lines of the log were dropped: they came faster than they were read",
            "lines": self.dropped,
        });
        self.waiting.extend_from_slice(line.to_string().as_bytes());
        self.waiting.push(b'\n');
        self.dropped = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// What was written, and how often; a write waits for its turn where `turns` are given out.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Written {
        fn lines(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap();
            text.lines().map(str::to_owned).collect()
        }
    }

    struct Reader {
        turns: Option<mpsc::Receiver<()>>,
        written: Written,
    }

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some(turns) = &self.turns
                && turns.recv().is_err()
            {
                self.turns = None;
            }
            let mut written = self.written.0.lock().unwrap();
            written.0.extend_from_slice(bytes);
            written.1 += 1;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A writer that waits with its first line for a reader, until the sender is dropped.
    fn stuck() -> (mpsc::Sender<()>, Written, Arc<Writer>) {
        let (turn, turns) = mpsc::channel();
        let written = Written::default();
        let writer = Writer::start(Reader {
            turns: Some(turns),
            written: written.clone(),
        })
        .unwrap();
        writer.line("first");
        while !writer.state().is_writing {
            thread::yield_now();
        }
        (turn, written, writer)
    }

    #[test]
    fn every_line_is_written_in_order_before_the_end() {
        let written = Written::default();
        let writer = Writer::start(Reader {
            turns: None,
            written: written.clone(),
        })
        .unwrap();
        for number in 0..10_000 {
            writer.line(&number.to_string());
        }
        writer.close();
        let wanted: Vec<_> = (0..10_000).map(|number| number.to_string()).collect();
        writer.line("late");
        assert_eq!(written.lines(), wanted);
    }

    #[test]
    fn lines_that_wait_are_written_at_once() {
        let (turn, written, writer) = stuck();
        for number in 0..1000 {
            writer.line(&number.to_string());
        }
        drop(turn);
        writer.close();
        assert_eq!(written.lines().len(), 1001);
        assert_eq!(written.0.lock().unwrap().1, 2, "writes");
    }

    #[test]
    fn a_reader_that_is_stuck_holds_nobody_up_and_learns_what_was_dropped() {
        let (turn, written, writer) = stuck();
        let long = "x".repeat(1 << 16);
        let count = 1000;
        for _ in 0..count {
            writer.line(&long);
        }
        assert!(writer.state().waiting.len() <= MAX_WAITING);
        writer.close();
        assert!(
            written.lines().is_empty(),
            "the end has not waited for ever"
        );
        drop(turn);
        while writer.state().is_writing || !writer.state().waiting.is_empty() {
            thread::yield_now();
        }
        let lines = written.lines();
        let kept = lines.iter().filter(|line| **line == long).count();
        let said: serde_json::Value = serde_json::from_str(lines.last().unwrap()).unwrap();
        assert_eq!(said["lines"], json!(count - kept));
        assert!(kept > 0 && kept < count);
    }

    #[test]
    fn what_was_dropped_is_said_once_and_lines_go_on() {
        let mut state = State {
            dropped: 3,
            ..State::default()
        };
        state.say_what_was_dropped();
        state.say_what_was_dropped();
        let text = String::from_utf8(state.waiting).unwrap();
        assert_eq!(text.matches("\"lines\":3").count(), 1, "{text}");
    }
}
