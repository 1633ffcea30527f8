//! The certificates that a JSON Web Key may contain (`x5c`), which must certify that very key.
//! [RFC 7517 section 4.7](https://www.rfc-editor.org/rfc/rfc7517#section-4.7).
//!
//! They add no trust: the key is trusted because of its source. They are read only as far as their
//! public key.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use super::{Curve, PublicKey, go_base64};

/// Checks the certificates of a key, the first of which must certify the key itself, and the thumbprints
/// of the first. An empty thumbprint is not checked. A symmetric key has no `public` half.
///
/// # Errors
/// What is wrong, in a sentence.
pub(super) fn check(
    chain: &[Option<String>],
    public: Option<&PublicKey>,
    sha1: &[u8],
    sha256: &[u8],
) -> Result<(), String> {
    let mut leaf = None;
    for entry in chain {
        let text = entry.as_deref().unwrap_or_default();
        let certificate =
            go_base64::decode(text).map_err(|_| "a certificate of its `x5c` is not base64")?;
        let key = subject_key(&certificate)
            .ok_or("a certificate of its `x5c` is not valid, or its key is of a type that is not supported")?;
        leaf.get_or_insert((certificate, key));
    }
    if let Some((_, certified)) = &leaf
        && public != Some(certified)
    {
        return Err("its certificate (`x5c`) certifies another key".to_owned());
    }
    let certificate = leaf.as_ref().map(|(certificate, _)| certificate.as_slice());
    check_thumbprint(sha1, &SHA1_FOR_LEGACY_USE_ONLY, certificate)?;
    check_thumbprint(sha256, &SHA256, certificate)
}

/// Checks a thumbprint, which may be written in hexadecimal.
fn check_thumbprint(
    thumbprint: &[u8],
    algorithm: &'static Algorithm,
    certificate: Option<&[u8]>,
) -> Result<(), String> {
    let length = algorithm.output_len();
    let from_hex;
    let thumbprint = if thumbprint.len() == 2 * length {
        from_hex = unhex(thumbprint).ok_or("a thumbprint of its certificate is not hexadecimal")?;
        &from_hex
    } else {
        thumbprint
    };
    if thumbprint.is_empty() {
        return Ok(());
    }
    if thumbprint.len() != length {
        return Err(
            "a thumbprint of its certificate does not have the length of its hash".to_owned(),
        );
    }
    match certificate {
        Some(certificate) if digest(algorithm, certificate).as_ref() != thumbprint => {
            Err("a thumbprint belongs to another certificate".to_owned())
        }
        _ => Ok(()),
    }
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    text.chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;
const VERSION: u8 = 0xa0;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// The public key of an X.509 certificate,
/// [RFC 5280 section 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1).
fn subject_key(certificate: &[u8]) -> Option<PublicKey> {
    let mut outer = Der(certificate);
    let mut parts = Der(outer.take(SEQUENCE)?);
    outer.end()?;
    let mut signed = Der(parts.take(SEQUENCE)?);
    parts.take(SEQUENCE)?;
    parts.take(BIT_STRING)?;
    parts.end()?;
    if signed.next_is(VERSION) {
        signed.take(VERSION)?;
    }
    signed.take(INTEGER)?;
    // Signature algorithm, issuer, validity and subject.
    for _ in 0..4 {
        signed.take(SEQUENCE)?;
    }
    public_key(signed.take(SEQUENCE)?)
}

/// The key of a `SubjectPublicKeyInfo`.
fn public_key(info: &[u8]) -> Option<PublicKey> {
    let mut info = Der(info);
    let mut algorithm = Der(info.take(SEQUENCE)?);
    let [0, key @ ..] = info.take(BIT_STRING)? else {
        return None;
    };
    info.end()?;
    match algorithm.take(OBJECT_ID)? {
        RSA => {
            let mut outer = Der(key);
            let mut numbers = Der(outer.take(SEQUENCE)?);
            let (n, e) = (numbers.take(INTEGER)?, numbers.take(INTEGER)?);
            let positive = |number: &[u8]| match number {
                [0, number @ ..] => number.into(),
                number => number.into(),
            };
            Some(PublicKey::Rsa {
                n: positive(n),
                e: positive(e),
            })
        }
        EC => {
            let curve = match algorithm.take(OBJECT_ID)? {
                P256 => Curve::P256,
                P384 => Curve::P384,
                P521 => Curve::P521,
                _ => return None,
            };
            let point = key.into();
            Some(PublicKey::Ec { curve, point })
        }
        ED25519 => key.try_into().ok().map(PublicKey::Ed25519),
        _ => None,
    }
}

/// Reads values in the [distinguished encoding rules](https://www.itu.int/rec/T-REC-X.690), one
/// behind the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next_is(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The content of the next value, which has to be of this kind.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (length, rest) = match self.0 {
            [found, ..] if *found != tag => return None,
            [_, short @ 0..=0x7f, rest @ ..] => (usize::from(*short), rest),
            [_, 0x81, length, rest @ ..] => (usize::from(*length), rest),
            [_, 0x82, high, low, rest @ ..] => {
                (usize::from(u16::from_be_bytes([*high, *low])), rest)
            }
            _ => return None,
        };
        let (content, behind) = rest.split_at_checked(length)?;
        self.0 = behind;
        Some(content)
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Jwk;

    /// Each case says whether Oathkeeper reads its key.
    #[test]
    fn it_reads_the_keys_that_oathkeeper_reads() {
        #[derive(serde::Deserialize)]
        struct Case {
            name: String,
            readable: bool,
            key: serde_json::Value,
        }
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("certificate_cases.json")).unwrap();
        for Case {
            name,
            readable,
            key,
        } in cases
        {
            let read = Jwk::read(&key.to_string());
            assert_eq!(read.is_ok(), readable, "{name}: {:?}", read.err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, mut nested: Vec<u8>) {
            prop_assert!(subject_key(&bytes).is_none());
            let _ = public_key(&nested);
            nested.insert(0, SEQUENCE);
            prop_assert!(subject_key(&nested).is_none());
        }
    }
}
