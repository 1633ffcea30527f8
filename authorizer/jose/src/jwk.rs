//! One JSON Web Key, [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), read as Oathkeeper's
//! [go-jose](https://pkg.go.dev/github.com/go-jose/go-jose/v3#JSONWebKey) reads it.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair,
        ParsedPublicKey, RsaKeyPair,
    },
};
use oathgate_gostd::Url;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Lifetime, certificate, go_base64, rsa_parts};

/// A key of a set.
#[derive(Debug)]
pub struct Jwk {
    /// `kid`; empty where it is missing.
    pub id: String,
    /// `alg`; empty where it is missing.
    pub algorithm: String,
    /// `use`; empty where it is missing.
    pub usage: String,
    /// `nbf` and `exp`.
    pub lifetime: Lifetime,
    /// The key itself.
    pub material: Material,
}

/// The key itself, by what it can do.
#[derive(Debug)]
pub enum Material {
    /// Verifies.
    Public(PublicKey),
    /// Signs.
    Private(PrivateKey),
    /// Signs and verifies.
    Symmetric(Secret),
}

impl Material {
    /// The half that verifies and may be public; `None` for a symmetric key.
    #[must_use]
    pub fn public(&self) -> Option<&PublicKey> {
        match self {
            Self::Public(public) => Some(public),
            Self::Private(private) => Some(&private.public),
            Self::Symmetric(_) => None,
        }
    }
}

/// A public key. Two are equal if they verify the same signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Modulus and exponent, big-endian and without leading zeros.
    Rsa {
        /// The modulus.
        n: Box<[u8]>,
        /// The public exponent.
        e: Box<[u8]>,
    },
    /// A point on a curve, uncompressed: a 4, then both coordinates.
    Ec {
        /// The curve.
        curve: Curve,
        /// The point, which lies on the curve.
        point: Box<[u8]>,
    },
    /// Ed25519, [RFC 8032](https://www.rfc-editor.org/rfc/rfc8032).
    Ed25519([u8; 32]),
}

/// A curve of [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// P-256, used by ES256.
    P256,
    /// P-384, used by ES384.
    P384,
    /// P-521, used by ES512.
    P521,
}

/// A private key with its public half. `Debug` shows the public half alone.
pub struct PrivateKey {
    /// The half that verifies its signatures.
    pub public: PublicKey,
    pub(super) pair: Arc<KeyPair>,
}

/// The key pair of the cryptographic library, which signs.
pub(super) enum KeyPair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A symmetric key. `Debug` does not show it.
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// The key's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// A key as it is written in JSON.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(rename = "use")]
    usage: Option<String>,
    kty: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    alg: Option<String>,
    k: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<String>,
    p: Option<String>,
    q: Option<String>,
    dp: Option<String>,
    dq: Option<String>,
    qi: Option<String>,
    x5c: Option<Vec<Option<String>>>,
    x5u: Option<String>,
    x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
    #[serde(borrow)]
    nbf: Option<&'a RawValue>,
    #[serde(borrow)]
    exp: Option<&'a RawValue>,
}

impl Jwk {
    /// Reads one key.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence that contains nothing of the key.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let written: Written<'_> = serde_json::from_str(text)
            .map_err(|error| format!("it is not a JSON Web Key ({:?} error)", error.classify()))?;
        written.check_certificates_url()?;
        let material = match written.kty.as_deref().unwrap_or_default() {
            "RSA" => written.rsa()?,
            "EC" => written.ec()?,
            "OKP" => written.ed25519()?,
            "oct" => Material::Symmetric(Secret(member("k", &written.k)?.into())),
            other => return Err(format!("its key type (`kty`) `{other}` is not supported")),
        };
        certificate::check(
            written.x5c.as_deref().unwrap_or_default(),
            material.public(),
            &thumbprint(&written.x5t)?,
            &thumbprint(&written.x5t_s256)?,
        )?;
        Ok(Self {
            id: written.kid.unwrap_or_default(),
            algorithm: written.alg.unwrap_or_default(),
            usage: written.usage.unwrap_or_default(),
            lifetime: Lifetime::read(written.nbf, written.exp),
            material,
        })
    }
}

