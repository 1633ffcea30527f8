//! Oathkeeper's HTTP API, answered by the gate.

mod answer;
mod bodies;
mod certificate;
mod clean;
mod connections;
mod contradicting;
mod cors;
mod current;
mod decisions;
mod listen;
pub(crate) mod log;
mod malformed;
mod metrics;
pub(crate) mod reload;
mod request_line;
mod routes;
mod shown_config;
mod shown_rule;
mod timed;

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use oathgate_engine::config::{Proxy, Serve, Timeout, Tls};
use thiserror::Error;

use bodies::Bodies;
use connections::Connections;
pub(crate) use current::Current;
use current::Served;
use listen::Door;
use metrics::Metrics;
use routes::Api;

/// How long requests under way are waited for when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server did not start.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error("cannot listen on `{address}`: {error}")]
    Listen { address: String, error: io::Error },
    #[error(transparent)]
    Certificate(#[from] certificate::CertificateError),
}

/// The open ports and what answers on them.
pub(crate) struct Server {
    decisions: Door,
    metrics: Option<Door>,
    proxy: Option<Door>,
    metrics_path: String,
    api: Arc<Api>,
}

impl Server {
    /// Opens the ports that the configuration names. The decision API must come up; metrics and
    /// the proxy's port are left out, with a line in the log, where theirs is taken.
    pub(crate) async fn open(serve: &Serve, current: Arc<Current>) -> Result<Self, StartError> {
        let api = &serve.api;
        let decisions = open(&api.host, api.port, api.tls.as_ref(), api.timeout).await?;
        log::event(&format!(
            "decisions are answered on {}/decisions",
            decisions.url()
        ));
        let prometheus = &serve.prometheus;
        let metrics = match open(&prometheus.host, prometheus.port, None, api.timeout).await {
            Ok(door) => {
                let path = &prometheus.metrics_path;
                log::event(&format!("metrics are shown on {}{path}", door.url()));
                Some(door)
            }
            Err(error) => {
                log::problem("there are no metrics", &error.to_string());
                None
            }
        };
        let proxy = match &serve.proxy {
            Some(proxy) => open_proxy(proxy).await,
            None => None,
        };
        let api = Api {
            encrypted: decisions.is_encrypted(),
            bodies: Bodies::new(serve.api.timeout.read),
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

    /// Answers until `stop` is done, then lets what is under way end.
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
            if let Some(door) = self.metrics {
                let (shown, path) = (Arc::clone(&self.api.metrics), self.metrics_path);
                let answer = move |request: http::Request<_>, _| {
                    let answer = if request.uri().path() == path {
                        shown.show()
                    } else {
                        answer::error(
                            StatusCode::NOT_FOUND,
                            "metrics are at the path that `serve.prometheus.metrics_path` names",
                        )
                    };
                    std::future::ready(answer.map(Full::new))
                };
                door.serve(answer, Arc::clone(&connections)).await;
            }
        };
        let proxy = async {
            if let Some(door) = self.proxy {
                let answer = |_, _| std::future::ready(no_proxy());
                door.serve(answer, Arc::clone(&connections)).await;
            }
        };
        let told = async {
            stop.await;
            connections.stop();
        };
        tokio::join!(decisions, metrics, proxy, told);
        if !connections.ended(GRACE).await {
            log::event("requests that take too long were cut off");
        }
    }
}

async fn open(
    host: &str,
    port: u16,
    tls: Option<&Tls>,
    timeout: Timeout,
) -> Result<Door, StartError> {
    let acceptor = tls.map(certificate::acceptor).transpose()?;
    Door::open(host, port, acceptor, timeout).await
}

/// The port where Oathkeeper's reverse proxy would be. Nobody needs it to decide, so that it is left
/// out, with a line in the log, where it cannot be opened.
async fn open_proxy(proxy: &Proxy) -> Option<Door> {
    let opened = open(&proxy.host, proxy.port, proxy.tls.as_ref(), proxy.timeout).await;
    match opened {
        Ok(door) => {
            log::event(&format!(
                "nothing is proxied on {}: API Gateway is the proxy",
                door.url()
            ));
            Some(door)
        }
        Err(error) => {
            log::problem("the port of `serve.proxy` stays closed", &error.to_string());
            None
        }
    }
}

/// What whoever takes this for a reverse proxy is told.
fn no_proxy() -> Response<Full<Bytes>> {
    let message = "API Gateway is the proxy here: ask the decision API whether a request may pass";
    answer::error(StatusCode::NOT_IMPLEMENTED, message).map(Full::new)
}
