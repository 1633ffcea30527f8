//! What a template makes for a header: its own white space is cut, the data's stays.

#![allow(clippy::unwrap_used, reason = "tests may")]

use oathgate_gostd::decode_json;
use oathgate_gotemplate::Template;
use proptest::prelude::*;
use serde_json::json;

fn line(source: &str, data: &serde_json::Value) -> String {
    let data = decode_json(data.to_string().as_bytes()).unwrap();
    let template = Template::parse("test", source).unwrap();
    template.render_line(&data).unwrap()
}

#[test]
fn white_space_at_the_ends_is_cut_where_it_is_the_template_s_own() {
    for (source, name, wanted) in [
        ("{{ .name }}\n", "ada", "ada"),
        ("\r\n {{ .name }} \t\n", "ada", "ada"),
        ("  ", "ada", ""),
        ("both {{ .name }}", "", "both"),
        ("\n{{ .name }}\n", "", ""),
        ("{{ if .name }}\n  {{ .name }}\n{{ end }}\n", "ada", "ada"),
        (
            "{{ with .name }}\n{{ . }}\n{{ else }}none\n{{ end }}",
            "",
            "none",
        ),
        (
            "{{ define \"a\" }}\n{{ .name }}\n{{ end }}{{ template \"a\" . }}",
            "ada",
            "ada",
        ),
        ("{{ range list 1 2 }}\n{{ . }}\n{{ end }}", "", "1  2"),
        ("a\r\nb", "", "a  b"),
    ] {
        assert_eq!(line(source, &json!({"name": name})), wanted, "{source:?}");
    }
}

#[test]
fn white_space_that_the_data_brings_stays() {
    for (source, name) in [
        ("{{ .name }}", "ada\n"),
        ("{{ .name }}\n", "ada\n"),
        ("\n{{ .name }}", "\nada"),
        ("{{ .name }}", " "),
        ("{{ print .name }}\n", "a\r\nb"),
        ("{{ .name }}", "ada\u{a0}"),
        ("{{ if .name }}\n{{ .name }}\n{{ end }}", " ada "),
    ] {
        assert_eq!(line(source, &json!({"name": name})), name, "{source:?}");
    }
    assert_eq!(line("{{ \"a\\n\" }}\n", &json!({})), "a\n");
}

proptest! {
    #[test]
    fn what_the_data_brings_is_in_the_line_as_it_is(
        before in "[ \t\nx]{0,4}",
        between in "[ \t\nx]{0,4}",
        after in "[ \t\nx]{0,4}",
        one in "[ \t\r\na\u{a0}]{0,4}",
        two in "[ \t\r\na\u{a0}]{0,4}",
    ) {
        let source = format!("{before}{{{{ .one }}}}{between}{{{{ .two }}}}{after}");
        let made = line(&source, &json!({"one": one, "two": two}));
        let own = |text: &str| text.replace(['\r', '\n'], " ");
        // The same by hand: each piece, and whether the template wrote it.
        let pieces = [(own(&before), true), (one, false), (own(&between), true), (two, false), (own(&after), true)];
        let mut pieces: Vec<_> = pieces.into_iter().filter(|(text, _)| !text.is_empty()).collect();
        let is_blank = |character: char| matches!(character, ' ' | '\t');
        while let Some((text, true)) = pieces.first_mut() {
            *text = text.trim_start_matches(is_blank).to_owned();
            if !text.is_empty() { break; }
            pieces.remove(0);
        }
        while let Some((text, true)) = pieces.last_mut() {
            *text = text.trim_end_matches(is_blank).to_owned();
            if !text.is_empty() { break; }
            pieces.pop();
        }
        let wanted: String = pieces.into_iter().map(|(text, _)| text).collect();
        prop_assert_eq!(made, wanted);
    }
}
