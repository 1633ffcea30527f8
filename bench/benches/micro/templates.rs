//! The templates of the recipe.

use oathgate_engine::Session;
use oathgate_gostd::decode_json;
use oathgate_gotemplate::{Template, Value};

use crate::Parts;

fn session() -> Session {
    let answer = oathgate_bench::rules::session().to_string();
    let Ok(Value::Map(extra)) = decode_json(answer.as_bytes()) else {
        return Session::default();
    };
    Session {
        subject: "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d".to_owned(),
        extra: Some(extra),
        ..Session::default()
    }
}

pub(crate) fn of_the_recipe(criterion: &mut Parts) {
    let session = session();
    assert!(session.extra.is_some());
    let mut group = criterion.benchmark_group("template");
    for (name, text) in [
        ("print .Subject", "{{ print .Subject }}"),
        ("a member", "{{ .Extra.identity.traits.email }}"),
        (
            "all of .Extra as JSON",
            "{\"session\": {{ .Extra | toJson }}}",
        ),
        (
            "a condition and a loop",
            "{{ if .Subject }}{{ range $key, $value := .Extra.identity.traits }}{{ $key }},{{ end }}{{ end }}",
        ),
    ] {
        let template = Template::parse(name, text).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| template.render(&session.data()).unwrap());
        });
    }
    group.bench_function("parse", |bencher| {
        bencher.iter(|| Template::parse("claims", "{\"session\": {{ .Extra | toJson }}}").unwrap());
    });
    group.finish();
}
