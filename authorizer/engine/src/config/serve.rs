//! `serve`: the ports of the decision server, for where it runs on its own.

use std::time::Duration;

/// `serve`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Serve {
    /// `serve.api`: where decisions are asked for.
    pub api: Api,
    /// `serve.prometheus`: where metrics are read.
    pub prometheus: Prometheus,
    /// `serve.proxy`, where the configuration has it: nothing is proxied here, and whoever asks is
    /// told so.
    pub proxy: Option<Proxy>,
}

/// `serve.api`.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// The address to listen on; empty means all.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// How long a connection may take.
    pub timeout: Timeout,
    /// Cross-origin requests.
    pub cors: Cors,
    /// The certificate to serve, where both halves are set.
    pub tls: Option<Tls>,
}

/// `serve.proxy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The address to listen on; empty means all.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// How long a connection may take.
    pub timeout: Timeout,
    /// The certificate to serve, where both halves are set.
    pub tls: Option<Tls>,
}

/// `serve.*.timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout {
    /// For a request to arrive.
    pub read: Duration,
    /// For an answer to be written.
    pub write: Duration,
    /// For a connection to stay open between requests.
    pub idle: Duration,
}

/// `serve.*.cors`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Whether the headers of CORS are answered at all.
    pub enabled: bool,
    /// Origins, with `*` for any text.
    pub allowed_origins: Vec<String>,
    /// Methods.
    pub allowed_methods: Vec<String>,
    /// Headers of requests.
    pub allowed_headers: Vec<String>,
    /// Headers of answers.
    pub exposed_headers: Vec<String>,
    /// Whether cookies may come along.
    pub allow_credentials: bool,
    /// How long a preflight answer may be kept, in seconds: 0 leaves it to the browser, less than 0
    /// means not at all.
    pub max_age: i64,
}

/// `serve.*.tls`: a certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The private key.
    pub key: TlsSource,
    /// The certificate, with its chain.
    pub cert: TlsSource,
}

/// A PEM file, or its text in base64.
#[derive(Clone, PartialEq, Eq)]
pub enum TlsSource {
    /// The path of a file.
    Path(String),
    /// The text in base64.
    Base64(String),
}

impl std::fmt::Debug for TlsSource {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(to, "Path({path:?})"),
            Self::Base64(_) => to.write_str("Base64(…)"),
        }
    }
}

/// `serve.prometheus`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prometheus {
    /// The address to listen on; empty means all.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// The path metrics are read at.
    pub metrics_path: String,
    /// What every metric's name begins with.
    pub metric_name_prefix: String,
    /// Whether metrics leave out paths.
    pub hide_request_paths: bool,
    /// Whether metrics keep only the first segment of paths.
    pub collapse_request_paths: bool,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 4456,
            timeout: Timeout::default(),
            cors: Cors::default(),
            tls: None,
        }
    }
}

impl Default for Proxy {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 4455,
            timeout: Timeout::default(),
            tls: None,
        }
    }
}

impl Default for Timeout {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(5),
            write: Duration::from_secs(120),
            idle: Duration::from_secs(120),
        }
    }
}

impl Default for Prometheus {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 9000,
            metrics_path: "/metrics".to_owned(),
            metric_name_prefix: "ory_oathkeeper_".to_owned(),
            hide_request_paths: false,
            collapse_request_paths: true,
        }
    }
}
