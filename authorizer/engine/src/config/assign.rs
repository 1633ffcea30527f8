//! Sets one value at a path.

use serde_json::{Map, Value};

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A key.
    Key(String),
    /// A place in a list.
    Place(usize),
}

/// The longest list that naming a place may fill up.
const LONGEST: usize = 10_000;

/// A path as messages write it.
pub(super) fn path_text(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Place(place) => text.push_str(&format!("[{place}]")),
        }
    }
    text
}

/// Reads `access_rules.repositories[0]`, or `access_rules.repositories.0`.
pub(super) fn parse_path(text: &str) -> Option<Vec<Step>> {
    let mut path = Vec::new();
    for part in text.split('.') {
        let (key, mut rest) = match part.find('[') {
            Some(at) => part.split_at(at),
            None => (part, ""),
        };
        match key.parse() {
            Ok(place) if !path.is_empty() => path.push(Step::Place(place)),
            _ if key.is_empty() => return None,
            _ => path.push(Step::Key(key.to_owned())),
        }
        while !rest.is_empty() {
            let (place, behind) = rest.strip_prefix('[')?.split_once(']')?;
            path.push(Step::Place(place.parse().ok()?));
            rest = behind;
        }
    }
    Some(path)
}

/// Sets a value at a path, making what is missing on the way there. Lists are filled up with `null`.
pub(super) fn assign(target: &mut Value, path: &[Step], value: Value) {
    let mut at = target;
    for step in path {
        match step {
            Step::Key(key) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                let Some(map) = at.as_object_mut() else {
                    return;
                };
                at = map.entry(key.as_str()).or_insert(Value::Null);
            }
            Step::Place(place) => {
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let Some(list) = at.as_array_mut() else {
                    return;
                };
                if *place >= LONGEST {
                    return;
                }
                if list.len() <= *place {
                    list.resize(*place + 1, Value::Null);
                }
                let Some(item) = list.get_mut(*place) else {
                    return;
                };
                at = item;
            }
        }
    }
    *at = value;
}

/// Lays a value over what is at a path as Oathkeeper does with variables: maps merge key by key, and
/// lists item by item, so that what a longer list holds behind stays.
pub(super) fn lay_over(target: &mut Value, path: &[Step], value: &Value) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                lay_over(target, &with(path, Step::Key(key.clone())), value);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (place, value) in list.iter().enumerate() {
                lay_over(target, &with(path, Step::Place(place)), value);
            }
        }
        Value::Object(_) | Value::Array(_) => {}
        other => assign(target, path, other.clone()),
    }
}

fn with(path: &[Step], step: Step) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(step);
    path
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_sets_keys_and_places_that_are_not_there_yet() {
        let mut value = json!({});
        assign(&mut value, &parse_path("a.b[1].c").unwrap(), json!(7));
        assert_eq!(value, json!({"a": {"b": [null, {"c": 7}]}}));
    }

    #[test]
    fn a_list_of_a_variable_replaces_item_by_item() {
        let mut value = json!({"list": ["a", "b"]});
        lay_over(&mut value, &parse_path("list").unwrap(), &json!(["c"]));
        assert_eq!(value, json!({"list": ["c", "b"]}));
    }

    #[test]
    fn it_reads_paths_and_writes_them() {
        for text in ["a", "a.b", "a.b[0]", "a[1][2].c"] {
            assert_eq!(path_text(&parse_path(text).unwrap()), text);
        }
        assert_eq!(parse_path("a.0.b"), parse_path("a[0].b"));
        for text in ["", ".", "a..b", "a[", "a[x]", "[0]"] {
            assert_eq!(parse_path(text), None, "{text}");
        }
    }
}
