//! Checksums.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};

use super::arguments::bytes;
use super::{Answer, Function, Param};
use crate::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("sha1sum", &[Param::Text], |_, args| {
        sum(&SHA1_FOR_LEGACY_USE_ONLY, args)
    }),
    Function::new("sha256sum", &[Param::Text], |_, args| sum(&SHA256, args)),
    Function::new("sha512sum", &[Param::Text], |_, args| sum(&SHA512, args)),
    Function::new("adler32sum", &[Param::Text], |_, args| {
        Ok(adler32(bytes(args, 0)).to_string().into())
    }),
];

fn sum(algorithm: &'static Algorithm, args: &[Value]) -> Answer {
    let mut text = String::with_capacity(128);
    for byte in digest(algorithm, bytes(args, 0)).as_ref() {
        // A `String` takes every write, so the result says nothing.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text.into())
}

/// Adler-32 ([RFC 1950](https://www.rfc-editor.org/rfc/rfc1950) section 9).
fn adler32(data: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (low, high) = data.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % MODULUS;
        (low, (high + low) % MODULUS)
    });
    high << 16 | low
}
