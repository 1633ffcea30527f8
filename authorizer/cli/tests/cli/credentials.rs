//! `oathgate credentials generate`.

use std::{collections::BTreeSet, time::SystemTime};

use oathgate_engine::keys::JwkSet;
use serde_json::Value;

use crate::harness::{Run, program};

const ALGORITHMS: [&str; 13] = [
    "HS256", "HS384", "HS512", "ES256", "ES384", "ES512", "EdDSA", "RS256", "RS384", "RS512",
    "PS256", "PS384", "PS512",
];

fn generate(options: &[&str]) -> Run {
    Run::of(program().args(["credentials", "generate"]).args(options))
}

#[test]
fn a_key_of_every_algorithm_signs_under_its_id() {
    for algorithm in ALGORITHMS {
        let run = generate(&["--alg", algorithm, "--kid", "mine"]).ends_with(0);
        assert_eq!(run.stderr, "");
        let set = JwkSet::parse(run.stdout.as_bytes()).unwrap();
        assert_eq!(set.keys()[0].algorithm, algorithm);
        assert_eq!(set.keys()[0].usage, "sig");
        let key = set
            .signing_key(SystemTime::now())
            .unwrap_or_else(|error| panic!("{algorithm}: {error}"))
            .key;
        assert_eq!(key.id(), "mine");
        assert!(key.sign("{}").is_ok(), "{algorithm}");
    }
}

#[test]
fn no_key_and_no_id_comes_twice() {
    let mut seen = BTreeSet::new();
    for _ in 0..5 {
        for algorithm in ["ES256", "HS256", "EdDSA"] {
            let set = generate(&["--alg", algorithm]).ends_with(0).json();
            let key = &set["keys"][0];
            let secret = key
                .get("d")
                .or(key.get("k"))
                .and_then(Value::as_str)
                .unwrap();
            assert!(
                seen.insert(secret.to_owned()),
                "{algorithm}: the key came before"
            );
            let id = key["kid"].as_str().unwrap();
            assert!(
                seen.insert(id.to_owned()),
                "{algorithm}: the id came before"
            );
        }
    }
}

#[test]
fn the_default_is_es256_and_the_size_of_rsa_keys_can_be_chosen() {
    let set = generate(&[]).ends_with(0).json();
    assert_eq!(set["keys"][0]["alg"], "ES256");
    let modulus = |bits| {
        let set = generate(&["--alg", "RS256", "--bits", bits])
            .ends_with(0)
            .json();
        set["keys"][0]["n"].as_str().unwrap().len()
    };
    assert_eq!(modulus("3072") - modulus("2048"), 512 - 342);
}

#[test]
fn an_algorithm_that_is_none_is_answered_with_those_there_are() {
    for wrong in ["RS265", "es256", ""] {
        let run = generate(&["--alg", wrong]).ends_with(2);
        let said = format!(
            "oathgate: `{wrong}` is no signature algorithm that keys can be made for, use one of "
        );
        assert!(run.stderr.starts_with(&said), "{run:#?}");
        for algorithm in ALGORITHMS {
            assert!(run.stderr.contains(&format!("`{algorithm}`")), "{run:#?}");
        }
        assert_eq!(run.stdout, "");
    }
    let run = generate(&["--alg", "RS256", "--bits", "1024"]).ends_with(2);
    assert!(
        run.stderr.contains("`RS256` has no keys of 1024 bits"),
        "{run:#?}"
    );
}
