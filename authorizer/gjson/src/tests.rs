use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// What the Go package finds.
#[derive(Deserialize)]
struct Recorded {
    texts: Vec<String>,
    cases: Vec<(usize, String, String)>,
}

fn at(json: &str, path: &str) -> String {
    String::from_utf8_lossy(&get(json.as_bytes(), path.as_bytes()).raw).into_owned()
}

#[test]
fn it_finds_what_the_go_package_finds() {
    let recorded: Recorded = serde_json::from_str(include_str!("cases.json")).unwrap();
    for (text, path, want) in &recorded.cases {
        let json = &recorded.texts[*text];
        assert_eq!(at(json, path), *want, "`{path}` of {json}");
    }
}

#[test]
fn it_reads_very_deep_values_without_running_out_of_stack() {
    let deep = 20_000;
    let json = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(deep), "]".repeat(deep));
    assert_eq!(at(&json, "b"), "1");
    for path in [
        "a|@flatten:{\"deep\":true}|#",
        "a.@pretty|@valid|#",
        "a.@ugly|#",
    ] {
        assert_eq!(at(&json, path), "1", "{path}");
    }
    let json = format!("{}{}", "[".repeat(300), "]".repeat(300));
    assert_eq!(at(&json, "@dig:x"), "[]");
}

proptest! {
    #[test]
    fn any_path_over_any_text_ends_without_panic(
        json in "([\\[\\]{}\",:\\\\a1 nt-]|\"a\":|\\{\"a\":){0,24}",
        path in "(@[a-z]{3,7}|#\\(|[)#.|*?\\\\\\[\\]{}\",:!~=<>a1@]|@flatten:|@join|@dig:a|@pretty){0,10}",
    ) {
        let _ = get(json.as_bytes(), path.as_bytes());
    }

    #[test]
    fn a_key_is_found_under_its_escaped_name(key in "[a-z.*?|@#!\\\\ ü]{1,6}") {
        let json = serde_json::json!({ "x": 0, key.clone(): "it" }).to_string();
        let path: String = key.chars().flat_map(|character| {
            let plain = character.is_alphanumeric();
            (!plain).then_some('\\').into_iter().chain([character])
        }).collect();
        prop_assert_eq!(at(&json, &path), "\"it\"");
    }
}