impl Written<'_> {
    /// `x5u` must be a URL, as in Oathkeeper. Nothing is ever fetched from it.
    fn check_certificates_url(&self) -> Result<(), String> {
        match self.x5u.as_deref() {
            None | Some("") => Ok(()),
            Some(url) if Url::parse(url).is_ok() => Ok(()),
            Some(_) => Err("its `x5u` is not a valid URL".to_owned()),
        }
    }

    fn rsa(&self) -> Result<Material, String> {
        let n = without_leading_zeros(member("n", &self.n)?);
        let e = without_leading_zeros(member("e", &self.e)?);
        if self.d.is_none() {
            return Ok(Material::Public(PublicKey::Rsa { n, e }));
        }
        let (d, p, q) = (
            member("d", &self.d)?,
            member("p", &self.p)?,
            member("q", &self.q)?,
        );
        // These members are optional: they can be computed from the others.
        let [dp, dq, qi] = match (&self.dp, &self.dq, &self.qi) {
            (Some(_), Some(_), Some(_)) => [
                member("dp", &self.dp)?,
                member("dq", &self.dq)?,
                member("qi", &self.qi)?,
            ],
            _ => rsa_parts::derive(&d, &p, &q)
                .ok_or("its `p` and `q` are not the primes of an RSA key")?,
        };
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: &n, e: &e },
            d,
            p,
            q,
            dP: dp,
            dQ: dq,
            qInv: qi,
        };
        let pair = RsaKeyPair::from_components(&components).map_err(
            |_| "its RSA members do not belong together, or it has fewer than 2048 bits",
        )?;
        let public = PublicKey::Rsa { n, e };
        Ok(Material::Private(PrivateKey {
            public,
            pair: Arc::new(KeyPair::Rsa(pair)),
        }))
    }

    fn ec(&self) -> Result<Material, String> {
        let name = self.crv.as_deref().unwrap_or_default();
        let curve = Curve::named(name)
            .ok_or_else(|| format!("its curve (`crv`) `{name}` is not supported"))?;
        let coordinate = |name, value| {
            let bytes = member(name, value)?;
            if bytes.len() == curve.coordinate_len() {
                Ok(bytes)
            } else {
                Err(format!(
                    "its `{name}` does not have the length of a coordinate of its curve"
                ))
            }
        };
        let (x, y) = (coordinate("x", &self.x)?, coordinate("y", &self.y)?);
        let point: Box<[u8]> = [&[4], &*x, &*y].concat().into();
        ParsedPublicKey::new(curve.verification(), &point)
            .map_err(|_| "its point is not on its curve")?;
        let public = PublicKey::Ec { curve, point };
        if self.d.is_none() {
            return Ok(Material::Public(public));
        }
        let d = coordinate("d", &self.d)?;
        let PublicKey::Ec { point, .. } = &public else {
            return Err("its point is not on its curve".to_owned());
        };
        let pair = EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), &d, point)
            .map_err(|_| "its private half does not belong to its public half")?;
        Ok(Material::Private(PrivateKey {
            public,
            pair: Arc::new(KeyPair::Ec(pair)),
        }))
    }

    fn ed25519(&self) -> Result<Material, String> {
        let curve = self.crv.as_deref().unwrap_or_default();
        if curve != "Ed25519" {
            return Err(format!("its curve (`crv`) `{curve}` is not supported"));
        }
        // As in Oathkeeper, missing bytes are zero and surplus bytes are ignored.
        let mut public = [0; 32];
        for (byte, written) in public.iter_mut().zip(&member("x", &self.x)?) {
            *byte = *written;
        }
        if self.d.is_none() {
            return Ok(Material::Public(PublicKey::Ed25519(public)));
        }
        let pair = Ed25519KeyPair::from_seed_and_public_key(&member("d", &self.d)?, &public)
            .map_err(|_| "its private half does not belong to its public half")?;
        let public = PublicKey::Ed25519(public);
        Ok(Material::Private(PrivateKey {
            public,
            pair: Arc::new(KeyPair::Ed25519(pair)),
        }))
    }
}

impl Curve {
    const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// Its name, as a key's `crv` has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.name() == name)
    }

    /// The length of a coordinate in bytes, which is also that of the private member.
    fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(super) fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
        }
    }
}

/// A member that a key must have, decoded.
fn member(name: &str, value: &Option<String>) -> Result<Box<[u8]>, String> {
    let value = value
        .as_deref()
        .ok_or_else(|| format!("it has no `{name}`"))?;
    decode(value).ok_or_else(|| format!("its `{name}` is not base64url"))
}

/// Padding is accepted and ignored, as go-jose does.
fn decode(text: &str) -> Option<Box<[u8]>> {
    let text = text.trim_end_matches(['=', '\r', '\n']);
    Some(go_base64::decode_url(text).ok()?.into())
}

/// The thumbprint of a certificate; empty where the key has none.
fn thumbprint(text: &Option<String>) -> Result<Box<[u8]>, String> {
    decode(text.as_deref().unwrap_or_default())
        .ok_or_else(|| "a thumbprint of its certificate is not base64url".to_owned())
}

fn without_leading_zeros(bytes: Box<[u8]>) -> Box<[u8]> {
    match bytes.iter().position(|byte| *byte != 0) {
        Some(0) => bytes,
        Some(zeros) => bytes.iter().skip(zeros).copied().collect(),
        None => Box::default(),
    }
}
