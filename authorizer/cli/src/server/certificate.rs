//! The certificate that `serve.api.tls` names.

use std::{fs, io, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oathgate_engine::config::{Tls, TlsSource};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// A certificate or key that cannot be served.
#[derive(Debug, Error)]
pub(crate) enum CertificateError {
    #[error("`serve.api.tls.{half}.path`: cannot read `{path}`: {error}")]
    Unreadable {
        half: &'static str,
        path: String,
        error: io::Error,
    },
    #[error("`serve.api.tls.{0}.base64` is no base64")]
    Base64(&'static str),
    #[error("`serve.api.tls.{0}` holds nothing in PEM that could be used")]
    Pem(&'static str),
    #[error("the certificate and its key cannot be served: {0}")]
    Refused(#[from] rustls::Error),
}

/// What makes connections of those that arrive, with the configured certificate.
pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, CertificateError> {
    let chain = CertificateDer::pem_slice_iter(&text("cert", &tls.cert)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| CertificateError::Pem("cert"))?;
    if chain.is_empty() {
        return Err(CertificateError::Pem("cert"));
    }
    let key = PrivateKeyDer::from_pem_slice(&text("key", &tls.key)?)
        .map_err(|_| CertificateError::Pem("key"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn text(half: &'static str, source: &TlsSource) -> Result<Vec<u8>, CertificateError> {
    match source {
        TlsSource::Path(path) => fs::read(path).map_err(|error| CertificateError::Unreadable {
            half,
            path: path.clone(),
            error,
        }),
        TlsSource::Base64(text) => STANDARD
            .decode(text.trim())
            .map_err(|_| CertificateError::Base64(half)),
    }
}
