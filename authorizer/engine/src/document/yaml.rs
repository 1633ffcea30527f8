//! YAML, with anchors, merge keys and the lines of keys.

use std::{borrow::Cow, collections::HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::{Map, Value};

use super::{DocumentError, Places, Syntax, scalar};

/// How deep collections may nest.
const DEPTH: usize = 128;
/// How many values aliases may repeat altogether.
const ALIASED: usize = 1_000_000;

/// How many tabs behind a `:` are taken for the blanks they may be.
const TABS: usize = 200;

/// Reads the first document of a text.
pub(super) fn read(
    text: &str,
    syntax: Syntax,
    mut places: Option<&mut Places>,
) -> Result<Value, DocumentError> {
    let mut text = Cow::Borrowed(text);
    for tabs in 0.. {
        let mut reader = Reader {
            parser: Parser::new_from_str(&text),
            syntax,
            places: places.as_deref_mut(),
            path: String::new(),
            anchors: HashMap::new(),
            aliased: 0,
            depth: 0,
            tab_before: None,
        };
        let done = reader.document();
        let mended = reader.tab_before.and_then(|at| with_a_blank(&text, at));
        match mended {
            // The parser does not take a tab between a `:` and its value; YAML does.
            Some(mended) if done.is_err() && tabs < TABS => text = Cow::Owned(mended),
            _ => return done,
        }
    }
    Ok(Value::Null)
}

/// The text with a blank in place of the tab before a character; `None` where no tab is there.
fn with_a_blank(text: &str, character: usize) -> Option<String> {
    let (at, '\t') = text.char_indices().nth(character.checked_sub(1)?)? else {
        return None;
    };
    let mut mended = text.to_owned();
    mended.replace_range(at..=at, " ");
    Some(mended)
}

struct Reader<'t, 'p> {
    parser: Parser<'t, StrInput<'t>>,
    syntax: Syntax,
    places: Option<&'p mut Places>,
    path: String,
    anchors: HashMap<usize, Value>,
    aliased: usize,
    depth: usize,
    /// The character behind a tab that the parser does not take, counted from the text's start.
    tab_before: Option<usize>,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Value, DocumentError> {
        loop {
            match self.next()? {
                (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(Value::Null),
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (event, span) => {
                    let value = self.node(event, span)?;
                    self.finish()?;
                    return Ok(value);
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), DocumentError> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                if error.info().contains("valid YAML whitespace") {
                    self.tab_before = Some(error.marker().index());
                }
                Err(DocumentError {
                    line: Some(error.marker().line()),
                    message: format!("this is not valid YAML: {}", error.info()),
                })
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Reads what follows the first node, so that a mistake behind it is an error.
    fn finish(&mut self) -> Result<(), DocumentError> {
        loop {
            match self.next()?.0 {
                Event::DocumentEnd | Event::StreamEnd => return Ok(()),
                _ => {}
            }
        }
    }

    fn error<T>(span: Span, message: impl Into<String>) -> Result<T, DocumentError> {
        Err(DocumentError {
            line: Some(span.start.line()),
            message: message.into(),
        })
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Value, DocumentError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = match tag.as_deref() {
                    Some(tag) if !tag.is_yaml_core_schema() || tag.suffix == "str" => {
                        Value::String(text.into_owned())
                    }
                    Some(tag)
                        if matches!(
                            tag.suffix.as_str(),
                            "int" | "float" | "bool" | "null" | "binary"
                        ) =>
                    {
                        self.tagged(&tag.suffix, &text, span)?
                    }
                    _ if style == ScalarStyle::Plain => self.plain(&text, span)?,
                    _ => Value::String(text.into_owned()),
                };
                self.remember(anchor, &value);
                Ok(value)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(value) => {
                    let value = value.clone();
                    self.aliased += count(&value);
                    if self.aliased > ALIASED {
                        return Self::error(span, "aliases repeat too many values");
                    }
                    Ok(value)
                }
                None => Self::error(span, "an alias is inside the value of its own anchor"),
            },
            Event::SequenceStart(anchor, _) => {
                let value = self.deeper(span, Self::sequence)?;
                self.remember(anchor, &value);
                Ok(value)
            }
            Event::MappingStart(anchor, _) => {
                let value = self.deeper(span, Self::mapping)?;
                self.remember(anchor, &value);
                Ok(value)
            }
            _ => Self::error(span, "the text ends before its value does"),
        }
    }

    /// A scalar without quotes.
    fn plain(&self, text: &str, span: Span) -> Result<Value, DocumentError> {
        if scalar::is_endless(text) {
            return Self::error(
                span,
                format!("`{text}` is a number that JSON does not have"),
            );
        }
        Ok(scalar::resolve(text, self.syntax))
    }

    /// A scalar with one of YAML's own tags, in quotes or not.
    fn tagged(&self, tag: &str, text: &str, span: Span) -> Result<Value, DocumentError> {
        if tag == "binary" {
            let blanks = |character: char| character.is_ascii_whitespace();
            let decoded = STANDARD.decode(text.replace(blanks, ""));
            return match decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(text) => Ok(Value::String(text)),
                None => Self::error(span, "a value tagged `!!binary` must be text in base64"),
            };
        }
        let value = self.plain(text, span)?;
        let fits = match tag {
            "bool" => value.is_boolean(),
            "null" => value.is_null(),
            "int" => value.is_i64() || value.is_u64(),
            _ => value.is_number(),
        };
        if fits {
            Ok(value)
        } else {
            Self::error(
                span,
                format!("`{text}` is not a value of the tag `!!{tag}`"),
            )
        }
    }

    fn remember(&mut self, anchor: usize, value: &Value) {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
    }

    fn deeper(
        &mut self,
        span: Span,
        read: impl FnOnce(&mut Self) -> Result<Value, DocumentError>,
    ) -> Result<Value, DocumentError> {
        if self.depth >= DEPTH {
            return Self::error(span, "values nest too deeply");
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Reads the value at a step below where the reader is.
    fn below(
        &mut self,
        step: &str,
        line: Option<usize>,
        event: Event<'t>,
        span: Span,
    ) -> Result<Value, DocumentError> {
        let length = self.path.len();
        if let Some(places) = &mut self.places {
            if !self.path.is_empty() && !step.starts_with('[') {
                self.path.push('.');
            }
            self.path.push_str(step);
            places.record(&self.path, line.unwrap_or_else(|| span.start.line()));
        }
        let value = self.node(event, span);
        self.path.truncate(length);
        value
    }

    fn sequence(&mut self) -> Result<Value, DocumentError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                (event, span) => {
                    let step = format!("[{}]", items.len());
                    let item = self.below(&step, None, event, span)?;
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, DocumentError> {
        let mut map = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = match self.next()? {
                (Event::MappingEnd, _) => break,
                other => other,
            };
            let merges =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, _) if text == "<<");
            let key = self.key(event, span)?;
            let (event, value_span) = self.next()?;
            let value = self.below(&step(&key), Some(span.start.line()), event, value_span)?;
            if merges && self.syntax == Syntax::Yaml11 {
                // yaml.v2 merges where the key stands, over the keys before it.
                let mut from = Map::new();
                merge_in(&mut from, value, span)?;
                map.extend(from);
            } else if merges {
                merged.push((value, span));
            } else if map.insert(key.clone(), value).is_some() && self.syntax == Syntax::Yaml {
                return Self::error(span, format!("the key `{key}` occurs twice"));
            }
        }
        for (value, span) in merged {
            merge_in(&mut map, value, span)?;
        }
        Ok(Value::Object(map))
    }

    fn key(&mut self, event: Event<'t>, span: Span) -> Result<String, DocumentError> {
        if let Event::Scalar(text, ScalarStyle::Plain, ..) = &event
            && self.syntax == Syntax::Yaml
        {
            return Ok(text.to_string());
        }
        match self.node(event, span)? {
            Value::String(text) => Ok(text),
            Value::Array(_) | Value::Object(_) => Self::error(span, "a key must be a string"),
            other => Ok(other.to_string()),
        }
    }
}

/// `<<`: keys that are not there already.
fn merge_in(map: &mut Map<String, Value>, value: Value, span: Span) -> Result<(), DocumentError> {
    match value {
        Value::Object(from) => {
            for (key, value) in from {
                map.entry(key).or_insert(value);
            }
            Ok(())
        }
        Value::Array(list) => list
            .into_iter()
            .try_for_each(|value| merge_in(map, value, span)),
        _ => Reader::error(span, "`<<` takes keys with values, or a list of them"),
    }
}

fn step(key: &str) -> String {
    if key.contains('.') || key.is_empty() {
        format!("\"{key}\"")
    } else {
        key.to_owned()
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn yaml(text: &str) -> Value {
        read(text, Syntax::Yaml, None).unwrap()
    }

    fn refusal(text: &str) -> String {
        let error = read(text, Syntax::Yaml, None).unwrap_err();
        format!("{}: {error}", error.line.unwrap())
    }

    #[test]
    fn it_reads_anchors_and_merges_below_explicit_keys() {
        let text = "base: &base {a: 1, b: 2}\nown:\n  b: 3\n  <<: *base\n  c: *base\n";
        assert_eq!(
            yaml(text),
            json!({"base": {"a": 1, "b": 2}, "own": {"a": 1, "b": 3, "c": {"a": 1, "b": 2}}})
        );
    }

    #[test]
    fn merged_keys_replace_those_before_them_in_rules() {
        for (text, want) in [
            ("b: 3\n<<: {a: 1, b: 2}\n", json!({"a": 1, "b": 2})),
            ("<<: {a: 1, b: 2}\nb: 3\n", json!({"a": 1, "b": 3})),
            (
                "b: 3\n<<: [{a: 1}, {a: 2, b: 2}]\n",
                json!({"a": 1, "b": 2}),
            ),
        ] {
            assert_eq!(read(text, Syntax::Yaml11, None).unwrap(), want, "{text}");
        }
    }

    #[test]
    fn tags_of_yaml_decide_a_value_s_type() {
        for (text, want) in [
            ("!!int '5'", json!(5)),
            ("!!float '5'", json!(5)),
            ("!!bool \"true\"", json!(true)),
            ("!!null ''", Value::Null),
            ("!!binary aGk=", json!("hi")),
            ("!!str 5", json!("5")),
            ("!own 5", json!("5")),
        ] {
            assert_eq!(yaml(text), want, "{text}");
        }
        for text in [
            "!!int x",
            "!!int 1.5",
            "!!bool yes",
            "!!null x",
            "!!float .inf",
            "!!binary '%'",
        ] {
            assert!(read(text, Syntax::Yaml, None).is_err(), "{text}");
        }
    }

    #[test]
    fn a_tab_may_stand_between_a_colon_and_its_value() {
        assert_eq!(
            yaml("a:\tb\nc: {d:\t\t5, e: \"x:\\ty:\tz\"}\né :\tü\n"),
            json!({"a": "b", "c": {"d": 5, "e": "x:\ty:\tz"}, "é": "ü"})
        );
        let many = "a:\tb\n".replace('a', "k")
            + &(0..300).map(|n| format!("k{n}:\tv\n")).collect::<String>();
        assert!(refusal(&many).contains("whitespace"), "{}", refusal(&many));
    }

    #[test]
    fn it_keeps_quoted_scalars_as_text() {
        assert_eq!(
            yaml("[1, '1', \"true\", !!str 5, true]"),
            json!([1, "1", "true", "5", true])
        );
    }

    #[test]
    fn it_refuses_a_key_that_is_there_twice_in_a_configuration() {
        assert_eq!(refusal("a: 1\nb: 2\na: 3\n"), "3: the key `a` occurs twice");
    }

    #[test]
    fn the_last_of_two_keys_counts_in_rules() {
        assert_eq!(
            read("a: 1\na: 3\n", Syntax::Yaml11, None).unwrap(),
            json!({"a": 3})
        );
    }

    #[test]
    fn it_refuses_aliases_that_multiply() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        assert!(refusal(&text).contains("too many values"));
    }

    #[test]
    fn it_refuses_what_is_nested_too_deeply() {
        let text = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert!(read(&text, Syntax::Yaml, None).is_err());
    }

    #[test]
    fn it_refuses_numbers_that_json_does_not_have() {
        for text in [".inf", "-.Inf", "+.INF", ".nan"] {
            assert!(refusal(&format!("a: {text}")).contains("JSON"), "{text}");
            assert_eq!(yaml(&format!("a: '{text}'")), json!({"a": text}));
        }
    }

    #[test]
    fn an_empty_text_is_nothing() {
        for text in ["", "# only a remark\n", "---\n", "\n\n"] {
            assert_eq!(yaml(text), Value::Null, "{text:?}");
        }
    }

    #[test]
    fn it_knows_the_line_of_a_key() {
        let places = Places::of("a:\n  b:\n    - c: 1\n      d: 2\n", Syntax::Yaml);
        assert_eq!(places.line("a.b[0].d"), Some(4));
        assert_eq!(places.line("a.b[0].missing.deeper"), Some(3));
        assert_eq!(places.line("nowhere"), None);
    }

    #[test]
    fn it_knows_the_line_of_a_key_in_json() {
        let places = Places::of("{\n\t\"a\": {\n\t\t\"b\": [1,\n\t\t2]}}", Syntax::Json);
        assert_eq!(places.line("a.b[1]"), Some(4));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[ -~]{0,8}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_is_yaml(value in any_json()) {
            prop_assert_eq!(yaml(&value.to_string()), value.clone());
            prop_assert_eq!(yaml(&serde_json::to_string_pretty(&value).unwrap()), value);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-a\\[\\]{}:,&*!|>'\"%#\n\t <~0]{0,40}") {
            let _ = read(&text, Syntax::Yaml11, Some(&mut Places::default()));
        }
    }
}
