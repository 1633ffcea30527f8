//! Decodes the text of a rule file.

use serde_json::{Map, Value};

use super::{HandlerReference, Match, RpcMatch, RuleDefinition, Source, migrate::migrate};
use crate::{
    config::{kind_of, unknown_keys},
    document::{self, Syntax},
    finding::{Finding, Findings, Severity},
};

/// The rules of one file.
#[derive(Clone, Debug, Default)]
pub struct DecodedRules {
    /// The rules, in order.
    pub rules: Vec<RuleDefinition>,
    /// What Oathkeeper overlooks in them: keys it does not know, and what has no effect here.
    pub findings: Findings,
}

/// Decodes a list of rules from JSON or YAML, whatever the file's name says, and migrates rules of
/// older versions.
///
/// # Errors
/// The file as a whole cannot be used: no list, or rules that cannot be decoded, all of them named.
pub fn decode(file: &str, text: &str) -> Result<DecodedRules, Findings> {
    let value = match document::parse(text, Syntax::Json) {
        Ok(value) => value,
        Err(json) => document::parse(text, Syntax::Yaml11).map_err(|yaml| {
            let looks_like_json = text.trim_start().starts_with(['[', '{']);
            let error = if looks_like_json { json } else { yaml };
            let finding = Finding::error(error.message);
            Findings(vec![finding.in_file(file).on_line(error.line)])
        })?,
    };
    let list = match value {
        Value::Null => return Ok(DecodedRules::default()),
        Value::Array(list) => list,
        other => {
            let finding = Finding::error(format!(
                "a rule file is a list of rules, this is {}",
                kind_of(&other)
            ));
            let advice = "put the rules between `[` and `]`, without a key above them";
            return Err(Findings(vec![finding.in_file(file).suggest(advice)]));
        }
    };
    let source = Source::new(file, text);
    let mut decoded = DecodedRules::default();
    let mut refused = Vec::new();
    for (place, value) in list.into_iter().enumerate() {
        let source = source.at(place);
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        let locate = |mut finding: Finding| {
            finding.line = source.line(&finding.key);
            finding.rule = Some(id.clone().unwrap_or_else(|| format!("#{}", place + 1)));
            finding.in_file(file)
        };
        let odd = unknown_keys(&value).into_iter().map(locate);
        decoded.findings.0.extend(odd);
        match rule(value, source.clone()) {
            Ok(rule) => decoded.rules.push(rule),
            Err((key, message)) => refused.push(locate(Finding::error(message).at(key))),
        }
    }
    if refused.is_empty() {
        return Ok(decoded);
    }
    refused.extend(
        decoded
            .findings
            .0
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error),
    );
    Err(Findings(refused))
}

/// Why a rule cannot be decoded: the key and the sentence.
type Refusal = (String, String);

fn rule(value: Value, source: Source) -> Result<RuleDefinition, Refusal> {
    let mut map = match value {
        Value::Object(map) => map,
        Value::Null => Map::new(),
        other => {
            return Err((
                String::new(),
                format!("a rule is keys with values, this is {}", kind_of(&other)),
            ));
        }
    };
    migrate(&mut map).map_err(|message| ("version".to_owned(), message))?;
    if map.get("Match").is_some_and(|value| !value.is_null()) {
        // Oathkeeper's decoder takes this very spelling for a field of its own and stops.
        return Err((
            "Match".to_owned(),
            "unknown key `Match`, write `match`".to_owned(),
        ));
    }
    let rule = Keys {
        map: &map,
        path: "",
    };
    Ok(RuleDefinition {
        id: rule.text("id")?,
        version: rule.text("version")?,
        description: rule.text("description")?,
        matches: match rule.get("match") {
            Some(value) => Some(matches(value)?),
            None => None,
        },
        authenticators: handlers(&rule, "authenticators")?,
        authorizer: match rule.get("authorizer") {
            Some(value) => handler(value, "authorizer")?,
            None => HandlerReference::default(),
        },
        mutators: handlers(&rule, "mutators")?,
        errors: handlers(&rule, "errors")?,
        upstream: upstream(&rule)?,
        source,
    })
}

fn matches(value: &Value) -> Result<Match, Refusal> {
    let empty = Map::new();
    let map = object(value, "match", &empty)?;
    let keys = Keys { map, path: "match" };
    if map.contains_key("full_method") {
        let rpc = RpcMatch {
            authority: keys.text("authority")?,
            full_method: keys.text("full_method")?,
            allow_http_get: keys.flag("allow_http_get")?,
        };
        return Ok(Match {
            url: format!("rpc://{}/{}", rpc.authority, rpc.full_method),
            methods: Vec::new(),
            rpc: Some(rpc),
        });
    }
    Ok(Match {
        url: keys.text("url")?,
        methods: keys.texts("methods")?,
        rpc: None,
    })
}

fn handlers(rule: &Keys<'_>, key: &str) -> Result<Vec<HandlerReference>, Refusal> {
    let list = match rule.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(expected(key, "a list", other)),
    };
    list.iter()
        .enumerate()
        .map(|(place, value)| handler(value, &format!("{key}[{place}]")))
        .collect()
}

fn handler(value: &Value, path: &str) -> Result<HandlerReference, Refusal> {
    let empty = Map::new();
    let map = object(value, path, &empty)?;
    let keys = Keys { map, path };
    Ok(HandlerReference {
        handler: keys.text("handler")?,
        config: keys.get("config").cloned(),
    })
}

/// Checked as Oathkeeper decodes it, though it has no effect.
fn upstream(rule: &Keys<'_>) -> Result<Option<Value>, Refusal> {
    let Some(value) = rule.get("upstream") else {
        return Ok(None);
    };
    let empty = Map::new();
    let keys = Keys {
        map: object(value, "upstream", &empty)?,
        path: "upstream",
    };
    keys.text("url")?;
    keys.text("strip_path")?;
    keys.flag("preserve_host")?;
    Ok((!value.is_null()).then(|| value.clone()))
}

fn object<'v>(
    value: &'v Value,
    path: &str,
    empty: &'v Map<String, Value>,
) -> Result<&'v Map<String, Value>, Refusal> {
    match value {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(empty),
        other => Err(expected(path, "keys with values", other)),
    }
}

/// The keys of an object, read as Go's `encoding/json` reads them: in any case, `null` for nothing.
struct Keys<'v> {
    map: &'v Map<String, Value>,
    path: &'v str,
}

impl<'v> Keys<'v> {
    fn get(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key).or_else(|| {
            let mut odd = self.map.iter();
            odd.find(|(known, _)| known.eq_ignore_ascii_case(key))
                .map(|(_, value)| value)
        })
    }

    fn at(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn text(&self, key: &str) -> Result<String, Refusal> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Err(expected(&self.at(key), "a text", other)),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, Refusal> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(expected(&self.at(key), "`true` or `false`", other)),
        }
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, Refusal> {
        let list = match self.get(key) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(other) => return Err(expected(&self.at(key), "a list", other)),
        };
        let items = list.iter().enumerate();
        items
            .map(|(place, item)| match item {
                Value::Null => Ok(String::new()),
                Value::String(text) => Ok(text.clone()),
                other => Err(expected(
                    &format!("{}[{place}]", self.at(key)),
                    "a text",
                    other,
                )),
            })
            .collect()
    }
}

fn expected(path: &str, wanted: &str, found: &Value) -> Refusal {
    (
        path.to_owned(),
        format!("expected {wanted}, found {}", kind_of(found)),
    )
}
