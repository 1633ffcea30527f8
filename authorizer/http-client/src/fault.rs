//! Describes failures in words that contain neither address nor credentials.

use std::{error::Error, io};

use hyper_util::client::legacy;
use oathgate_engine::ports::HttpError;
use rustls::CertificateError;

use crate::tls::TlsError;

/// Why the head of a response was not received.
pub(crate) fn of_exchange(error: &legacy::Error) -> HttpError {
    let words = describe(error);
    if error.is_connect() {
        HttpError::Connect(words.unwrap_or("it could not be reached").into())
    } else {
        HttpError::Broken(words.unwrap_or("it is not valid HTTP/1.1").into())
    }
}

/// Why the body of a response could not be read to its end.
pub(crate) fn of_body(error: &hyper::Error) -> HttpError {
    HttpError::Broken(describe(error).unwrap_or("it was cut short").into())
}

/// The innermost cause that has a description.
fn describe(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut found = None;
    let mut next = Some(error);
    while let Some(error) = next {
        found = of_one(error).or(found);
        // An `io::Error` gives access to the error that it wraps only through `get_ref`.
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    found
}

fn of_one(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(error));
    }
    if let Some(error) = error.downcast_ref::<TlsError>() {
        return Some(match error {
            TlsError::CaFile(_) => "the file with further trusted certificates cannot be read",
            TlsError::Versions => "no TLS version can be offered",
        });
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_http(error);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_io(error.kind());
    }
    // The resolver's error has no public type of its own.
    error
        .to_string()
        .starts_with("dns error")
        .then_some("its name is not known")
}

fn of_tls(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(reason) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            CertificateError::UnknownIssuer => "its certificate's issuer is not trusted",
            _ => "its certificate is not trusted",
        },
        _ => "the TLS handshake failed",
    }
}

fn of_http(error: &hyper::Error) -> Option<&'static str> {
    if error.is_incomplete_message() || error.is_closed() {
        Some("the connection was closed before the response was complete")
    } else if error.is_parse() {
        Some("it is not valid HTTP/1.1")
    } else {
        None
    }
}

fn of_io(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::ConnectionRefused => Some("the connection was refused"),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Some("the connection was reset"),
        io::ErrorKind::UnexpectedEof => Some("the connection was closed early"),
        io::ErrorKind::TimedOut => Some("connecting took too long"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Some("it is unreachable")
        }
        _ => None,
    }
}
