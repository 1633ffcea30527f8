//! A service behind TLS that can be broken and healed.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use fastrand::Rng;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    time::sleep,
};

use crate::{
    certificates::Certificates,
    fault::Fault,
    message::{Asked, Reply},
    misbehaviour::Misbehaving,
};

type Answering = Box<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// A running service.
pub struct Dependency {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    fault: watch::Sender<Option<Fault>>,
    certificates: Arc<Certificates>,
    answering: Answering,
    lure: Reply,
    seed: u64,
    connections: AtomicU64,
}

impl Dependency {
    /// Starts a service that answers by `answering`. `lure` is an answer that would let anybody in.
    pub async fn start(
        certificates: &Arc<Certificates>,
        seed: u64,
        lure: Reply,
        answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            fault: watch::Sender::new(None),
            certificates: Arc::clone(certificates),
            answering: Box::new(answering),
            lure,
            seed,
            connections: AtomicU64::new(0),
        });
        tokio::spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// From now on the service fails so, or is well.
    pub async fn become_(&self, fault: Option<Fault>) {
        self.shared.fault.send_replace(fault);
        let refuses = fault == Some(Fault::Refused);
        while TcpStream::connect(self.address).await.is_err() != refuses {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn listen(mut listener: TcpListener, shared: Arc<Shared>) {
    let address = listener.local_addr().unwrap();
    let mut fault = shared.fault.subscribe();
    loop {
        if *fault.borrow_and_update() == Some(Fault::Refused) {
            drop(listener);
            // A socket that is bound and does not listen keeps the port and refuses.
            let socket = bound(address).await;
            if fault.changed().await.is_err() {
                return;
            }
            listener = socket.listen(1024).unwrap();
            continue;
        }
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            changed = fault.changed() => if changed.is_err() { return },
        }
    }
}

async fn bound(address: SocketAddr) -> TcpSocket {
    loop {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        if socket.bind(address).is_ok() {
            return socket;
        }
        sleep(Duration::from_millis(5)).await;
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let number = shared.connections.fetch_add(1, Ordering::Relaxed);
    let mut rng = Rng::with_seed(shared.seed ^ number);
    let mut fault = shared.fault.subscribe();
    let at_first = *fault.borrow();
    let _ = stream.set_nodelay(true);
    if at_first == Some(Fault::Reset) && rng.bool() {
        let _ = stream.set_zero_linger();
        return;
    }
    if at_first == Some(Fault::HangInHandshake) {
        let mut stream = stream;
        let mut unheard = [0; 1024];
        while stream.read(&mut unheard).await.is_ok_and(|read| read > 0) {}
        return;
    }
    let acceptor = shared.certificates.under(at_first);
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    loop {
        let gone = fault.wait_for(|now| now.is_some_and(Fault::shows_on_new_connections_only));
        let asked = tokio::select! {
            asked = Asked::read(&mut stream) => asked,
            _ = gone => None,
        };
        let Some(asked) = asked else { return };
        let now = *fault.borrow();
        let misbehaving = Misbehaving {
            stream: &mut stream,
            reply: (shared.answering)(&asked),
            lure: shared.lure.clone(),
            rng: &mut rng,
        };
        let goes_on = match now {
            Some(fault) => misbehaving.run(fault).await,
            None => misbehaving.well().await,
        };
        if !goes_on {
            return;
        }
    }
}
