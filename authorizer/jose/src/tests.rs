//! Key sets of the conformance suite, read, chosen from and signed with.

use std::time::SystemTime;

use aws_lc_rs::{
    hmac, rsa,
    signature::{
        self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
        RsaParameters, UnparsedPublicKey,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{testing::fixture, *};

fn set(name: &str) -> JwkSet {
    JwkSet::parse(fixture(name).as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Whether a key of the set verifies a token.
fn verifies(set: &JwkSet, algorithm: &str, token: &str) -> bool {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let message = message.as_bytes();
    set.keys().iter().any(|key| {
        let public = match &key.material {
            Material::Public(public) => public,
            Material::Private(private) => &private.public,
            Material::Symmetric(secret) => {
                let algorithm = match algorithm {
                    "HS256" => hmac::HMAC_SHA256,
                    "HS512" => hmac::HMAC_SHA512,
                    _ => return false,
                };
                let key = hmac::Key::new(algorithm, secret.bytes());
                return hmac::verify(&key, message, &signature).is_ok();
            }
        };
        let checked = match (public, algorithm) {
            (PublicKey::Rsa { n, e }, _) => {
                let parameters: &'static RsaParameters = match algorithm {
                    "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                    "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                    "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
                    _ => return false,
                };
                rsa::PublicKeyComponents { n, e }.verify(parameters, message, &signature)
            }
            (PublicKey::Ec { point, .. }, "ES256") => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &signature)
            }
            (PublicKey::Ec { point, .. }, "ES384") => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, &signature)
            }
            (PublicKey::Ec { point, .. }, "ES512") => {
                UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point).verify(message, &signature)
            }
            (PublicKey::Ed25519(public), "EdDSA") => {
                UnparsedPublicKey::new(&ED25519, public).verify(message, &signature)
            }
            _ => return false,
        };
        checked.is_ok()
    })
}

#[test]
fn it_signs_with_the_key_that_oathkeeper_would_choose_under_an_id_that_names_it() {
    let cases = [
        ("rs.json", "RS256", "rs-key"),
        ("rs512.json", "RS512", "rs512-key"),
        ("ps256.json", "PS256", "ps256-key"),
        ("es.json", "ES256", "es-key"),
        ("es384.json", "ES384", "es384-key"),
        ("es512.json", "ES512", "es512-key"),
        ("ed.json", "EdDSA", "ed-key"),
        ("hs.json", "HS256", "hs-key"),
        ("hs512.json", "HS512", "hs512-key"),
        ("no-use.json", "RS256", "rs-key"),
        ("pair.json", "RS256", "public:uu-id"),
        ("public-first.json", "RS256", "public:other"),
        ("two-private.json", "RS256", "rs-b-key"),
        ("mixed-pairs.json", "RS256", "rs-b-key"),
        ("ec-and-public-rsa.json", "ES256", "es-key"),
        ("rsa-then-oct.json", "HS256", "hs-key"),
        ("oct-then-rsa.json", "HS256", "hs-key"),
    ];
    for (name, algorithm, id) in cases {
        let set = set(name);
        let key = set
            .signing_key(SystemTime::now())
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .key;
        assert_eq!(key.id(), id, "{name}");
        let token = key.sign("{\"sub\":\"ada\"}").unwrap();
        let parts: Vec<_> = token.split('.').collect();
        assert_eq!(
            decoded(parts[0]),
            json!({"alg": algorithm, "kid": id, "typ": "JWT"}),
            "{name}"
        );
        assert_eq!(decoded(parts[1]), json!({"sub": "ada"}), "{name}");
        assert!(verifies(&set, algorithm, &token), "{name}");
        let forged = token.replace(parts[1], &URL_SAFE_NO_PAD.encode("{\"sub\":\"bob\"}"));
        assert!(!verifies(&set, algorithm, &forged), "{name}");
    }
}

#[test]
fn it_verifies_what_a_key_signed_and_nothing_else() {
    for (name, is_verified) in [
        ("rs.json", true),
        ("rs512.json", true),
        ("ps256.json", true),
        ("es.json", true),
        ("es384.json", true),
        ("es512.json", true),
        ("hs.json", true),
        ("hs512.json", true),
        // Oathkeeper knows EdDSA by name and never verifies with it.
        ("ed.json", false),
    ] {
        let set = set(name);
        let verifies = |token: &str| {
            let token = WebToken::read(token).unwrap();
            set.keys().iter().any(|key| token.is_signed_by(key))
        };
        let signer = set.signing_key(SystemTime::now()).unwrap().key;
        let token = signer.sign("{\"sub\":\"ada\"}").unwrap();
        assert_eq!(verifies(&token), is_verified, "{name}");
        let parts: Vec<_> = token.split('.').collect();
        for (part, forged) in [
            (parts[1], URL_SAFE_NO_PAD.encode("{\"sub\":\"bob\"}")),
            (parts[2], String::new()),
            (parts[2], URL_SAFE_NO_PAD.encode([0; 64])),
        ] {
            assert!(!verifies(&token.replace(part, &forged)), "{name} {forged}");
        }
    }
}

