//! A port that is listened on, with or without TLS.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::TokioIo,
    server::graceful::{GracefulShutdown, Watcher},
};
use oathgate_engine::config::Timeout;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

use super::{
    StartError, log,
    timed::{Progress, Timed},
};

/// How long requests under way are waited for when the server stops.
const GRACE: Duration = Duration::from_secs(10);

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

    /// Answers every request with `handler` until `stopping` says so, then lets those under way end.
    pub(crate) async fn serve<H, A>(self, handler: H, mut stopping: watch::Receiver<bool>)
    where
        H: Fn(Request<Incoming>, SocketAddr) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let graceful = GracefulShutdown::new();
        loop {
            let (stream, peer) = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file handles, mostly: those under way will free some.
                        log::problem("cannot accept a connection", &error.to_string());
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                _ = stopping.wait_for(|stopping| *stopping) => break,
            };
            let (handler, acceptor, timeout) =
                (handler.clone(), self.acceptor.clone(), self.timeout);
            let watcher = graceful.watcher();
            tokio::spawn(async move {
                match acceptor {
                    None => connection(stream, peer, handler, timeout, watcher).await,
                    Some(acceptor) => {
                        let limit = match timeout.read {
                            Duration::ZERO => HANDSHAKE,
                            read => read,
                        };
                        if let Ok(Ok(stream)) =
                            tokio::time::timeout(limit, acceptor.accept(stream)).await
                        {
                            connection(stream, peer, handler, timeout, watcher).await;
                        }
                    }
                }
            });
        }
        drop(self.listener);
        if tokio::time::timeout(GRACE, graceful.shutdown())
            .await
            .is_err()
        {
            log::event("requests that take too long were cut off");
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
    watcher: Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>, SocketAddr) -> A + Send + Sync,
    A: Future<Output = Response<Full<Bytes>>> + Send,
{
    let progress = Progress::new();
    let stream = Timed::new(stream, Arc::clone(&progress), timeout);
    let service = service_fn(|request| {
        progress.request_arrived();
        let answer = handler(request, peer);
        let progress = Arc::clone(&progress);
        async move {
            let answer = answer.await;
            progress.answer_begins();
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        // The stream minds the time, for headers and for the wait between requests each.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away in the middle is no event worth a line.
    watcher.watch(connection).await.ok();
}
