//! One open port, with or without TLS.

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
    StartError,
    connections::{ConnectionPermit, Connections, Signals},
    response,
    timed_stream::{Progress, TimedStream},
};

/// The largest request line and headers together, in bytes: each connection can hold as much.
const MAX_HEAD_BYTES: usize = 128 * 1024;

/// Why a request with a fragment is refused. The parser has removed the fragment by the time the request is read.
const FRAGMENT: &str = "the request's target contains a `#`";

/// The limit of a TLS handshake where requests have no time limit.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// One open port.
pub(crate) struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    timeout: Timeout,
}

impl Listener {
    /// Opens the port; an empty host means every address of the machine.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub(crate) async fn open(
        host: &str,
        port: u16,
        acceptor: Option<TlsAcceptor>,
        timeout: Timeout,
    ) -> Result<Self, StartError> {
        let shown = match host {
            "" => format!("port {port}"),
            host if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}"),
            host => format!("{host}:{port}"),
        };
        let opened = match host {
            "" => everywhere(port).await,
            _ => TcpListener::bind(&shown).await,
        };
        let failed = |error| StartError::Listen {
            address: shown.clone(),
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

    /// The URL of the port.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.is_encrypted() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Answers every request with `handler` until the server stops.
    pub(crate) async fn serve<H, A>(self, handler: H, connections: Arc<Connections>)
    where
        H: Fn(Request<Incoming>, SocketAddr) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let mut signals = connections.signals();
        loop {
            let (stream, peer, permit) = tokio::select! {
                accepted = self.accept(&connections) => accepted,
                () = signals.stop() => return,
            };
            let (handler, acceptor, timeout) =
                (handler.clone(), self.acceptor.clone(), self.timeout);
            let signals = connections.signals();
            tokio::spawn(async move {
                let _permit = permit;
                let Some(acceptor) = acceptor else {
                    return connection(stream, peer, handler, timeout, signals).await;
                };
                let limit = match timeout.read {
                    Duration::ZERO => HANDSHAKE_TIMEOUT,
                    read => read,
                };
                let accepted = tokio::time::timeout(limit, acceptor.accept(stream)).await;
                if let Ok(Ok(stream)) = accepted {
                    connection(stream, peer, handler, timeout, signals).await;
                }
            });
        }
    }

    /// The next connection, once there is a permit for it.
    async fn accept(&self, connections: &Connections) -> (TcpStream, SocketAddr, ConnectionPermit) {
        loop {
            let permit = connections.permit().await;
            match self.listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, permit),
                Err(error) => connections.failed(&error).await,
            }
        }
    }
}

/// Opens the port on every address of the machine, including those of IPv6 where there are any.
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
    mut signals: Signals,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>, SocketAddr) -> A + Send + Sync,
    A: Future<Output = Response<Full<Bytes>>> + Send,
{
    let progress = Progress::new();
    let stream = TimedStream::new(stream, Arc::clone(&progress), timeout);
    let service = service_fn(|request| {
        let line = progress.request_arrived();
        let handled = (!line.has_fragment()).then(|| handler(request, peer));
        let progress = Arc::clone(&progress);
        async move {
            let response = match handled {
                Some(handled) => handled.await,
                None => response::error(StatusCode::BAD_REQUEST, FRAGMENT).map(Full::new),
            };
            progress.response_begins();
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        // The stream limits the time of headers and of the wait between requests.
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // A client that disconnects in the middle of a request is not logged.
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        () = signals.end(&progress) => connection.as_mut().graceful_shutdown(),
    }
    connection.await.ok();
}
