//! The certificates that the client trusts.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use oathgate_settings::all::CA_FILE;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use thiserror::Error;

/// Why TLS cannot be set up.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The file with further certificates cannot be read, or contains none.
    #[error("the certificates in `{0}` cannot be read: name a readable PEM file")]
    CaFile(PathBuf),
    /// The cryptographic library offers no usable protocol.
    #[error("no TLS version can be offered")]
    Versions,
}

/// Why the file that `OATHGATE_CA_FILE` names cannot be used.
#[derive(Debug, Error)]
pub enum CaFileError {
    /// It does not exist, or this process may not read it.
    #[error("`{variable}` names `{path}`, which cannot be read: {error}", variable = CA_FILE.name, path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// It contains no certificate, or one that is not valid.
    #[error(
        "`{variable}` names `{path}`, which is not a PEM file of certificates",
        variable = CA_FILE.name,
        path = path.display()
    )]
    NotCertificates {
        /// The file.
        path: PathBuf,
    },
}

/// Checks before the first request that the certificates of a file can be trusted.
///
/// # Errors
/// The file cannot be read, or contains no usable certificate.
pub(crate) fn check_ca_file(path: &Path) -> Result<(), CaFileError> {
    let text = std::fs::read(path).map_err(|error| CaFileError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    if add_certificates(&mut RootCertStore::empty(), &text) {
        Ok(())
    } else {
        Err(CaFileError::NotCertificates {
            path: path.to_owned(),
        })
    }
}

/// Adds the certificates of a PEM file; whether each could be read and one can be used.
fn add_certificates(roots: &mut RootCertStore, text: &[u8]) -> bool {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    certificates.is_ok_and(|certificates| roots.add_parsable_certificates(certificates).0 > 0)
}

/// The TLS configuration, built when it is first needed.
#[derive(Debug)]
pub(crate) struct Tls {
    ca_file: Option<PathBuf>,
    made: OnceLock<HttpsConnector<HttpConnector>>,
}

impl Tls {
    pub(crate) fn new(ca_file: Option<PathBuf>) -> Self {
        Self {
            ca_file,
            made: OnceLock::new(),
        }
    }

    /// Opens TLS connections over `tcp`. A file that cannot be read is read again next time.
    pub(crate) fn connector(
        &self,
        tcp: HttpConnector,
    ) -> Result<HttpsConnector<HttpConnector>, TlsError> {
        if let Some(made) = self.made.get() {
            return Ok(made.clone());
        }
        let made = HttpsConnectorBuilder::new()
            .with_tls_config(self.make()?)
            .https_only()
            .enable_http1()
            .wrap_connector(tcp);
        Ok(self.made.get_or_init(|| made).clone())
    }

    fn make(&self) -> Result<ClientConfig, TlsError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(path) = &self.ca_file {
            let unreadable = || TlsError::CaFile(path.clone());
            let text = std::fs::read(path).map_err(|_| unreadable())?;
            if !add_certificates(&mut roots, &text) {
                return Err(unreadable());
            }
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        Ok(ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| TlsError::Versions)?
            .with_root_certificates(roots)
            .with_no_client_auth())
    }
}
