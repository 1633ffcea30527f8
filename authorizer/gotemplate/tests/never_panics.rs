//! No template and no data makes the engine panic.

use oathgate_gostd::decode_json;
use oathgate_gotemplate::{Template, Value, function_names};
use proptest::prelude::*;

/// What templates are made of, whole and broken.
const PIECES: [&str; 74] = [
    "{{",
    "}}",
    "{{-",
    "-}}",
    " -}}",
    "{{- ",
    "{{/*",
    "*/}}",
    "*/ -}}",
    " ",
    "\n",
    "\t",
    "text",
    "é",
    "\u{0}",
    "if ",
    "else",
    "else if ",
    "end",
    "{{end}}",
    "{{else}}",
    "range ",
    "with ",
    "define ",
    "template ",
    "block ",
    "break",
    "continue",
    "nil",
    "true",
    ".",
    ".a",
    ".a.b",
    "$",
    "$x",
    "$x.a",
    ":=",
    "=",
    ",",
    "|",
    "(",
    ")",
    "\"",
    "\"a\"",
    "\"\\x\"",
    "`",
    "`a`",
    "'",
    "'a'",
    "'\\''",
    "0",
    "1",
    "-1",
    "1.5",
    "1e400",
    "0x1p-2",
    "1_0",
    "9223372036854775807",
    "1i",
    "printf ",
    "len ",
    "index ",
    "print ",
    "dict ",
    "list ",
    "set ",
    "fail ",
    "{{if .}}",
    "{{range .}}",
    "{{define \"a\"}}",
    "{{template \"a\" .}}",
    "{{$x := .}}",
    "{{with $y := 1}}",
    "+",
];

/// Arguments of every type, with those that are most likely to upset something.
const ARGUMENTS: [&str; 56] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "100",
    "-100",
    "9223372036854775807",
    "-9223372036854775808",
    "2147483648",
    "0.5",
    "-1.5",
    "1e308",
    "1e-320",
    "'a'",
    "true",
    "false",
    "nil",
    "\"\"",
    "\"a\"",
    "\"a,b,,c\"",
    "\"é😀\"",
    "\"\\xff\\xc3\"",
    "\"%d %s %[5]v %*.*f %-+# 0x\"",
    "\"%70000.70000f|%70000d|%.70000e|%.70000g|%.70000x|%70000s|%.70000U\"",
    "\"2006-01-02T15:04:05.000Z07:00\"",
    "\"__2 002 .999999999999 -070000\"",
    "\"(a|b)*[c-\\\\d]\"",
    "\"[\"",
    "\"\\\\\"",
    "\"(?P<n>x)\"",
    "\"1.2.3-rc.1+b\"",
    "\">=1.0 <2 || ~3\"",
    "\"https://u:p@[::1%25e]:80/a%2Fb?c#d\"",
    "\"{\\\"a\\\":[1,{\\\"b\\\":null}]}\"",
    "\"1h2m3.5s\"",
    "\"-9223372036854775808ns\"",
    "\"0x1p4\"",
    "\"NaN\"",
    "\"Inf\"",
    "\" \\t\\n\"",
    "\"HTTPServer2x_y-Z\"",
    ".",
    ".a",
    ".list",
    ".deep",
    ".missing",
    "$",
    "(list 1 \"a\" nil (list 2))",
    "(list)",
    "(dict \"a\" 1 \"b\" (dict))",
    "(until 5)",
    "(split \",\" \"a,b\")",
    "(toDate \"2006\" \"2020\")",
    "(semver \"1.2.3\")",
    "(float64 \"NaN\")",
];

fn data() -> Value {
    let json =
        r#"{"a":{"b":"c"},"list":[1,"two",null,true,{"k":[2.5]}],"deep":{"x":{"y":{"z":[[[]]]}}}}"#;
    decode_json(json.as_bytes()).unwrap_or_default()
}

