//! JSON Schema (draft 7) of the configuration and of rule files, for editors.

use serde_json::{Map, Value, json};

use crate::handlers::HandlerKind;

use super::{
    defaults::defaults,
    shape::{CONFIG, Field, Form, Kind, RULES, Required, Shape},
};

/// The schema of `config.yml`: written from the same description that configurations are checked
/// against.
#[must_use]
pub fn config_schema() -> Value {
    document("Oathgate configuration", schema(&CONFIG, &Settings::Whole))
}

/// The schema of rule files: handlers' settings are completed by the handler's name, and none of
/// them is required, because a rule's settings are laid over the configuration's.
#[must_use]
pub fn rules_schema() -> Value {
    document("Oathgate access rules", schema(&RULES, &Settings::Whole))
}

/// Whether a missing required key is an error.
enum Settings {
    /// Settings that stand for themselves.
    Whole,
    /// Settings that are laid over others.
    Partial,
}

fn document(title: &str, mut schema: Value) -> Value {
    if let Some(map) = schema.as_object_mut() {
        map.insert("title".to_owned(), title.into());
        map.insert(
            "$schema".to_owned(),
            "http://json-schema.org/draft-07/schema#".into(),
        );
    }
    schema
}

fn schema(shape: &Shape, settings: &Settings) -> Value {
    let mut schema = match shape.kind {
        Kind::Any => json!({}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Number => json!({"type": "number"}),
        Kind::Integer { min, max, only } => integer(min, max, only),
        Kind::Text(form) => text(form),
        Kind::List {
            item,
            unique: false,
        } => {
            json!({"type": "array", "items": self::schema(item, settings)})
        }
        Kind::List { item, unique: true } => {
            json!({"type": "array", "items": self::schema(item, settings), "uniqueItems": true})
        }
        Kind::Map(each) => {
            json!({"type": "object", "additionalProperties": self::schema(each, settings)})
        }
        Kind::Object { fields } => object(fields, settings),
        Kind::Handler {
            config,
            config_required,
            enabled,
        } => {
            // What is enabled where nothing is written has a configuration there, too.
            handler(config, config_required && !enabled)
        }
        Kind::Reference(kind) => reference(kind),
        Kind::OneOf(fields) => {
            let mut branches = vec![json!({"type": "null"})];
            branches.extend(fields.iter().map(|field| {
                json!({
                    "type": "object",
                    "properties": {field.name: of_field(field, settings)},
                    "required": [field.name],
                    "additionalProperties": false,
                })
            }));
            json!({"oneOf": branches})
        }
    };
    if let (
        Some(map),
        Settings::Whole,
        Kind::Text(_) | Kind::Bool | Kind::Integer { .. } | Kind::List { .. },
    ) = (schema.as_object_mut(), settings, shape.kind)
        && let Some(default) = defaults(shape)
    {
        map.insert("default".to_owned(), default);
    }
    schema
}

fn of_field(field: &Field, settings: &Settings) -> Value {
    let mut schema = schema(&field.shape, settings);
    let mut about = field.shape.about.to_owned();
    if let Some(why) = field.idle {
        about.push_str(&format!(" ({why})"));
    }
    if let (Some(map), false) = (schema.as_object_mut(), about.is_empty()) {
        map.insert("description".to_owned(), about.into());
    }
    schema
}

fn integer(min: i64, max: i64, only: &[i64]) -> Value {
    if !only.is_empty() {
        return json!({"type": "integer", "enum": only});
    }
    let mut schema = json!({"type": "integer"});
    if let Some(map) = schema.as_object_mut() {
        if min != i64::MIN {
            map.insert("minimum".to_owned(), min.into());
        }
        if max != i64::MAX {
            map.insert("maximum".to_owned(), max.into());
        }
    }
    schema
}

fn text(form: Form) -> Value {
    match form {
        Form::Plain => json!({"type": "string"}),
        Form::Filled => json!({"type": "string", "minLength": 1}),
        Form::Uri | Form::FileUri => json!({"type": "string", "format": "uri"}),
        Form::UriReference => json!({"type": "string", "format": "uri-reference"}),
        Form::Duration => json!({"type": "string", "pattern": "^[0-9]+(ns|us|ms|s|m|h)$"}),
        Form::Choice(words) => json!({"type": "string", "enum": words}),
        Form::ParameterName => json!({"type": "string", "pattern": "^[A-Za-z0-9,._~-]*$"}),
        Form::Version => json!({"type": "string", "pattern": "^v[0-9]+\\.[0-9]+\\.[0-9]+"}),
    }
}

fn object(fields: &[Field], settings: &Settings) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), of_field(field, settings)))
        .collect();
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    let required = |when: Required| -> Vec<&str> {
        let fields = fields.iter().filter(|field| field.required == when);
        fields.map(|field| field.name).collect()
    };
    if let (Some(map), Settings::Whole) = (schema.as_object_mut(), settings) {
        let always = required(Required::Always);
        if !always.is_empty() {
            map.insert("required".to_owned(), json!(always));
        }
        let if_enabled = required(Required::IfEnabled);
        if !if_enabled.is_empty() {
            map.insert("if".to_owned(), enabled());
            map.insert("then".to_owned(), json!({"required": if_enabled}));
        }
    }
    schema
}

