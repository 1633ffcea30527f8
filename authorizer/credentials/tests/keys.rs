//! Generated keys can be used, and are written as Oathkeeper writes them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeyPairComponents},
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, UnparsedPublicKey,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oathgate_credentials::{Algorithm, CredentialsError, generate};
use serde_json::Value;

fn key(algorithm: &str, bits: Option<u32>) -> Value {
    let keys = generate(algorithm.parse().unwrap(), Some("first"), bits).unwrap();
    let set = serde_json::to_value(keys.as_json()).unwrap();
    let [key] = set["keys"].as_array().unwrap().as_slice() else {
        panic!("one key")
    };
    key.clone()
}

fn names(key: &Value) -> String {
    let mut names: Vec<_> = key
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.join(" ")
}

fn bytes(key: &Value, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(key[member].as_str().unwrap())
        .unwrap()
}

#[test]
fn it_generates_keys_for_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm.as_str(), None);
        assert_eq!(key["alg"], algorithm.as_str());
        assert_eq!(key["use"], "sig");
        assert_eq!(key["kid"], "first");
    }
}

#[test]
fn it_writes_members_in_oathkeepers_order() {
    let keys = generate(Algorithm::ES256, Some("a"), None).unwrap();
    let text = serde_json::to_string(&keys).unwrap();
    let places: Vec<_> = ["use", "kty", "kid", "crv", "alg", "x", "y", "d"]
        .iter()
        .map(|name| text.find(&format!("\"{name}\":")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn it_gives_random_ids_unless_one_is_named() {
    let ids: Vec<String> = [None, Some(""), None]
        .iter()
        .flat_map(|kid| {
            let keys = generate(Algorithm::HS256, *kid, None).unwrap();
            keys.ids().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert!(ids.iter().all(|id| id.len() == 36), "{ids:?}");
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
}

#[test]
fn it_generates_rsa_keys_that_sign() {
    for (algorithm, bits) in [("RS256", None), ("PS384", Some(3072))] {
        let key = key(algorithm, bits);
        assert_eq!(names(&key), "alg d dp dq e kid kty n p q qi use");
        let part = |name| bytes(&key, name);
        assert_eq!(
            part("n").len() * 8,
            usize::try_from(bits.unwrap_or(2048)).unwrap()
        );
        let pair = RsaKeyPair::from_components(&KeyPairComponents {
            public_key: signature::RsaPublicKeyComponents {
                n: part("n"),
                e: part("e"),
            },
            d: part("d"),
            p: part("p"),
            q: part("q"),
            dP: part("dp"),
            dQ: part("dq"),
            qInv: part("qi"),
        })
        .unwrap();
        let mut signed = vec![0; pair.public_modulus_len()];
        pair.sign(
            &signature::RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            b"text",
            &mut signed,
        )
        .unwrap();
    }
}

#[test]
fn it_generates_elliptic_keys_that_sign() {
    for (name, curve, size, algorithm, verification) in [
        (
            "ES256",
            "P-256",
            32,
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &signature::ECDSA_P256_SHA256_FIXED,
        ),
        (
            "ES384",
            "P-384",
            48,
            &ECDSA_P384_SHA384_FIXED_SIGNING,
            &signature::ECDSA_P384_SHA384_FIXED,
        ),
        (
            "ES512",
            "P-521",
            66,
            &ECDSA_P521_SHA512_FIXED_SIGNING,
            &signature::ECDSA_P521_SHA512_FIXED,
        ),
    ] {
        let key = key(name, None);
        assert_eq!(names(&key), "alg crv d kid kty use x y");
        assert_eq!(key["crv"], curve);
        let public = [vec![4], bytes(&key, "x"), bytes(&key, "y")].concat();
        let private = bytes(&key, "d");
        assert_eq!((public.len(), private.len()), (2 * size + 1, size));
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, &private, &public).unwrap();
        let signed = pair.sign(&SystemRandom::new(), b"text").unwrap();
        UnparsedPublicKey::new(verification, public)
            .verify(b"text", signed.as_ref())
            .unwrap();
    }
}

#[test]
fn it_generates_edwards_keys_that_sign() {
    let key = key("EdDSA", None);
    assert_eq!(names(&key), "alg crv d kid kty use x");
    assert_eq!(
        (&key["kty"], &key["crv"]),
        (&"OKP".into(), &"Ed25519".into())
    );
    let pair =
        Ed25519KeyPair::from_seed_and_public_key(&bytes(&key, "d"), &bytes(&key, "x")).unwrap();
    assert_eq!(pair.public_key().as_ref(), bytes(&key, "x"));
}

#[test]
fn it_generates_symmetric_keys_of_oathkeepers_sizes() {
    for (algorithm, bits, size) in [
        ("HS256", None, 32),
        ("HS384", None, 48),
        ("HS512", None, 128),
        ("HS512", Some(512), 64),
        ("HS256", Some(264), 33),
    ] {
        let key = key(algorithm, bits);
        assert_eq!(names(&key), "alg k kid kty use");
        assert_eq!(bytes(&key, "k").len(), size, "{algorithm} {bits:?}");
    }
}

#[test]
fn it_refuses_sizes_that_an_algorithm_does_not_have() {
    for (algorithm, bits) in [
        ("ES256", 384),
        ("ES512", 512),
        ("EdDSA", 512),
        ("RS256", 1024),
        ("PS512", 2049),
        ("HS256", 128),
        ("HS256", 257),
        ("HS512", 256),
        ("HS256", u32::MAX - 7),
    ] {
        let error = generate(algorithm.parse().unwrap(), None, Some(bits)).unwrap_err();
        assert!(
            matches!(error, CredentialsError::Bits { .. }),
            "{algorithm} {bits}: {error}"
        );
    }
}

#[test]
fn it_refuses_unknown_algorithms() {
    for name in ["", "none", "es256", "RSA", "HS1024"] {
        let error = name.parse::<Algorithm>().unwrap_err();
        assert!(error.to_string().contains("`ES256`"), "{error}");
    }
}

#[test]
fn it_does_not_show_keys_in_debug_output() {
    for algorithm in Algorithm::ALL {
        let keys = generate(algorithm, Some("first"), None).unwrap();
        let shown = format!("{keys:?} {keys:#?}");
        let set = serde_json::to_value(&keys).unwrap();
        for member in ["k", "d", "p", "q", "dp", "dq", "qi"] {
            if let Some(secret) = set["keys"][0][member].as_str() {
                assert!(!shown.contains(secret), "{algorithm}: {member}");
            }
        }
        assert!(shown.contains("first"));
    }
}
