//! A stream with time limits: clients that send or read nothing, or too slowly, do not keep a connection.

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

/// What a connection is doing.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// It waits for the next request.
    Between,
    /// It receives a request's line and headers.
    Arriving,
    /// It answers a request, including reading its body: the handler limits the time.
    Answering,
}

/// The state of a connection, which its stream and its request handler share.
#[derive(Debug)]
pub(super) struct Progress(Mutex<State>);

#[derive(Debug)]
struct State {
    stage: Stage,
    since: Instant,
    /// The line of the request that is being received.
    line: RequestLine,
}

impl Progress {
    /// The state of a new connection, which waits for its first request.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            stage: Stage::Arriving,
            since: Instant::now(),
            line: RequestLine::default(),
        })))
    }

    /// Records that a request has arrived, except for its body. Returns its line, as far as it came by itself: of
    /// requests that arrive together only the first is seen.
    pub(super) fn request_arrived(&self) -> RequestLine {
        let mut state = self.state();
        state.enter(Stage::Answering);
        mem::take(&mut state.line)
    }

    /// Records that the response is about to be written.
    pub(super) fn response_begins(&self) {
        self.state().enter(Stage::Between);
    }

    /// Whether the connection has not answered a request for this time.
    pub(super) fn is_idle_for(&self, time: Duration) -> bool {
        let state = self.state();
        !matches!(state.stage, Stage::Answering) && state.since.elapsed() >= time
    }

    /// Records that bytes have arrived.
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

/// A stream whose reads and writes fail after their time limit.
///
/// A request's line and headers have `timeout.read`, counted from the start of the connection or from their first
/// byte. The wait for the next request has `timeout.idle`, or `timeout.read` if that is zero. Writing a response has
/// `timeout.write`. Zero means no limit, as in Go.
pub(super) struct TimedStream<S> {
    stream: S,
    progress: Arc<Progress>,
    timeout: Timeout,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> TimedStream<S> {
    pub(super) fn new(stream: S, progress: Arc<Progress>, timeout: Timeout) -> Self {
        Self {
            stream,
            progress,
            timeout,
            alarm: None,
        }
    }

    /// The deadline of the current read.
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

    /// The deadline of the current write.
    fn write_until(&self) -> Option<Instant> {
        let (_, since) = self.progress.get();
        let limit = self.timeout.write;
        (!limit.is_zero())
            .then_some(since)
            .and_then(|since| since.checked_add(limit))
    }

    /// Fails after the deadline, and wakes the task at it.
    fn wait(&mut self, until: Option<Instant>, context: &mut Context<'_>) -> io::Result<()> {
        let Some(until) = until else { return Ok(()) };
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        // An alarm that is too early is moved when it fires; most never fire.
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

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
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

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
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
            // The wait for the next request begins. Its timer starts here, because nothing may read before the first byte.
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
