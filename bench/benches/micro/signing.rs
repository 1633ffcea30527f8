//! Signing a token, by algorithm.

use oathgate_engine::keys::JwkSet;

use crate::{Parts, world::key_set};

pub(crate) fn by_algorithm(criterion: &mut Parts) {
    let claims = r#"{"exp":1750000060,"iat":1750000000,"iss":"https://gate.example.com/","jti":"a4f5","nbf":1750000000,"sub":"ada"}"#;
    let mut group = criterion.benchmark_group("sign");
    for algorithm in ["ES256", "RS256", "HS256"] {
        let keys = key_set(algorithm);
        let set = JwkSet::parse(keys.as_bytes()).unwrap();
        let key = set.signing_key().unwrap();
        group.bench_function(algorithm, |bencher| {
            bencher.iter(|| key.sign(claims).unwrap())
        });
        group.bench_function(format!("{algorithm}, reading the key"), |bencher| {
            bencher.iter(|| {
                let set = JwkSet::parse(keys.as_bytes()).unwrap();
                set.signing_key().unwrap().sign(claims).unwrap()
            });
        });
    }
    group.finish();
}
