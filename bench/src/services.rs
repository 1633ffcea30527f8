//! What a gate reaches outside for, on loopback: Secrets Manager, a session service, an issuer's key
//! set and its introspection endpoint; plain, or with TLS as in production.

use std::{
    io::{BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use oathgate_bench::{issuer::NoKey, rules};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};
use serde_json::{Value, json};

use crate::{BenchError, wire};

/// All services behind one port.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) url: String,
    /// The certificate to trust, where they speak TLS.
    pub(crate) certificate: Option<String>,
}

/// What they answer with.
struct Answers {
    secret: String,
    session: String,
    key_set: String,
    introspection: String,
}

impl Services {
    /// Starts them without TLS; the secret holds `secret`, the issuer has `key_set`.
    pub(crate) fn plain(secret: &str, key_set: &Value) -> Result<Self, BenchError> {
        let (listener, address) = listen()?;
        serve(listener, Answers::new(secret, key_set), |stream| {
            Some(BufReader::new(stream))
        });
        Ok(Self {
            url: format!("http://{address}"),
            certificate: None,
        })
    }

    /// Starts them with TLS, under a certificate of their own.
    pub(crate) fn with_tls(secret: &str, key_set: &Value) -> Result<Self, BenchError> {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).map_err(|_| NoKey)?;
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                config
                    .with_no_client_auth()
                    .with_single_cert(vec![cert.der().clone()], key)
            })
            .map_err(|_| NoKey)?;
        let config = Arc::new(config);
        let (listener, address) = listen()?;
        let port = address.rsplit(':').next().unwrap_or_default();
        let url = format!("https://localhost:{port}");
        serve(listener, Answers::new(secret, key_set), move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(BufReader::new(StreamOwned::new(connection, stream)))
        });
        Ok(Self {
            url,
            certificate: Some(cert.pem()),
        })
    }
}

impl Answers {
    fn new(secret: &str, key_set: &Value) -> Self {
        let secret = json!({"Name": "keys", "ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys",
            "VersionId": "1", "SecretString": secret, "CreatedDate": 1.0});
        Self {
            secret: secret.to_string(),
            session: rules::session().to_string(),
            key_set: key_set.to_string(),
            introspection: rules::introspection().to_string(),
        }
    }

    /// Head and body of an answer.
    fn to(&self, asked: &wire::Message) -> (&'static str, &str) {
        const JSON: &str = "200 OK\r\nContent-Type: application/json";
        let knows_session = || {
            let cookie = asked.header("cookie");
            cookie.is_some_and(|cookie| cookie.contains("ory_session_slughere"))
        };
        if asked.header("x-amz-target").is_some() {
            let head = "200 OK\r\nContent-Type: application/x-amz-json-1.1";
            return (head, &self.secret);
        }
        match asked.path.as_str() {
            "/keys" => (JSON, &self.key_set),
            "/introspect" => (JSON, &self.introspection),
            _ if knows_session() => (JSON, &self.session),
            _ => ("401 Unauthorized\r\nContent-Type: application/json", "{}"),
        }
    }
}

fn listen() -> Result<(TcpListener, String), BenchError> {
    let failed = || BenchError::io("the services cannot listen");
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed())?;
    let address = listener.local_addr().map_err(failed())?.to_string();
    Ok((listener, address))
}

fn serve<S: Read + Write + Send + 'static>(
    listener: TcpListener,
    answers: Answers,
    open: impl Fn(TcpStream) -> Option<BufReader<S>> + Send + 'static,
) {
    let answers = Arc::new(answers);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            drop(stream.set_nodelay(true));
            let answers = Arc::clone(&answers);
            if let Some(stream) = open(stream) {
                thread::spawn(move || connection(stream, &answers));
            }
        }
    });
}

fn connection<S: Read + Write>(mut stream: BufReader<S>, answers: &Answers) {
    while let Ok(Some(message)) = wire::read(&mut stream) {
        let (head, body) = answers.to(&message);
        if wire::write(stream.get_mut(), head, body.as_bytes()).is_err() {
            return;
        }
    }
}
