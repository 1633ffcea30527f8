//! Oathkeeper's HTTP API, served by the gate.

mod certificate;
mod clean_path;
mod connections;
mod cors;
mod current_gate;
mod decisions;
mod forwarded_headers;
mod listener;
pub(crate) mod log;
mod metrics;
mod redacted_config;
pub(crate) mod reload;
mod request_body;
mod request_line;
mod request_validity;
mod response;
mod routes;
mod rule_view;
mod timed_stream;

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use oathgate_engine::config::{Proxy, Serve, Timeout, Tls};
use thiserror::Error;

use connections::Connections;
pub(crate) use current_gate::CurrentGate;
use current_gate::ServedGate;
use listener::Listener;
use metrics::Metrics;
use request_body::BodyReader;
use routes::Api;

/// How long the server waits for requests in progress when it stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the server does not start.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error("cannot listen on `{address}`: {error}")]
    Listen { address: String, error: io::Error },
    #[error(transparent)]
    Certificate(#[from] certificate::CertificateError),
}

/// The open ports and what they serve.
pub(crate) struct Server {
    decisions: Listener,
    metrics: Option<Listener>,
    proxy: Option<Listener>,
    metrics_path: String,
    api: Arc<Api>,
}

impl Server {
    /// Opens the ports that the configuration names. Metrics and the proxy's port are left out, with a line in the
    /// log, if theirs cannot be opened.
    ///
    /// # Errors
    /// The port of the decision API cannot be opened.
    pub(crate) async fn open(serve: &Serve, current: Arc<CurrentGate>) -> Result<Self, StartError> {
        let api = &serve.api;
        let decisions = open(
            &api.host,
            api.port,
            api.tls.as_ref().map(|tls| ("serve.api.tls", tls)),
            api.timeout,
        )
        .await?;
        log::event(&format!(
            "decisions are served at {}/decisions",
            decisions.url()
        ));
        let prometheus = &serve.prometheus;
        let metrics = match open(&prometheus.host, prometheus.port, None, api.timeout).await {
            Ok(listener) => {
                let path = &prometheus.metrics_path;
                log::event(&format!("metrics are served at {}{path}", listener.url()));
                Some(listener)
            }
            Err(error) => {
                log::problem("metrics are not served", &error.to_string());
                None
            }
        };
        let proxy = match &serve.proxy {
            Some(proxy) => open_proxy(proxy).await,
            None => None,
        };
        let api = Api {
            encrypted: decisions.is_encrypted(),
            bodies: BodyReader::new(serve.api.timeout.read),
            metrics: Metrics::new(prometheus),
            current,
        };
        Ok(Self {
            decisions,
            metrics,
            proxy,
            metrics_path: prometheus.metrics_path.clone(),
            api: Arc::new(api),
        })
    }

    /// Serves until `stop` is done, then waits for the requests in progress.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        let connections = Connections::new();
        let api = Arc::clone(&self.api);
        let decisions = self.decisions.serve(
            move |request, peer| {
                let api = Arc::clone(&api);
                async move { api.answer(request, peer).await }
            },
            Arc::clone(&connections),
        );
        let metrics = async {
            if let Some(listener) = self.metrics {
                let (metrics, path) = (Arc::clone(&self.api.metrics), self.metrics_path);
                let answer = move |request: http::Request<_>, _| {
                    let answer = if request.uri().path() == path {
                        metrics.response()
                    } else {
                        response::error(
                            StatusCode::NOT_FOUND,
                            "metrics are at the path that `serve.prometheus.metrics_path` names",
                        )
                    };
                    std::future::ready(answer.map(Full::new))
                };
                listener.serve(answer, Arc::clone(&connections)).await;
            }
        };
        let proxy = async {
            if let Some(listener) = self.proxy {
                let answer = |_, _| std::future::ready(no_proxy());
                listener.serve(answer, Arc::clone(&connections)).await;
            }
        };
        let stopped = async {
            stop.await;
            connections.stop();
        };
        tokio::join!(decisions, metrics, proxy, stopped);
        if !connections.ended(STOP_TIMEOUT).await {
            log::event("requests that took too long were aborted");
        }
    }
}

async fn open(
    host: &str,
    port: u16,
    tls: Option<(&str, &Tls)>,
    timeout: Timeout,
) -> Result<Listener, StartError> {
    let acceptor = tls
        .map(|(key, tls)| certificate::acceptor(key, tls))
        .transpose()?;
    Listener::open(host, port, acceptor, timeout).await
}

/// The port of Oathkeeper's reverse proxy. Decisions do not need it, so it is left out, with a line in the log, if it
/// cannot be opened.
async fn open_proxy(proxy: &Proxy) -> Option<Listener> {
    let opened = open(
        &proxy.host,
        proxy.port,
        proxy.tls.as_ref().map(|tls| ("serve.proxy.tls", tls)),
        proxy.timeout,
    )
    .await;
    match opened {
        Ok(listener) => {
            log::event(&format!(
                "no requests are proxied at {}: API Gateway is the proxy",
                listener.url()
            ));
            Some(listener)
        }
        Err(error) => {
            log::problem(
                "the port of `serve.proxy` is not opened",
                &error.to_string(),
            );
            None
        }
    }
}

/// The response to requests that expect a reverse proxy.
fn no_proxy() -> Response<Full<Bytes>> {
    let message = "this server does not proxy requests: API Gateway is the proxy; use the decision API at `serve.api`";
    response::error(StatusCode::NOT_IMPLEMENTED, message).map(Full::new)
}
