//! The floor of a gate that asks a service over TLS: a bootstrap that asks `FLOOR_ASKS` once for each
//! event, with `FLOOR_COOKIE`, trusting the certificates in `FLOOR_CA_FILE`, over a connection that is
//! kept.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    Request, Uri,
    header::{self, HeaderValue},
};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let asks: Uri = std::env::var("FLOOR_ASKS")?.parse()?;
    let cookie: HeaderValue = std::env::var("FLOOR_COOKIE")?.parse()?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(std::env::var("FLOOR_CA_FILE")?)? {
        roots.add(certificate?)?;
    }
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_only()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async {
        let mut question = Request::get(asks.clone()).body(Empty::new())?;
        question
            .headers_mut()
            .insert(header::COOKIE, cookie.clone());
        client
            .request(question)
            .await?
            .into_body()
            .collect()
            .await?;
        Ok::<_, Error>(json!({"principalId": "nobody"}))
    }))
    .await
}
