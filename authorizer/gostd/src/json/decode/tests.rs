use proptest::prelude::*;

use super::*;

fn text(json: &str) -> Result<Value, JsonError> {
    decode_json(json.as_bytes())
}

#[test]
fn it_reads_strings_as_go() {
    for (json, want) in [
        (r#""a\"\\\/\b\f\n\r\tA""#, "a\"\\/\u{8}\u{c}\n\r\tA"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""a\ud83db""#, "a\u{fffd}b"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
    ] {
        assert_eq!(text(json), Ok(Value::from(want)), "{json}");
    }
    assert_eq!(
        decode_json(b"\"\xff\xfeA\""),
        Ok(Value::from("\u{fffd}\u{fffd}A"))
    );
}

#[test]
fn it_reads_numbers_as_doubles() {
    for (json, want) in [
        ("1.50", 1.5),
        ("-0", -0.0),
        ("1E21", 1e21),
        ("1e-400", 0.0),
        ("9007199254740993", 9_007_199_254_740_992.0),
    ] {
        assert_eq!(text(json), Ok(Value::Float(want)), "{json}");
    }
    assert_eq!(text("[1e400]"), Err(JsonError::Number));
}

#[test]
fn the_last_of_equal_keys_counts() {
    let want = Value::map([("a", Value::map([("y", 2.0.into())]))]);
    assert_eq!(text(r#"{"a":{"x":1}, "a": {"y":2}}"#), Ok(want));
}

#[test]
fn it_refuses_what_is_no_json() {
    for json in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "1.",
        "-",
        "+1",
        ".5",
        "nul",
        "NaN",
        "\"a",
        "\"\\x\"",
        "\"\n\"",
        "\"\\u12\"",
        "[1 2]",
        "{} {}",
        "{\"a\" 1}",
        "'a'",
        "/**/1",
        "\u{feff}1",
    ] {
        assert!(matches!(text(json), Err(JsonError::Syntax(_))), "{json}");
    }
}

#[test]
fn it_reads_a_thousand_levels_and_no_more() {
    let nest = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(text(&nest(1000)).is_ok());
    assert_eq!(text(&nest(100_000)), Err(JsonError::Depth(1000)));
}

proptest! {
    #[test]
    fn it_agrees_with_serde_json(json in "[\\[\\]{}\",:0-9ae. \\\\nu-]{0,16}") {
        let theirs = serde_json::from_str::<serde_json::Value>(&json);
        match text(&json) {
            Ok(value) => if let Ok(theirs) = theirs { prop_assert_eq!(value, Value::from(theirs)) },
            Err(_) => prop_assert!(theirs.is_err()),
        }
    }

    #[test]
    fn what_serde_json_writes_is_read(key: String, item: String, number in -1e300..1e300) {
        let value = serde_json::json!({ key: [item, number, null, true, {}] });
        prop_assert_eq!(text(&value.to_string()), Ok(Value::from(value)));
    }
}
