//! Signing a token and verifying its signature, by algorithm.

use std::time::SystemTime;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oathgate_jose::{Algorithm, JwkSet};

use crate::{Parts, world::key_set};

pub(crate) fn by_algorithm(criterion: &mut Parts) {
    let claims = r#"{"exp":1750000060,"iat":1750000000,"iss":"https://gate.example.com/","jti":"a4f5","nbf":1750000000,"sub":"ada"}"#;
    let mut group = criterion.benchmark_group("sign");
    for algorithm in ["ES256", "RS256", "HS256"] {
        let keys = key_set(algorithm);
        let set = JwkSet::parse(keys.as_bytes()).unwrap();
        let key = set.signing_key(SystemTime::now()).unwrap().key;
        group.bench_function(algorithm, |bencher| {
            bencher.iter(|| key.sign(claims).unwrap())
        });
        group.bench_function(format!("{algorithm}, reading the key"), |bencher| {
            bencher.iter(|| {
                let set = JwkSet::parse(keys.as_bytes()).unwrap();
                set.signing_key(SystemTime::now())
                    .unwrap()
                    .key
                    .sign(claims)
                    .unwrap()
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("verify");
    for name in ["ES256", "RS256", "HS256"] {
        let keys = key_set(name);
        let set = JwkSet::parse(keys.as_bytes()).unwrap();
        let token = set
            .signing_key(SystemTime::now())
            .unwrap()
            .key
            .sign(claims)
            .unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = set.keys().first().unwrap();
        let algorithm = Algorithm::named(name).unwrap();
        assert!(key.verifies(algorithm, signed.as_bytes(), &signature));
        group.bench_function(name, |bencher| {
            bencher.iter(|| key.verifies(algorithm, signed.as_bytes(), &signature));
        });
    }
    group.finish();
}
