//! Certificates, good and bad.

use std::{path::Path, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::fault::Fault;

/// What a service can show who connects.
pub struct Certificates {
    authority: CertifiedIssuer<'static, KeyPair>,
    right: TlsAcceptor,
    strangers: TlsAcceptor,
    other_names: TlsAcceptor,
    expired: TlsAcceptor,
}

impl Certificates {
    pub fn new() -> Self {
        let (authority, stranger) = (authority("own"), authority("stranger"));
        Self {
            right: acceptor(&authority, "127.0.0.1", false),
            strangers: acceptor(&stranger, "127.0.0.1", false),
            other_names: acceptor(&authority, "other.example", false),
            expired: acceptor(&authority, "127.0.0.1", true),
            authority,
        }
    }

    /// Writes the authority's certificate for whoever is to trust it.
    pub fn write_authority(&self, file: &Path) {
        std::fs::write(file, self.authority.pem()).unwrap();
    }

    pub fn under(&self, fault: Option<Fault>) -> TlsAcceptor {
        match fault {
            Some(Fault::StrangersCertificate) => &self.strangers,
            Some(Fault::OtherNamesCertificate) => &self.other_names,
            Some(Fault::ExpiredCertificate) => &self.expired,
            _ => &self.right,
        }
        .clone()
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn acceptor(issuer: &CertifiedIssuer<'static, KeyPair>, name: &str, expired: bool) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    if expired {
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    }
    let certificate = params.signed_by(&key, issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
