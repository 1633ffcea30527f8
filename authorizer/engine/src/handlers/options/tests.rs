use serde_json::json;

use super::*;
use crate::config::{Kind, Required, validate};

options! {
    struct Common {
        /// The address.
        #[required = Always]
        address: String,
    }
}

options! {
    struct Cache {
        /// Whether it is on.
        #[default(false)]
        enabled: bool,
        /// How much, in
        /// bytes.
        #[required = IfEnabled]
        most: Option<i64>,
    }
}

options! {
    struct Example {
        /// The name.
        #[default("ada")]
        name: String,
        /// The tags.
        #[default([])]
        tags: Vec<String>,
        /// The status.
        code: u16 as Shape::integer_of(&[301, 302]),
        /// The cache.
        cache: Cache,
        ..common: Common
    }
}

fn read(value: Value) -> Result<Example, String> {
    Example::read(value).map_err(|error| error.to_string())
}

#[test]
fn a_struct_is_described_with_names_defaults_and_comments() {
    let fields = Example::FIELDS;
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    assert_eq!(names, ["name", "tags", "code", "cache", "address"]);
    assert_eq!(fields[0].shape.about, "The name.");
    assert!(matches!(fields[0].shape.default, Some(Preset::Text("ada"))));
    assert!(matches!(
        fields[2].shape.kind,
        Kind::Integer {
            only: [301, 302],
            ..
        }
    ));
    assert_eq!(fields[4].required, Required::Always);
    assert_eq!(Cache::FIELDS[1].shape.about, "How much, in bytes.");
    assert_eq!(Cache::FIELDS[1].required, Required::IfEnabled);
}

#[test]
fn it_reads_what_is_written_and_the_defaults_of_what_is_not() {
    let read =
        read(json!({"address": "a", "code": 302, "cache": {"enabled": true, "most": 5}})).unwrap();
    assert_eq!(
        (read.name.as_str(), read.tags.len(), read.code),
        ("ada", 0, 302)
    );
    assert_eq!((read.cache.enabled, read.cache.most), (true, Some(5)));
    assert_eq!(read.common.address, "a");
}

#[test]
fn what_cannot_be_read_is_named_with_its_path() {
    for (value, error) in [
        (json!({"code": 302}), "`address`: the key is missing"),
        (json!({"address": "a"}), "`code`: the key is missing"),
        (
            json!({"address": "a", "code": 302, "other": 1}),
            "unknown key `other`",
        ),
        (
            json!({"address": "a", "code": 302, "tags": "x"}),
            "`tags`: expected a list",
        ),
        (
            json!({"address": "a", "code": 302, "cache": {"enabled": "yes"}}),
            "`cache.enabled`: invalid type: string \"yes\", expected a boolean",
        ),
        (json!([]), "expected keys with values"),
    ] {
        assert_eq!(read(value.clone()).err().as_deref(), Some(error), "{value}");
    }
}

#[test]
fn the_description_checks_what_it_reads() {
    let wrong = json!({"adress": "a", "code": 303, "cache": {"enabled": true}});
    let found: Vec<_> = validate(&Example::SHAPE, &wrong)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "error: adress: unknown key `adress`, did you mean `address`?",
            "error: cache.most: the key is missing",
            "error: code: `303` is not allowed here, use `301` or `302`",
            "error: address: the key is missing",
        ]
    );
}
