//! The certificates that the client trusts.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests may fail loudly")]

mod services;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use oathgate_engine::ports::{HttpError, HttpRequest, HttpResponse};
use oathgate_http_client::{Client, Limits};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A service with a certificate for `name`.
    async fn service(&self, name: &str, expired: bool) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        if expired {
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        services::service(move |stream, _| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    services::answer(&mut stream, "trusted").await;
                }
            }
        })
        .await
    }

    fn client(&self) -> (tempfile::TempDir, Client) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, self.0.pem()).unwrap();
        (folder, Client::new(Limits::default(), Some(file)))
    }
}

async fn fetch(client: &Client, url: String) -> Result<HttpResponse, HttpError> {
    client
        .fetch(HttpRequest {
            method: "GET".into(),
            url,
            headers: vec![],
            body: Bytes::new(),
            timeout: Duration::from_secs(10),
        })
        .await
}

#[tokio::test]
async fn it_trusts_the_certificates_of_its_file() {
    let authority = Authority::new("own");
    let (_folder, client) = authority.client();
    let address = authority.service("localhost", false).await;
    let answer = fetch(&client, format!("https://localhost:{}/", address.port()))
        .await
        .unwrap();
    assert_eq!(&answer.body[..], b"trusted");
}

#[tokio::test]
async fn it_does_not_trust_an_unknown_issuer() {
    let (_folder, client) = Authority::new("own").client();
    let address = Authority::new("stranger").service("localhost", false).await;
    for client in [client, Client::default()] {
        let url = format!("https://localhost:{}/", address.port());
        let error = fetch(&client, url).await.unwrap_err();
        let words = "its certificate's issuer is not trusted";
        assert_eq!(error, HttpError::Connect(words.into()));
    }
}

#[tokio::test]
async fn it_does_not_trust_another_name_s_certificate() {
    let authority = Authority::new("own");
    let (_folder, client) = authority.client();
    let address = authority.service("other.example", false).await;
    let error = fetch(&client, format!("https://localhost:{}/", address.port()))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        HttpError::Connect("its certificate is for another name".into())
    );
    assert!(!error.to_string().contains("other.example"));
}

#[tokio::test]
async fn it_does_not_trust_an_expired_certificate() {
    let authority = Authority::new("own");
    let (_folder, client) = authority.client();
    let address = authority.service("localhost", true).await;
    let error = fetch(&client, format!("https://localhost:{}/", address.port()))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        HttpError::Connect("its certificate has expired".into())
    );
}

#[tokio::test]
async fn it_does_not_connect_to_a_service_without_tls() {
    let address = services::service(|mut stream, _| async move {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
    })
    .await;
    let error = fetch(
        &Client::default(),
        format!("https://localhost:{}/", address.port()),
    )
    .await
    .unwrap_err();
    assert!(matches!(error, HttpError::Connect(_)), "{error:?}");
}

#[tokio::test]
async fn it_sends_nothing_while_the_file_of_certificates_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "no certificate").unwrap();
    let authority = Authority::new("own");
    let address = authority.service("localhost", false).await;
    let client = Client::new(Limits::default(), Some(file.clone()));
    let url = format!("https://localhost:{}/", address.port());
    let error = fetch(&client, url.clone()).await.unwrap_err();
    let words = "the file with further trusted certificates cannot be read";
    assert_eq!(error, HttpError::Connect(words.into()));

    std::fs::write(&file, authority.0.pem()).unwrap();
    assert_eq!(&fetch(&client, url).await.unwrap().body[..], b"trusted");
}
