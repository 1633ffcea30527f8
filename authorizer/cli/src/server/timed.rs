//! Connections that have to get on: clients that send or take nothing, or too slowly, do not hold one.

use std::{
    io, mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use oathgate_engine::config::Timeout;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use super::request_line::RequestLine;

/// Where a connection stands.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// Nothing of the next request has arrived yet.
    Between,
    /// A request's line and headers are on their way.
    Arriving,
    /// A request is being answered, its body included: whoever answers minds the time.
    Answering,
}

/// How far a connection is: the stream reads it, and what answers the requests moves it.
#[derive(Debug)]
pub(super) struct Progress(Mutex<State>);

#[derive(Debug)]
struct State {
    stage: Stage,
    since: Instant,
    /// The line of the request that arrives.
    line: RequestLine,
}

impl Progress {
    /// Of a connection that was just opened: its first request is due.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            stage: Stage::Arriving,
            since: Instant::now(),
            line: RequestLine::default(),
        })))
    }

    /// A request has arrived but for its body. Gives what its line was like, as far as it came by itself:
    /// of requests that arrive together only the first is seen.
    pub(super) fn request_arrived(&self) -> RequestLine {
        let mut state = self.state();
        state.enter(Stage::Answering);
        mem::take(&mut state.line)
    }

    /// The answer is there, to be written.
    pub(super) fn answer_begins(&self) {
        self.state().enter(Stage::Between);
    }

    /// Whether no request has been answered for so long.
    pub(super) fn rests_for(&self, time: Duration) -> bool {
        let state = self.state();
        !matches!(state.stage, Stage::Answering) && state.since.elapsed() >= time
    }

    /// Bytes have come.
    fn received(&self, bytes: &[u8]) {
        let mut state = self.state();
        match state.stage {
            Stage::Between => state.enter(Stage::Arriving),
            Stage::Arriving => {}
            Stage::Answering => return,
        }
        state.line.see(bytes);
    }

    fn get(&self) -> (Stage, Instant) {
        let state = self.state();
        (state.stage, state.since)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.since = Instant::now();
    }
}

/// A stream whose reads and writes fail once the time they have is up.
///
/// A request's line and headers have `timeout.read`, from the connection's or their own first byte
/// on, however slowly they come; the wait for the next request has `timeout.idle`, or `timeout.read`
/// where that is zero; an answer has `timeout.write` to be taken. Zero means no limit, as in Go.
pub(super) struct Timed<S> {
    stream: S,
    progress: Arc<Progress>,
    timeout: Timeout,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    pub(super) fn new(stream: S, progress: Arc<Progress>, timeout: Timeout) -> Self {
        Self {
            stream,
            progress,
            timeout,
            alarm: None,
        }
    }

    /// When what is read now must have come.
    fn read_until(&self) -> Option<Instant> {
        let (stage, since) = self.progress.get();
        let limit = match stage {
            Stage::Between if !self.timeout.idle.is_zero() => self.timeout.idle,
            Stage::Between | Stage::Arriving => self.timeout.read,
            Stage::Answering => return None,
        };
        (!limit.is_zero())
            .then_some(since)
            .and_then(|since| since.checked_add(limit))
    }

    /// When the answer that is written now must have been taken.
    fn write_until(&self) -> Option<Instant> {
        let (_, since) = self.progress.get();
        let limit = self.timeout.write;
        (!limit.is_zero())
            .then_some(since)
            .and_then(|since| since.checked_add(limit))
    }

    /// Fails once a moment has come, and sees to it that the task wakes then.
    fn wait(&mut self, until: Option<Instant>, context: &mut Context<'_>) -> io::Result<()> {
        let Some(until) = until else { return Ok(()) };
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        // An alarm that comes too early is put off when it does: most never have to.
        if until < alarm.deadline() {
            alarm.as_mut().reset(until);
        }
        while alarm.as_mut().poll(context).is_ready() {
            if Instant::now() >= until {
                return Err(io::ErrorKind::TimedOut.into());
            }
            alarm.as_mut().reset(until);
        }
        Ok(())
    }

    fn written<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_pending() {
            self.wait(self.write_until(), context)?;
        }
        outcome
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if outcome.is_pending() {
            let until = self.read_until();
            self.wait(until, context)?;
        } else if let Some(bytes) = buffer.filled().get(before..)
            && !bytes.is_empty()
        {
            self.progress.received(bytes);
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(outcome, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        if outcome.is_ready() {
            // The wait for the next request begins, and nobody may read before its first byte is there.
            let until = self.read_until();
            self.wait(until, context)?;
        }
        self.written(outcome, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.written(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.written(outcome, context)
    }
}