#[test]
fn a_signature_is_verified_by_the_algorithm_that_made_it_alone() {
    let algorithms = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256",
        "HS384", "HS512", "EdDSA", "none",
    ];
    for (name, made_by) in [
        ("rs.json", "RS256"),
        ("rs512.json", "RS512"),
        ("ps256.json", "PS256"),
        ("es.json", "ES256"),
        ("es384.json", "ES384"),
        ("es512.json", "ES512"),
        ("hs.json", "HS256"),
        ("hs512.json", "HS512"),
    ] {
        let set = set(name);
        let signer = set.signing_key(SystemTime::now()).unwrap().key;
        let token = signer.sign("{}").unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        for algorithm in algorithms {
            let verified = set.keys().iter().any(|key| {
                let algorithm = Algorithm::named(algorithm).unwrap();
                key.verifies(algorithm, message.as_bytes(), &signature)
            });
            assert_eq!(verified, algorithm == made_by, "{name} by {algorithm}");
        }
    }
    for unknown in ["", "rs256", "RS257", "ES256K", "None"] {
        assert!(Algorithm::named(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn nothing_is_signed_by_an_empty_secret() {
    let text = r#"{"keys":[{"kty":"oct","k":"","kid":"a","use":"sig"}]}"#;
    let set = JwkSet::parse(text.as_bytes()).unwrap();
    let message = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#) + ".e30";
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"");
    let signature = hmac::sign(&key, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    let token = WebToken::read(&token).unwrap();
    assert!(!set.keys().iter().any(|key| token.is_signed_by(key)));
}

#[test]
fn it_does_not_sign_with_a_key_that_oathkeeper_would_not_sign_with() {
    for name in [
        "public-only.json",
        "empty.json",
        "no-keys.json",
        "no-kid.json",
    ] {
        assert_eq!(
            set(name).signing_key(SystemTime::now()).unwrap_err(),
            SigningError::NoKey,
            "{name}"
        );
    }
    for name in ["no-alg.json", "none-alg.json"] {
        let error = set(name).signing_key(SystemTime::now()).unwrap_err();
        assert!(matches!(error, SigningError::Algorithm { .. }), "{name}");
    }
    for name in ["wrong-alg.json", "hmac-alg-on-rsa.json"] {
        let error = set(name).signing_key(SystemTime::now()).unwrap_err();
        assert!(matches!(error, SigningError::Kind { .. }), "{name}");
    }
}

#[test]
fn one_key_that_cannot_be_read_makes_its_set_unusable() {
    for name in ["unknown-kty.json", "bad-key-in-set.json"] {
        let error = JwkSet::parse(fixture(name).as_bytes()).unwrap_err();
        assert!(
            matches!(error, JwkSetError::Key { number: 1, .. }),
            "{name}: {error}"
        );
    }
    for name in ["list.json", "broken.json"] {
        let error = JwkSet::parse(fixture(name).as_bytes()).unwrap_err();
        assert_eq!(error, JwkSetError::NoSet, "{name}");
    }
    for text in [
        "",
        "5",
        "\"x\"",
        "{\"keys\":{}}",
        "{\"keys\":[null]}",
        "{\"keys\":[\"x\"]}",
    ] {
        assert!(JwkSet::parse(text.as_bytes()).is_err(), "{text}");
    }
    for text in ["null", "{}", "{\"keys\":null}", "{\"Keys\":[]} and more"] {
        assert!(
            JwkSet::parse(text.as_bytes()).unwrap().keys().is_empty(),
            "{text}"
        );
    }
}

#[test]
fn an_rsa_key_may_omit_the_members_that_follow_from_the_others() {
    let mut written: Value = serde_json::from_str(&fixture("rs.json")).unwrap();
    for part in ["dp", "dq", "qi"] {
        written["keys"][0].as_object_mut().unwrap().remove(part);
    }
    let set = JwkSet::parse(written.to_string().as_bytes()).unwrap();
    let token = set
        .signing_key(SystemTime::now())
        .unwrap()
        .key
        .sign("{}")
        .unwrap();
    assert!(verifies(&self::set("rs.json"), "RS256", &token));
}

#[test]
fn members_that_do_not_belong_together_are_an_error() {
    let spoil = |name: &str, part: &str, value: Value| {
        let mut written: Value = serde_json::from_str(&fixture(name)).unwrap();
        written["keys"][0][part] = value;
        JwkSet::parse(written.to_string().as_bytes())
            .unwrap_err()
            .to_string()
    };
    let other: Value = serde_json::from_str(&fixture("two-private.json")).unwrap();
    assert!(
        spoil("rs.json", "n", other["keys"][1]["n"].clone()).contains("do not belong together")
    );
    assert!(spoil("rs.json", "d", json!(5)).contains("not a JSON Web Key"));
    assert!(spoil("rs.json", "p", json!(null)).contains("no `p`"));
    assert!(spoil("es.json", "crv", json!("P-384")).contains("length"));
    assert!(spoil("es.json", "crv", json!("secp256k1")).contains("not supported"));
    let zeros = URL_SAFE_NO_PAD.encode([0; 32]);
    assert!(spoil("es.json", "y", json!(zeros)).contains("not on its curve"));
    assert!(spoil("ed.json", "crv", json!("Ed448")).contains("not supported"));
    assert!(spoil("hs.json", "k", json!("***")).contains("not base64url"));
}

#[test]
fn debug_shows_no_private_key() {
    for name in ["rs.json", "es.json", "ed.json", "hs.json"] {
        let set = set(name);
        let _ = set.signing_key(SystemTime::now());
        let written: Value = serde_json::from_str(&fixture(name)).unwrap();
        let shown = format!("{set:?}");
        for part in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            if let Some(secret) = written["keys"][0][part].as_str() {
                let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap();
                let list: Vec<_> = bytes.iter().take(8).map(u8::to_string).collect();
                assert!(!shown.contains(secret), "{name} {part}");
                assert!(!shown.contains(&list.join(", ")), "{name} {part}");
            }
        }
    }
}
