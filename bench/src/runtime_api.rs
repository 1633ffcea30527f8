//! The Lambda Runtime API, timed from the moment an event is written to the moment its answer has
//! arrived.

use std::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{BenchError, wire};

/// What a function answered, and how long it took.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) took: Duration,
    pub(crate) error: bool,
    pub(crate) body: Vec<u8>,
}

/// One environment's Runtime API.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    pub(crate) address: String,
    events: Sender<Arc<[u8]>>,
    answers: Receiver<Answer>,
    ready: Receiver<Instant>,
    stopped: Arc<AtomicBool>,
}

struct Side {
    events: Mutex<Receiver<Arc<[u8]>>>,
    answers: Sender<Answer>,
    ready: Sender<Instant>,
    sent: Mutex<Instant>,
}

impl RuntimeApi {
    pub(crate) fn start() -> Result<Self, BenchError> {
        let failed = || BenchError::io("the Runtime API cannot listen");
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed())?;
        let address = listener.local_addr().map_err(failed())?.to_string();
        let (events, to_send) = channel();
        let (answered, answers) = channel();
        let (asked, ready) = channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let side = Arc::new(Side {
            events: Mutex::new(to_send),
            answers: answered,
            ready: asked,
            sent: Mutex::new(Instant::now()),
        });
        let stop = Arc::clone(&stopped);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let side = Arc::clone(&side);
                thread::spawn(move || connection(stream, &side));
            }
        });
        Ok(Self {
            address,
            events,
            answers,
            ready,
            stopped,
        })
    }

    /// When the function asked for its first event.
    pub(crate) fn wait_until_ready(&self, patience: Duration) -> Result<Instant, RecvTimeoutError> {
        self.ready.recv_timeout(patience)
    }

    /// Sends one event and waits for its answer.
    pub(crate) fn invoke(&self, event: &Arc<[u8]>) -> Result<Answer, RecvTimeoutError> {
        self.events
            .send(Arc::clone(event))
            .map_err(|_| RecvTimeoutError::Disconnected)?;
        self.answers.recv_timeout(Duration::from_secs(30))
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // One more connection lets the listening thread see that it is over.
        drop(TcpStream::connect(&self.address));
    }
}

fn connection(stream: TcpStream, side: &Side) {
    drop(stream.set_nodelay(true));
    let Ok(mut out) = stream.try_clone() else {
        return;
    };
    let mut incoming = BufReader::new(stream);
    while let Ok(Some(message)) = wire::read(&mut incoming) {
        let arrived = Instant::now();
        let done = if message.path.ends_with("/invocation/next") {
            side.ready.send(arrived).ok();
            let Some(event) = side
                .events
                .lock()
                .ok()
                .and_then(|events| events.recv().ok())
            else {
                return;
            };
            let deadline = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                + Duration::from_secs(30);
            let head = format!(
                "200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
                 Lambda-Runtime-Deadline-Ms: {}\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:gate",
                deadline.as_millis()
            );
            if let Ok(mut sent) = side.sent.lock() {
                *sent = Instant::now();
            }
            wire::write(&mut out, &head, &event)
        } else {
            let since = side.sent.lock().map_or(arrived, |sent| *sent);
            let answer = Answer {
                took: arrived.duration_since(since),
                error: message.path.ends_with("/error"),
                body: message.body,
            };
            drop(side.answers.send(answer));
            wire::write(&mut out, "202 Accepted", b"")
        };
        if done.is_err() {
            return;
        }
    }
}
