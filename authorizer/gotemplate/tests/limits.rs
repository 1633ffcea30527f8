//! Where a template is stopped that Go's engine would let run.

#![allow(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;

use oathgate_gostd::decode_json;
use oathgate_gotemplate::{REFUSED_FUNCTIONS, Template, Value, function_names};

fn render(source: &str, data: &Value) -> Result<String, String> {
    let template = Template::parse("test", source).map_err(|error| error.to_string())?;
    template.render(data).map_err(|error| error.to_string())
}

/// Each of these must fail, and soon: run to the end they would take all memory, all stack or
/// for ever.
const RUNAWAYS: [&str; 31] = [
    r#"{{ repeat 1000000000 "x" }}"#,
    r#"{{ repeat 9223372036854775807 "xx" }}"#,
    r#"{{ "x" | repeat 1000000 | repeat 1000000 }}"#,
    "{{ until 1000000000 }}",
    "{{ untilStep 0 9223372036854775807 1 }}",
    "{{ seq 1 1000000000 }}",
    r#"{{ indent 1000000000 "x" }}"#,
    r#"{{ range 9223372036854775807 }}{{ end }}"#,
    "{{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}",
    r#"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#,
    r#"{{ define "a" }}{{ template "b" . }}{{ end }}{{ define "b" }}{{ template "a" }}{{ end }}{{ template "a" . }}"#,
    r#"{{ $d := dict }}{{ set $d "self" $d }}"#,
    r#"{{ $d := dict }}{{ set $d "self" (list (dict "in" $d)) }}"#,
    r#"{{ $a := dict }}{{ $b := dict "a" $a }}{{ set $a "b" $b }}"#,
    r#"{{ $_ := set . "self" . }}{{ . }}"#,
    r#"{{ $_ := set .a "root" . }}{{ . }}"#,
    r#"{{ $l := list .a }}{{ $d := dict "l" $l }}{{ $_ := set .a "d" $d }}{{ $d }}"#,
    r#"{{ $_ := merge .a (dict "root" .) }}{{ . }}"#,
    "{{ $x := list }}{{ range until 1000 }}{{ $x = list $x }}{{ end }}",
    r#"{{ $x := dict }}{{ range until 1000 }}{{ $x = dict "x" $x }}{{ end }}"#,
    r#"{{ $at := dict }}{{ range until 1000 }}{{ $in := dict }}{{ $_ := set $at "x" $in }}{{ $at = $in }}{{ end }}"#,
    "{{ $x := list 1 }}{{ range until 90 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
    r#"{{ $x := dict }}{{ range until 90 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ toJson $x }}"#,
    r#"{{ $in := dict }}{{ $x := $in }}{{ range until 15 }}{{ $x = list $x $x }}{{ end }}{{ $_ := set $in "k" (repeat 10000 "x") }}{{ $x }}"#,
    r#"{{ $in := dict }}{{ $x := $in }}{{ range until 15 }}{{ $x = list $x $x }}{{ end }}{{ $_ := set $in "k" (repeat 10000 "x") }}{{ toJson $x }}"#,
    r#"{{ $in := dict }}{{ $x := $in }}{{ range until 15 }}{{ $x = list $x $x }}{{ end }}{{ $_ := set $in "k" (until 10000) }}{{ html $x }}"#,
    r#"{{ printf "%999999d" 1 | repeat 100 }}"#,
    r#"{{ printf "%999999v" (until 10000) }}"#,
    r#"{{ $s := "x" }}{{ range until 100 }}{{ $s = print (cat $s $s) }}{{ end }}"#,
    r#"{{ regexReplaceAll "" (repeat 5000 "x") (repeat 5000 "y") }}"#,
    r#"{{ replace "" (repeat 5000 "y") (repeat 5000 "x") }}"#,
];

#[test]
fn it_stops_templates_that_run_away() {
    let data = decode_json(br#"{"a":{"b":{}}}"#).unwrap();
    for source in RUNAWAYS {
        assert!(render(source, &data).is_err(), "{source}");
    }
}

#[test]
fn imaginary_numbers_do_not_parse() {
    for source in ["{{ 1i }}", "{{ print 0.5i }}", "{{ 1+2i }}"] {
        assert!(Template::parse("test", source).is_err(), "{source}");
    }
}

#[test]
fn it_stops_parsing_before_nesting_takes_the_stack() {
    for (open, close) in [("{{ if 1 }}", "{{ end }}"), ("{{ range . }}", "{{ end }}")] {
        let source = open.repeat(100_000) + &close.repeat(100_000);
        assert!(Template::parse("test", &source).is_err());
    }
    for source in [
        format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000)),
        "{{ block \"a\" . }}".repeat(100_000),
        "{{ if 1 }}{{ else }}".repeat(100_000),
    ] {
        assert!(Template::parse("test", &source).is_err());
    }
}

