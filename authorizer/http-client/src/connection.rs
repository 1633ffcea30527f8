//! Opens connections, plain or TLS, and records which have carried a request.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::{
    client::legacy::connect::{Connected, Connection, HttpConnector},
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::tls::Tls;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Opens connections. TLS is set up for the first `https` URL, so that a process without any never
/// pays for it.
#[derive(Clone, Debug)]
pub(crate) struct Dialer {
    tcp: HttpConnector,
    tls: Arc<Tls>,
}

impl Dialer {
    pub(crate) fn new(tls: Tls) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self {
            tcp,
            tls: Arc::new(tls),
        }
    }
}

impl Service<Uri> for Dialer {
    type Response = Counted;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Counted, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let mut tcp = self.tcp.clone();
        let tls = Arc::clone(&self.tls);
        Box::pin(async move {
            let stream = if address.scheme() == Some(&http::uri::Scheme::HTTPS) {
                tls.connector(tcp)?.call(address).await?
            } else {
                MaybeHttpsStream::Http(tcp.call(address).await?)
            };
            Ok(Counted {
                stream,
                answered: false,
                uses: Uses::default(),
            })
        })
    }
}

/// Whether a connection carries another request than its first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses(Arc<AtomicBool>);

impl Uses {
    pub(crate) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A connection that records whether it was used.
#[derive(Debug)]
pub(crate) struct Counted {
    stream: MaybeHttpsStream<TokioIo<TcpStream>>,
    /// Whether anything was read from it. Bytes written after that belong to the next request: requests
    /// that may be repeated have no body that could still be being sent.
    answered: bool,
    uses: Uses,
}

impl Counted {
    fn writes(&self) {
        if self.answered {
            self.uses.count();
        }
    }
}

impl Connection for Counted {
    fn connected(&self) -> Connected {
        self.stream.connected().extra(self.uses.clone())
    }
}

impl Read for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.answered |= matches!(read, Poll::Ready(Ok(())));
        read
    }
}

impl Write for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writes();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writes();
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }
}
