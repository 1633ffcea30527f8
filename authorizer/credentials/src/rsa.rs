//! Generates RSA keys.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use pkcs8::{
    PrivateKeyInfo,
    der::{Decode, Reader, SliceReader, asn1::UintRef},
};

use crate::{Algorithm, CredentialsError, generate::encoded, jwk::RsaMaterial};

pub(crate) fn make(algorithm: Algorithm, bits: u32) -> Result<RsaMaterial, CredentialsError> {
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        8192 => KeySize::Rsa8192,
        _ => {
            let usable = "2048, 3072, 4096 or 8192";
            return Err(CredentialsError::Bits {
                algorithm,
                bits,
                usable,
            });
        }
    };
    let pair = KeyPair::generate(size).map_err(|_| CredentialsError::Cryptography)?;
    let document: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| CredentialsError::Cryptography)?;
    parts(document.as_ref()).map_err(|_| CredentialsError::Cryptography)
}

/// Reads the `RSAPrivateKey` ([RFC 8017 appendix A.1.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2))
/// inside a PKCS #8 document.
fn parts(document: &[u8]) -> Result<RsaMaterial, pkcs8::der::Error> {
    let info = PrivateKeyInfo::from_der(document)?;
    let mut reader = SliceReader::new(info.private_key)?;
    reader.sequence(|key| {
        let mut next = || {
            key.decode::<UintRef<'_>>()
                .map(|number| encoded(number.as_bytes()))
        };
        let _version = next()?;
        Ok(RsaMaterial {
            n: next()?,
            e: next()?,
            d: next()?,
            p: next()?,
            q: next()?,
            dp: next()?,
            dq: next()?,
            qi: next()?,
        })
    })
}