#[test]
fn it_takes_nesting_up_to_its_limit() {
    let source = "{{ if 1 }}".repeat(99) + "deep" + &"{{ end }}".repeat(99);
    assert_eq!(render(&source, &Value::Nil).unwrap(), "deep");
    let source = format!("{{{{ {}1{} }}}}", "(".repeat(99), ")".repeat(99));
    assert_eq!(render(&source, &Value::Nil).unwrap(), "1");
    let arms = "{{ else if 0 }}".repeat(5_000);
    assert_eq!(
        render(
            &format!("{{{{ if 0 }}}}{arms}{{{{ else }}}}x{{{{ end }}}}"),
            &Value::Nil
        )
        .unwrap(),
        "x"
    );
}

#[test]
fn it_takes_templates_that_call_themselves_a_while() {
    let source = r#"{{ define "r" }}{{ if . }}{{ template "r" (sub . 1) }}{{ else }}end{{ end }}{{ end }}{{ template "r" 40 }}"#;
    assert_eq!(render(source, &Value::Nil).unwrap(), "end");
    assert!(
        render(&source.replace("40", "4000"), &Value::Nil)
            .unwrap_err()
            .contains("deep")
    );
}

#[test]
fn it_survives_data_as_deep_as_json_gets() {
    let json = "[".repeat(120) + &"]".repeat(120);
    let deep = decode_json(json.as_bytes()).unwrap();
    assert_eq!(render("{{ . }}", &deep).unwrap(), json);
    assert_eq!(render("{{ toJson . }}", &deep).unwrap(), json);
    assert_eq!(render("{{ deepEqual . . }}", &deep).unwrap(), "true");
    assert!(render("{{ list . }}", &deep).is_err());
    assert!(render("{{ deepCopy . }}", &deep).is_err());
}

#[test]
fn it_refuses_functions_by_name_and_reason() {
    for refused in REFUSED_FUNCTIONS {
        let error = Template::parse("test", &format!("a\n{{{{ {} }}}}", refused.name)).unwrap_err();
        assert_eq!(error.line, 2);
        assert!(
            error.reason.contains(&format!("`{}`", refused.name)),
            "{error}"
        );
        assert!(error.reason.contains(refused.reason), "{error}");
        assert!(!function_names().contains(&refused.name));
    }
}

#[test]
fn it_offers_everything_else_that_sprig_has() {
    let offered = function_names();
    let mut all: Vec<&str> = REFUSED_FUNCTIONS
        .iter()
        .map(|refused| refused.name)
        .chain(offered)
        .collect();
    all.sort_unstable();
    let expected: Vec<&str> = include_str!("fixtures/functions.txt").lines().collect();
    assert_eq!(all, expected);
}

