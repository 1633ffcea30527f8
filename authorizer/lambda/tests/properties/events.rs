//! Events: those API Gateway sent, with other words of a client's or with distortions.

use std::{fs, path::Path, sync::LazyLock};

use oathgate_apigateway::testing::add_header;
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};

use crate::parts;

/// The events of the fixtures that are no refusals.
static REAL: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../apigateway/tests/fixtures/events");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let names = files
        .iter()
        .filter(|file| !file.to_str().unwrap().contains("refused"));
    names
        .map(|file| serde_json::from_str::<Value>(&fs::read_to_string(file).unwrap()).unwrap())
        .map(|fixture| fixture["event"].clone())
        .collect()
});

fn real() -> impl Strategy<Value = Value> {
    any::<Index>().prop_map(|index| index.get(&REAL).clone())
}

/// A real event in which everything that a client decides is the client's.
pub fn from_clients() -> impl Strategy<Value = Value> {
    let query = vec((parts::value(), parts::value()), 0..3);
    let headers = vec(parts::header(), 0..4);
    let asked = (
        parts::method(),
        parts::path(),
        query,
        headers,
        any::<[bool; 4]>(),
    );
    (real(), asked).prop_map(|(mut event, (method, path, query, headers, keep))| {
        if !keep[0] || !keep[1] {
            ask_for(&mut event, keep[0].then_some(&*method), &path);
        }
        if !keep[2] {
            let pairs = query
                .iter()
                .map(|(name, value)| (name.clone(), json!([value])));
            event["multiValueQueryStringParameters"] = Value::Object(pairs.collect());
        }
        for (name, value) in headers {
            add_header(&mut event, &name, &value);
        }
        if !keep[3] {
            event["requestContext"]["domainName"] = json!("api.example.com");
        }
        event
    })
}

/// Makes an event one of another request, in all the places where it says what was asked for.
fn ask_for(event: &mut Value, method: Option<&str>, path: &str) {
    let method = method.unwrap_or("GET");
    let arn = format!(
        "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/{method}{}",
        path.strip_prefix('/')
            .map_or_else(|| path.to_owned(), |path| format!("/{path}"))
    );
    event["pathParameters"] = json!({"proxy": path.strip_prefix('/').unwrap_or(path)});
    if event.get("routeArn").is_some() {
        event["routeKey"] = json!("ANY /{proxy+}");
        event["routeArn"] = json!(arn);
        event["rawPath"] = json!(path);
        event["requestContext"]["http"]["method"] = json!(method);
        event["requestContext"]["http"]["path"] = json!(path);
    } else {
        event["methodArn"] = json!(arn);
        event["resource"] = json!("/{proxy+}");
        event["path"] = json!(path);
        event["httpMethod"] = json!(method);
    }
}

/// What a member can become.
fn distortion() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        2 => Just(None),
        2 => Just(Some(Value::Null)),
        1 => any::<bool>().prop_map(|flag| Some(json!(flag))),
        1 => any::<f64>().prop_map(|number| Some(json!(number))),
        1 => any::<i64>().prop_map(|number| Some(json!(number))),
        // API Gateway's own members are no place for a client's secrets.
        2 => parts::value().prop_map(|text| Some(json!(text.replace(parts::SECRET, "")))),
        2 => parts::path().prop_map(|text| Some(json!(text))),
        1 => vec(parts::path(), 0..3).prop_map(|texts| Some(json!(texts))),
        1 => (parts::path(), parts::path()).prop_map(|(key, value)| Some(json!({key: value}))),
        1 => Just(Some(json!([]))),
        1 => Just(Some(json!({}))),
        1 => Just(Some(json!([null, 1, ["a"]]))),
    ]
}

/// An event some of whose members are missing or of another kind.
pub fn distorted() -> impl Strategy<Value = Value> {
    (from_clients(), vec((any::<Index>(), distortion()), 1..4)).prop_map(|(mut event, changes)| {
        for (place, change) in changes {
            let mut pointers = Vec::new();
            collect(&event, String::new(), &mut pointers);
            if pointers.is_empty() {
                break;
            }
            distort(&mut event, &pointers[place.index(pointers.len())], change);
        }
        event
    })
}

/// The places of a value, itself left out.
fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    let mut inside = |name: &str, value: &Value| {
        let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        pointers.push(at.clone());
        collect(value, at, pointers);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| inside(name, value)),
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                inside(&place.to_string(), value);
            }
        }
        _ => {}
    }
}

fn distort(event: &mut Value, pointer: &str, change: Option<Value>) {
    match change {
        Some(change) => *event.pointer_mut(pointer).unwrap() = change,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let name = name.replace("~1", "/").replace("~0", "~");
            if let Some(Value::Object(members)) = event.pointer_mut(parent) {
                members.remove(&name);
            }
        }
    }
}

/// An event's text with a cut, a flipped byte, a member that comes twice or something behind it.
pub fn damaged() -> impl Strategy<Value = String> {
    let member = (
        proptest::sample::select(vec![
            "type",
            "version",
            "methodArn",
            "routeArn",
            "path",
            "rawPath",
            "httpMethod",
            "headers",
            "multiValueHeaders",
            "requestContext",
            "cookies",
            "unknown",
        ]),
        distortion(),
    );
    let damage = prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<char>()).prop_map(|(at, by)| Damage::Flip(at, by)),
        (member, any::<bool>())
            .prop_map(|((name, value), first)| Damage::Twice(name, value, first)),
        select_text().prop_map(Damage::Behind),
        (1_usize..100).prop_map(Damage::Deep),
    ];
    (from_clients(), damage).prop_map(|(event, damage)| damage.of(event.to_string()))
}

fn select_text() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        " ", "\n", "{}", "null", ",", "}", "]", "\0", "\u{feff}",
    ])
}

#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    Flip(Index, char),
    Twice(&'static str, Option<Value>, bool),
    Behind(&'static str),
    Deep(usize),
}

impl Damage {
    fn of(self, text: String) -> String {
        match self {
            Self::Cut(at) => {
                let kept = at.index(text.chars().count());
                text.chars().take(kept).collect()
            }
            Self::Flip(at, by) => {
                let place = at.index(text.chars().count());
                let flip = |(index, one)| if index == place { by } else { one };
                text.chars().enumerate().map(flip).collect()
            }
            Self::Twice(name, value, first) => {
                let member = format!("{}:{}", json!(name), value.unwrap_or_default());
                let inside = text.trim_start_matches('{');
                if first {
                    format!("{{{member},{inside}")
                } else {
                    let (all, _) = text.rsplit_once('}').unwrap();
                    format!("{all},{member}}}")
                }
            }
            Self::Behind(more) => text + more,
            Self::Deep(depth) => {
                let (all, _) = text.rsplit_once('}').unwrap();
                let (open, close) = ("[".repeat(depth), "]".repeat(depth));
                format!("{all},\"identitySource\":{open}{close}}}")
            }
        }
    }
}