fn enabled() -> Value {
    json!({"properties": {"enabled": {"const": true}}, "required": ["enabled"]})
}

fn handler(config: Option<&Shape>, config_required: bool) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {"enabled": {"type": "boolean"}},
        "additionalProperties": false,
    });
    let (Some(config), Some(map)) = (config, schema.as_object_mut()) else {
        return schema;
    };
    let partial = self::schema(config, &Settings::Partial);
    if let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("config".to_owned(), partial);
    }
    if config_required {
        let whole = self::schema(config, &Settings::Whole);
        map.insert("if".to_owned(), enabled());
        map.insert(
            "then".to_owned(),
            json!({"properties": {"config": whole}, "required": ["config"]}),
        );
    }
    schema
}

/// A handler that a rule names.
fn reference(kind: HandlerKind) -> Value {
    let names: Vec<&str> = kind.handlers().iter().map(|known| known.name).collect();
    let settings: Vec<Value> = kind
        .handlers()
        .iter()
        .filter_map(|known| Some((known.name, known.options.shape()?)))
        .map(|(name, shape)| {
            json!({
                "if": {"properties": {"handler": {"const": name}}},
                "then": {"properties": {"config": {"anyOf": [{"type": "null"}, schema(shape, &Settings::Partial)]}}},
            })
        })
        .collect();
    json!({
        "type": "object",
        "properties": {
            "handler": {"type": "string", "enum": names, "description": "The handler's name."},
            "config": {"description": "What differs from the handler's global configuration."},
        },
        "required": ["handler"],
        "additionalProperties": false,
        "allOf": settings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_the_configuration_knows_every_key() {
        let schema = config_schema();
        let at = |path: &str| schema.pointer(path).cloned().unwrap_or_default();
        assert_eq!(
            at("/properties/serve/properties/api/properties/port"),
            json!({"type": "integer", "minimum": 0, "maximum": 65535, "default": 4456, "description": "The port to listen on."})
        );
        let jwt = "/properties/authenticators/properties/jwt";
        assert_eq!(at(&format!("{jwt}/then/required")), json!(["config"]));
        assert_eq!(
            at(&format!("{jwt}/then/properties/config/required")),
            json!(["jwks_urls"])
        );
        assert_eq!(
            at(&format!("{jwt}/properties/config/required")),
            Value::Null
        );
        // `json: {enabled: true}` is complete.
        let json = "/properties/errors/properties/handlers/properties/json";
        assert!(at(json).is_object());
        assert_eq!(at(&format!("{json}/then/required")), Value::Null);
    }

    #[test]
    fn the_schema_of_rules_completes_settings_by_the_handlers_name() {
        let schema = rules_schema();
        let mutators = schema
            .pointer("/items/properties/mutators/items")
            .cloned()
            .unwrap();
        assert_eq!(
            mutators["properties"]["handler"]["enum"],
            json!(["noop", "header", "cookie", "id_token", "hydrator"])
        );
        let header = mutators["allOf"]
            .as_array()
            .unwrap()
            .iter()
            .find(|branch| branch["if"]["properties"]["handler"]["const"] == "header")
            .unwrap();
        let config = &header["then"]["properties"]["config"]["anyOf"][1];
        assert_eq!(config["properties"]["headers"]["type"], "object");
        assert_eq!(config.get("required"), None);
    }

    #[test]
    fn the_schemas_stay_as_they_are() {
        insta::assert_json_snapshot!("config_schema", config_schema());
        insta::assert_json_snapshot!("rules_schema", rules_schema());
    }
}
