//! `oathgate credentials`.

use std::{collections::BTreeSet, time::SystemTime};

use oathgate_jose::JwkSet;
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
fn a_generated_key_of_every_algorithm_signs_with_its_id() {
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
fn generated_keys_and_ids_are_unique() {
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
fn an_unknown_algorithm_is_refused_with_a_list_of_the_known_ones() {
    for wrong in ["RS265", "es256", ""] {
        let run = generate(&["--alg", wrong]).ends_with(2);
        let message =
            format!("oathgate: `{wrong}` is not a supported signature algorithm: use one of ");
        assert!(run.stderr.starts_with(&message), "{run:#?}");
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

/// A file with a new key set, in a folder of its own.
fn file_with_keys() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    std::fs::write(&file, generate(&["--kid", "first"]).ends_with(0).stdout).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

fn credentials(arguments: &[&str]) -> Run {
    Run::of(program().arg("credentials").args(arguments))
}

fn ids(set: &Value) -> Vec<String> {
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn read(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn only_the_public_halves_of_a_key_set_are_printed() {
    let (_folder, file) = file_with_keys();
    let private = read(&file)["keys"][0]["d"].as_str().unwrap().to_owned();
    let shown = credentials(&["public", &file]).ends_with(0);
    assert_eq!(ids(&shown.json()), ["first"]);
    assert!(!shown.stdout.contains(&private));
    let piped = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!(
            "'{}' credentials public < '{file}'",
            env!("CARGO_BIN_EXE_oathgate")
        ))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), shown.stdout);
    for text in ["", "{}", r#"{"keys":[]}"#, "hunter2"] {
        std::fs::write(&file, text).unwrap();
        let run = credentials(&["public", &file]).ends_with(2);
        assert!(run.stderr.contains("is not a valid key set"), "{run:#?}");
        assert!(
            !run.stderr.contains("hunter2") && run.stdout.is_empty(),
            "{run:#?}"
        );
    }
    credentials(&["public", "/none/keys.json"]).ends_with(2);
}

#[cfg(unix)]
#[test]
fn a_rotated_file_gets_the_next_key_and_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, file) = file_with_keys();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let run = credentials(&["rotate", &file, "--publish-ahead", "60"]).ends_with(0);
    let set = read(&file);
    let [first, second] = &ids(&set)[..] else {
        panic!("{set}")
    };
    assert_eq!(first, "first");
    assert!(
        run.stdout
            .contains(&format!("the key `{second}` must be published now")),
        "{run:#?}"
    );
    assert!(set["keys"][1]["nbf"].is_u64() && set["keys"][0]["exp"].is_u64());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_revoked_key_is_removed_from_the_file_and_the_effect_is_printed() {
    let (_folder, file) = file_with_keys();
    let run = credentials(&["rotate", &file, "--revoke", "first"]).ends_with(0);
    let ids = ids(&read(&file));
    assert_eq!(ids.len(), 1);
    assert!(
        run.stdout.contains("the key `first` is revoked"),
        "{run:#?}"
    );
    assert!(
        run.stdout
            .contains(&format!("the key `{}` signs at once", ids[0])),
        "{run:#?}"
    );
    let before = read(&file);
    let run = credentials(&["rotate", &file, "--revoke", "first"]).ends_with(2);
    assert!(
        run.stderr.contains("no key with the id `first`"),
        "{run:#?}"
    );
    for wrong in [
        ["rotate", &file, "--publish-ahead", "0"],
        ["rotate", &file, "--alg", "ES257"],
        ["rotate", &file, "--secret", "a"],
    ] {
        credentials(&wrong).ends_with(2);
    }
    assert_eq!(read(&file), before);
}
