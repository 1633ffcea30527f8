//! The certificate of a port, such as that of `serve.api.tls`.

use std::{fs, io, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oathgate_engine::config::{Tls, TlsSource};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// Why a certificate or its key cannot be used.
#[derive(Debug, Error)]
pub(crate) enum CertificateError {
    #[error("`{option}.path`: cannot read `{path}`: {error}")]
    Unreadable {
        option: String,
        path: String,
        error: io::Error,
    },
    #[error("`{0}.base64` is not valid base64")]
    Base64(String),
    #[error("`{0}` contains no usable PEM block")]
    Pem(String),
    #[error("the certificate and its key cannot be used: {0}")]
    Refused(#[from] rustls::Error),
}

/// The acceptor of TLS connections with the configured certificate.
///
/// `key` is the configuration's key of `tls`, for messages.
///
/// # Errors
/// The certificate or its key cannot be read or used.
pub(crate) fn acceptor(key: &str, tls: &Tls) -> Result<TlsAcceptor, CertificateError> {
    let option = format!("{key}.cert");
    let chain = CertificateDer::pem_slice_iter(&text(&option, &tls.cert)?)
        .collect::<Result<Vec<_>, _>>()
        .unwrap_or_default();
    if chain.is_empty() {
        return Err(CertificateError::Pem(option));
    }
    let option = format!("{key}.key");
    let private_key = PrivateKeyDer::from_pem_slice(&text(&option, &tls.key)?)
        .map_err(|_| CertificateError::Pem(option))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private_key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The PEM text of an option.
fn text(option: &str, source: &TlsSource) -> Result<Vec<u8>, CertificateError> {
    match source {
        TlsSource::Path(path) => fs::read(path).map_err(|error| CertificateError::Unreadable {
            option: option.to_owned(),
            path: path.clone(),
            error,
        }),
        TlsSource::Base64(text) => STANDARD
            .decode(text.trim())
            .map_err(|_| CertificateError::Base64(option.to_owned())),
    }
}
