use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use oathgate_router::{Found, Router};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::pack;

fn rules_of_all_kinds() -> Vec<RuleDefinition> {
    serde_json::from_value(json!([
        {"id": "first", "match": {"url": "https://a.example/<.*>", "methods": ["GET"]},
         "authorizer": {"handler": "allow"}, "mutators": [{"handler": "id_token"}]},
        {"id": "second", "match": {"url": "https://b.example/", "methods": ["POST"]}},
        {"id": "without match"}
    ]))
    .unwrap()
}

fn open(bytes: Vec<u8>) -> Result<PackedRules, PackedError> {
    PackedRules::open(Arc::new(bytes))
}

fn packed() -> Vec<u8> {
    pack(&Config::default(), &rules_of_all_kinds()).unwrap()
}

#[test]
fn every_rule_the_configuration_and_the_manifest_are_read_back() {
    let opened = open(packed()).unwrap();
    let found: Vec<_> = (0..opened.len())
        .filter_map(|index| opened.definition(index).ok())
        .collect();
    assert_eq!(found, rules_of_all_kinds());
    let beyond = opened.definition(opened.len());
    assert!(matches!(beyond, Err(PackedError::NoRule(3))));
    assert!(opened.manifest().unwrap().signs);
    opened.config().unwrap();
    opened.routes().unwrap();
}

#[test]
fn it_refuses_a_file_of_something_else() {
    for other in [&b""[..], b"OATH", b"[{\"id\": \"a rule file\"}]"] {
        let refused = open(other.to_vec());
        assert!(matches!(refused, Err(PackedError::Foreign)), "{refused:?}");
    }
}

#[test]
fn it_refuses_rules_of_another_version() {
    let mut other = packed();
    other[8] += 1;
    assert!(matches!(open(other), Err(PackedError::Version { .. })));
}

/// The rule that a router over these bytes finds for a request.
fn found(opened: &PackedRules, method: &str, url: &str) -> Result<Option<RuleDefinition>, String> {
    let routes = opened.routes().map_err(|error| error.to_string())?;
    match Router::load(routes).find(method, url) {
        Found::One(index) => {
            let rule = opened
                .definition(index)
                .map_err(|error| error.to_string())?;
            Ok(Some(rule))
        }
        Found::None => Ok(None),
        refused => Err(format!("{refused:?}")),
    }
}

/// Rules that fill several pages, and requests for the first, the last, and none of them.
fn many_rules() -> (Vec<u8>, Vec<(&'static str, String)>) {
    let rules: Vec<RuleDefinition> = (0..200)
        .map(|rule| {
            serde_json::from_value(json!({
                "id": format!("rule {rule}"),
                "match": {"url": format!("https://a.example/{rule}/<.*>"), "methods": ["GET"]},
            }))
            .unwrap()
        })
        .collect();
    let requests = ["0/x", "199/x", "200/x"].map(|path| format!("https://a.example/{path}"));
    let packed = pack(&Config::default(), &rules).unwrap();
    (packed, requests.map(|url| ("GET", url)).to_vec())
}

#[test]
fn a_changed_byte_never_changes_a_result_and_is_refused_where_it_is_read() {
    let (packed, requests) = many_rules();
    let whole = open(packed.clone()).unwrap();
    let (mut refused_at_once, mut refused_later, mut unnoticed) = (0, 0, 0);
    // Every seventh byte: all of them would take a minute.
    for at in (0..packed.len()).step_by(7) {
        let mut damaged = packed.clone();
        damaged[at] ^= 0x55;
        let Ok(opened) = open(damaged) else {
            refused_at_once += 1;
            continue;
        };
        for (method, url) in &requests {
            match found(&opened, method, url) {
                Err(_) => refused_later += 1,
                Ok(rule) => {
                    unnoticed += 1;
                    assert_eq!(Ok(rule), found(&whole, method, url), "byte {at}");
                }
            }
        }
    }
    assert!(refused_at_once > 0 && refused_later > 0 && unnoticed > 0);
}

proptest! {
    #[test]
    fn it_refuses_a_file_that_is_cut_short(length in 0..packed().len()) {
        let mut short = packed();
        short.truncate(length);
        prop_assert!(open(short).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes: Vec<u8>, begin in 0..60_usize) {
        let mut odd = packed();
        odd.truncate(begin);
        odd.append(&mut bytes);
        let _ = open(odd);
    }
}

/// Bytes that count how often they are read.
#[derive(Debug)]
struct Counted {
    bytes: Vec<u8>,
    reads: AtomicUsize,
}

impl PackedBytes for Counted {
    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.read(offset, into)
    }
}

#[test]
fn opening_reads_as_often_for_one_rule_as_for_thousands() {
    let reads = |rules: usize| {
        let rules = vec![rules_of_all_kinds()[0].clone(); rules];
        let bytes = Arc::new(Counted {
            bytes: pack(&Config::default(), &rules).unwrap(),
            reads: AtomicUsize::default(),
        });
        let opened = PackedRules::open(Arc::clone(&bytes) as _).unwrap();
        opened.config().unwrap();
        opened.manifest().unwrap();
        let first = bytes.reads.load(Ordering::Relaxed);
        assert_eq!(Router::load(opened.routes().unwrap()).len(), rules.len());
        (first, bytes.reads.load(Ordering::Relaxed))
    };
    let (first, with_routes) = reads(1);
    assert_eq!(first, 2);
    assert_eq!(reads(3_000), (first, with_routes));
}
