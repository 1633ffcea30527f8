//! A port that is listened on, with or without TLS.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use oathgate_engine::config::Timeout;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{
    StartError, answer,
    connections::{Connections, Place, Told},
    timed::{Progress, Timed},
};

/// How large a request's line and headers may be together, in bytes: each connection can hold as much.
const MAX_HEAD: usize = 128 * 1024;

/// What is wrong with a request whose target is cut short by the time it is read.
const FRAGMENT: &str = "the request's target holds a `#`";

/// How long a client may take to agree on TLS, where a request may take for ever.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// One open port.
pub(crate) struct Door {
    listener: TcpListener,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    timeout: Timeout,
}

impl Door {
    /// Listens; an empty host means every address of the machine.
    pub(crate) async fn open(
        host: &str,
        port: u16,
        acceptor: Option<TlsAcceptor>,
        timeout: Timeout,
    ) -> Result<Self, StartError> {
        let asked = match host {
            "" => format!("port {port}"),
            host if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}"),
            host => format!("{host}:{port}"),
        };
        let opened = match host {
            "" => everywhere(port).await,
            _ => TcpListener::bind(&asked).await,
        };
        let failed = |error| StartError::Listen {
            address: asked.clone(),
            error,
        };
        let listener = opened.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            acceptor,
            timeout,
        })
    }

    /// Whether connections are encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.acceptor.is_some()
    }

    /// Where the port is reached.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.is_encrypted() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Answers every request with `handler` until the connections are told to stop.
    pub(crate) async fn serve<H, A>(self, handler: H, connections: Arc<Connections>)
    where
        H: Fn(Request<Incoming>, SocketAddr) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let mut told = connections.told();
        loop {
            let (stream, peer, place) = tokio::select! {
                accepted = self.accept(&connections) => accepted,
                () = told.stop() => return,
            };
            let (handler, acceptor, timeout) =
                (handler.clone(), self.acceptor.clone(), self.timeout);
            let told = connections.told();
            tokio::spawn(async move {
                let _place = place;
                let Some(acceptor) = acceptor else {
                    return connection(stream, peer, handler, timeout, told).await;
                };
                let limit = match timeout.read {
                    Duration::ZERO => HANDSHAKE,
                    read => read,
                };
                let accepted = tokio::time::timeout(limit, acceptor.accept(stream)).await;
                if let Ok(Ok(stream)) = accepted {
                    connection(stream, peer, handler, timeout, told).await;
                }
            });
        }
    }

    /// The next connection, as soon as there is a place for it.
    async fn accept(&self, connections: &Connections) -> (TcpStream, SocketAddr, Place) {
        loop {
            let place = connections.place().await;
            match self.listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, place),
                Err(error) => connections.failed(&error).await,
            }
        }
    }
}

/// Listens on every address of the machine, of version 6 too where it has them.
async fn everywhere(port: u16) -> io::Result<TcpListener> {
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await
        }
        opened => opened,
    }
}

async fn connection<S, H, A>(
    stream: S,
    peer: SocketAddr,
    handler: H,
    timeout: Timeout,
    mut told: Told,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>, SocketAddr) -> A + Send + Sync,
    A: Future<Output = Response<Full<Bytes>>> + Send,
{
    let progress = Progress::new();
    let stream = Timed::new(stream, Arc::clone(&progress), timeout);
    let service = service_fn(|request| {
        let line = progress.request_arrived();
        let answer = (!line.has_fragment()).then(|| handler(request, peer));
        let progress = Arc::clone(&progress);
        async move {
            let answer = match answer {
                Some(answer) => answer.await,
                None => answer::error(StatusCode::BAD_REQUEST, FRAGMENT).map(Full::new),
            };
            progress.answer_begins();
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        // The stream minds the time, for headers and for the wait between requests each.
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // A client that goes away in the middle is no event worth a line.
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        () = told.end(&progress) => connection.as_mut().graceful_shutdown(),
    }
    connection.await.ok();
}