/// Parses and renders; what comes of it doesn't matter.
fn exercise(source: &str) {
    if let Ok(template) = Template::parse("test", source) {
        let _ = template.render(&data());
        let _ = template.render(&Value::Nil);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_takes_any_text(source in "\\PC{0,60}") {
        exercise(&source);
        exercise(&format!("{{{{{source}}}}}"));
    }

    #[test]
    fn it_takes_any_mixture_of_pieces(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)) {
        exercise(&pieces.concat());
    }

    #[test]
    fn it_takes_any_action(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8)) {
        exercise(&format!("{{{{ {} }}}}", pieces.join(" ")));
    }

    #[test]
    fn it_takes_any_call(
        function in prop::sample::select(function_names()),
        args in prop::collection::vec(prop::sample::select(&ARGUMENTS[..]), 0..5),
        then in prop::sample::select(function_names()),
    ) {
        let args = args.join(" ");
        exercise(&format!("{{{{ {function} {args} }}}}"));
        exercise(&format!("{{{{ {function} {args} | {then} | {function} {args} }}}}"));
        exercise(&format!("{{{{ range $k, $v := {function} {args} }}}}{{{{ {then} $k $v }}}}{{{{ end }}}}"));
        exercise(&format!("{{{{ $x := {then} ({function} {args}) }}}}{{{{ $x.a }}}}{{{{ $x }}}}"));
    }

    #[test]
    fn it_takes_any_changes(statements in prop::collection::vec((
        prop::sample::select(&["set A \"k\" B", "merge A (dict \"m\" B)", "mergeOverwrite A B", "list A B", "dict \"k\" A \"l\" B", "deepCopy A", "unset A \"k\"", "first A", "get A \"k\""][..]),
        prop::sample::select(&[".", ".a", ".deep", ".deep.x", ".list", "$d", "$e", "$l", "$d.k"][..]),
        prop::sample::select(&[".", ".a", ".deep", ".deep.x", ".list", "$d", "$e", "$l", "1"][..]),
        prop::sample::select(&["$_", "$d", "$e", "$l"][..]),
    ), 1..12)) {
        let mut source = String::from("{{ $_ := 1 }}{{ $d := dict }}{{ $e := dict \"d\" $d }}{{ $l := list .a $d }}");
        for (call, one, other, target) in statements {
            let call = call.replace('A', one).replace('B', other);
            source += &format!("{{{{ {target} = {call} }}}}");
            exercise(&format!("{source}{{{{ . }}}}{{{{ toJson $d }}}}{{{{ deepEqual $d $e }}}}{{{{ $l }}}}"));
        }
    }

    #[test]
    fn it_takes_any_format(format in "(%[-+# 0]{0,3}([0-9]{0,5}|\\*)(\\.([0-9]{0,5}|\\*))?(\\[[0-9]{0,2}\\])?[a-zA-Z%]?){1,4}",
        args in prop::collection::vec(prop::sample::select(&ARGUMENTS[..]), 0..5)) {
        exercise(&format!("{{{{ printf {format:?} {} }}}}", args.join(" ")));
    }

    #[test]
    fn it_takes_any_expression(pattern in "[a-c0-9(){}\\[\\]*+?|^$.\\\\dwsbBpPLQEx:<>!=-]{0,20}", text in "[a-c0-9é ]{0,20}") {
        let data = Value::map([("p", Value::from(pattern)), ("t", Value::from(text))]);
        for source in [
            "{{ regexMatch .p .t }}", "{{ regexFindAll .p .t -1 }}", "{{ regexSplit .p .t -1 }}",
            "{{ regexReplaceAll .p .t .p }}", "{{ regexFind .t .p }}",
        ] {
            if let Ok(template) = Template::parse("test", source) {
                let _ = template.render(&data);
            }
        }
    }

    #[test]
    fn it_takes_any_time(layout in "[-0-9_ZMJPpa-e.,: T+]{0,24}", text in "[-0-9_ZMJPpa-e.,: T+]{0,24}", seconds: i64) {
        let data = Value::map([("l", Value::from(layout)), ("t", Value::from(text)), ("s", Value::Int(seconds))]);
        for source in [
            "{{ date .l .s }}", "{{ toDate .l .t }}", "{{ (toDate .l .t).AddDate .s .s .s }}", "{{ durationRound .t }}",
            "{{ date .l .s | toDate .l | date .l }}", "{{ (toDate \"2006\" \"2020\").Add .s }}", "{{ dateModify .t (toDate .l .t) }}",
            "{{ duration .t }}", "{{ ago .s }}", "{{ (now.Sub (toDate .l .t)).Hours }}", "{{ semver .t }}{{ semverCompare .l .t }}",
            "{{ urlParse .t }}", "{{ durationRound (int64 .s) }}", "{{ duration (int64 .s) }}",
        ] {
            if let Ok(template) = Template::parse("test", source) {
                let _ = template.render(&data);
            }
        }
    }
}