#[test]
fn it_reads_what_it_encrypted_and_refuses_what_it_did_not() {
    let both = r#"{{ decryptAES "password" (encryptAES "password" "héllo") }}"#;
    assert_eq!(render(both, &Value::Nil).unwrap(), "héllo");
    let empty = r#"{{ encryptAES "p" "" }}{{ decryptAES "p" "" }}"#;
    assert_eq!(render(empty, &Value::Nil).unwrap(), "");
    for broken in ["@@", "aGk=", "MTIzNDU2Nzg5MDEyMzQ1Ng=="] {
        let template = format!(r#"{{{{ decryptAES "password" "{broken}" }}}}"#);
        assert!(render(&template, &Value::Nil).is_err(), "{broken}");
    }
}

#[test]
fn it_knows_no_zone_but_utc() {
    assert_eq!(
        render(r#"{{ dateInZone "15:04 MST" 0 "UTC" }}"#, &Value::Nil).unwrap(),
        "00:00 UTC"
    );
    assert!(render(r#"{{ dateInZone "15:04" 0 "Europe/Berlin" }}"#, &Value::Nil).is_err());
    assert!(render(r#"{{ htmlDateInZone 0 "Nowhere" }}"#, &Value::Nil).is_err());
}

#[test]
fn it_changes_data_for_one_rendering_only() {
    let data = Value::map([("user", Value::map([("name", Value::from("ada"))]))]);
    let template = Template::parse(
        "test",
        r#"{{ .user.name }} {{ $_ := set .user "name" "eve" }}{{ .user.name }} {{ toJson . }}"#,
    )
    .unwrap();
    for _ in 0..2 {
        assert_eq!(
            template.render(&data).unwrap(),
            r#"ada eve {"user":{"name":"eve"}}"#
        );
    }
    assert_eq!(data.to_json_text(), r#"{"user":{"name":"ada"}}"#);
}

#[test]
fn it_shows_every_change_to_data_in_the_whole() {
    let data = decode_json(br#"{"a":{"x":1},"b":{"x":1},"c":[{"x":1}]}"#).unwrap();
    let source = r#"{{ $_ := set .a "x" 2 }}{{ toJson . }}{{ $_ := set .b "x" 3 }}{{ toJson . }}{{ $_ := set (index .c 0) "x" 4 }}{{ toJson . }}"#;
    assert_eq!(
        render(source, &data).unwrap(),
        concat!(
            r#"{"a":{"x":2},"b":{"x":1},"c":[{"x":1}]}"#,
            r#"{"a":{"x":2},"b":{"x":3},"c":[{"x":1}]}"#,
            r#"{"a":{"x":2},"b":{"x":3},"c":[{"x":4}]}"#,
        )
    );
}

#[test]
fn it_makes_random_things_of_the_right_shape() {
    let source = r#"{{ randAlphaNum 20 }} {{ randAlpha 5 }} {{ randNumeric 5 }} {{ randAscii 9 | len }} {{ randBytes 3 | b64dec | len }} {{ randInt 5 7 }} {{ uuidv4 }} {{ shuffle "aaa" }} [{{ randAlpha -1 }}]"#;
    let form = regex::Regex::new(
        "^[0-9A-Za-z]{20} [A-Za-z]{5} [0-9]{5} 9 3 [56] [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} aaa \\[\\]$",
    )
    .unwrap();
    let first = render(source, &Value::Nil).unwrap();
    assert!(form.is_match(&first), "{first}");
    assert_ne!(first, render(source, &Value::Nil).unwrap());
    assert!(render("{{ randInt 7 7 }}", &Value::Nil).is_err());
    assert!(render("{{ randBytes -1 }}", &Value::Nil).is_err());
}

#[test]
fn it_keeps_the_clocks_time() {
    let source = r#"{{ if gt (now | unixEpoch | int64) 1700000000 }}{{ ago now }} {{ now | date "MST" }}{{ end }}"#;
    assert_eq!(render(source, &Value::Nil).unwrap(), "0s UTC");
}

#[test]
fn it_replaces_broken_utf_8_unless_bytes_are_wanted() {
    let template = Template::parse("test", r#"{{ trunc 2 "né" }}"#).unwrap();
    assert_eq!(template.render(&Value::Nil).unwrap(), "n\u{fffd}");
    assert_eq!(template.render_bytes(&Value::Nil).unwrap(), b"n\xc3");
    let header = Value::from_bytes(b"caf\xe9".to_vec());
    let template = Template::parse("test", "{{ . }}{{ upper . }}").unwrap();
    assert_eq!(
        template.render_bytes(&header).unwrap(),
        b"caf\xe9CAF\xef\xbf\xbd"
    );
}

#[test]
fn it_says_on_which_line_it_failed_and_nothing_of_the_data() {
    let template = Template::parse("rule-1", "{{ .ok }}\n{{ .secret.x }}").unwrap();
    let data = Value::map([("ok", "fine"), ("secret", "s3cret")].map(|(k, v)| (k, Value::from(v))));
    let error = template.render(&data).unwrap_err();
    assert_eq!((&*error.name, error.line), ("rule-1", 2));
    assert!(!error.to_string().contains("s3cret"), "{error}");
    for source in [
        "{{ index .secret 99 }}",
        "{{ mustFromJson .secret }}",
        "{{ mustToDate \"2006\" .secret }}",
        "{{ semver .secret }}",
        "{{ fail .secret }}",
        "{{ urlParse (print .secret \"%zz://:\") }}",
        "{{ mustRegexMatch (print .secret \"(\") \"\" }}",
        "{{ get . .secret | div 1 }}",
        "{{ dateInZone \"\" 0 .secret }}",
        "{{ template \"x\" }}",
    ] {
        let error = render(source, &data).unwrap_err();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn it_is_cheap_to_clone_and_can_be_shared() {
    fn shareable<T: Clone + Send + Sync + std::fmt::Debug + 'static>(_: &T) {}
    let template = Template::parse("test", "{{ .a }}").unwrap();
    shareable(&template);
    let data = Arc::new(Value::map([("a", Value::from("x"))]));
    shareable(&*data);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (template, data) = (template.clone(), data.clone());
            std::thread::spawn(move || template.render(&data).unwrap())
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), "x");
    }
}
