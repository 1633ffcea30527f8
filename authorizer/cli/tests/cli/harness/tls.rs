//! A certificate for `gate.test`, and a client that trusts only it.

use std::{
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

pub struct Certificate {
    pub cert: String,
    pub key: String,
    pub roots: RootCertStore,
}

pub fn certificate() -> Certificate {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["gate.test".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    Certificate {
        cert: cert.pem(),
        key: signing_key.serialize_pem(),
        roots,
    }
}

impl Certificate {
    /// The value of `tls` in the configuration.
    pub fn setting(&self) -> Value {
        let base64 = |text: &str| json!({"base64": STANDARD.encode(text)});
        json!({"cert": base64(&self.cert), "key": base64(&self.key)})
    }
}

/// Opens a TLS connection; the handshake happens with the first byte.
pub fn connect(to: SocketAddr, roots: &RootCertStore) -> StreamOwned<ClientConnection, TcpStream> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    let name = "gate.test".try_into().unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(client, TcpStream::connect(to).unwrap())
}
