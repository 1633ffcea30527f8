//! What a stage says that changes decisions: one definition for all who decide.
//!
//! A stage file (`config/stages/<stage>.yml`) holds it under its keys, a function's environment under
//! `OATHGATE_*` variables. Everything else in a stage file is the deployment's.

use oathgate_settings::authorizer as variables;
use serde_json::Value;
use thiserror::Error;

use crate::{
    Request,
    config::nearest,
    document::{self, Syntax},
    safety::{PathPolicy, Treatment, UnsafePath},
};

/// The settings of a stage that change decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageOptions {
    /// The host that rules name, whatever host was asked.
    pub public_host: Option<String>,
    /// Where a custom domain has the API, if not at its root.
    pub base_path: Option<BasePath>,
    /// Which paths are refused.
    pub paths: PathPolicy,
}

/// A setting of a stage that changes decisions: add one here, and everybody who decides knows it.
#[derive(Clone, Copy, Debug)]
pub struct StageOption {
    /// Its key in a stage file.
    pub key: &'static str,
    /// Its variable in the environment.
    pub variable: &'static str,
    /// Takes a value, or says what to write instead.
    set: fn(&mut StageOptions, &str) -> Result<(), &'static str>,
}

/// Every setting of a stage that changes decisions.
pub const STAGE_OPTIONS: [StageOption; 3] = [
    StageOption {
        key: "publicHost",
        variable: variables::PUBLIC_HOST.name,
        set: |options, text| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
            if !text.bytes().all(fits) {
                return Err("write a host name alone, such as `api.example.com`");
            }
            options.public_host = Some(text.to_owned());
            Ok(())
        },
    },
    StageOption {
        key: "basePath",
        variable: variables::BASE_PATH.name,
        set: |options, text| {
            options.base_path = Some(BasePath::parse(text)?);
            Ok(())
        },
    },
    StageOption {
        key: "allowEncodedSlashes",
        variable: variables::ALLOW_ENCODED_SLASHES.name,
        set: |options, text| {
            options.paths.encoded_slashes = match text {
                "true" => Treatment::Allow,
                "false" => Treatment::Refuse,
                _ => return Err("write `true` or `false`"),
            };
            Ok(())
        },
    },
];

/// Settings that cannot be used, all of them at once.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}", .0.join("; "))]
pub struct StageError(pub Vec<String>);

impl StageOptions {
    /// Lays what the text of a stage file says over these options. Keys that are not of decisions are not
    /// looked at, unless they look like a mistyped one.
    ///
    /// # Errors
    /// A text that is not valid YAML, and every setting that cannot be used.
    pub fn read_file(&mut self, text: &str) -> Result<(), StageError> {
        let document = document::parse(text, Syntax::Yaml)
            .map_err(|error| StageError(vec![format!("not valid YAML: {error}")]))?;
        let Value::Object(settings) = document else {
            return Err(StageError(vec![
                "a stage file is a map of settings".to_owned(),
            ]));
        };
        let mut wrong = Vec::new();
        for (key, value) in &settings {
            let Some(option) = STAGE_OPTIONS.iter().find(|option| option.key == key) else {
                if let Some(meant) = nearest(key, STAGE_OPTIONS.iter().map(|option| option.key)) {
                    wrong.push(format!(
                        "there is no setting `{key}`; did you mean `{meant}`?"
                    ));
                }
                continue;
            };
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if let Err(advice) = (option.set)(self, &text) {
                wrong.push(format!("`{key}` is `{text}`: {advice}"));
            }
        }
        none_wrong(wrong)
    }

    /// Lays what variables say over these options. An empty variable counts as not set.
    ///
    /// # Errors
    /// Every variable that cannot be used.
    pub fn read_variables(
        &mut self,
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<(), StageError> {
        let mut wrong = Vec::new();
        for option in STAGE_OPTIONS {
            let name = option.variable;
            if let Some(text) = variable(name).filter(|text| !text.is_empty())
                && let Err(advice) = (option.set)(self, &text)
            {
                wrong.push(format!("`{name}` is `{text}`: {advice}"));
            }
        }
        none_wrong(wrong)
    }

    /// Puts a request where the stage's rules expect it: at the public host, and below the base path where
    /// API Gateway was asked under its own host name, which has none.
    ///
    /// # Errors
    /// A path that the stage's custom domain leads to another API.
    pub fn place(&self, request: &mut Request) -> Result<(), UnsafePath> {
        if let Some(base) = &self.base_path {
            if is_own_host(&request.url.host) {
                request.url.path = base.join(&request.url.path);
                request.request_uri = base.join(&request.request_uri);
            } else if !base.leads_to(&request.url.path) {
                return Err(UnsafePath::OutsideBasePath);
            }
        }
        if let Some(host) = &self.public_host {
            request.url.host.clone_from(host);
            request.host.clone_from(host);
        }
        Ok(())
    }
}

fn none_wrong(wrong: Vec<String>) -> Result<(), StageError> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(StageError(wrong))
    }
}

/// Whether a host is one that API Gateway gives an API itself.
#[must_use]
pub fn is_own_host(host: &str) -> bool {
    host.to_ascii_lowercase().contains(".execute-api.")
}

/// Where a custom domain has an API: `/orders`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// Reads a base path: a slash before each of its names, and none at its end.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let is_name = |name: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !name.is_empty()
                && !name.starts_with('.')
                && !name.ends_with('.')
                && name.bytes().all(fits)
        };
        match text.strip_prefix('/') {
            Some(names) if names.split('/').all(is_name) => Ok(Self(text.to_owned())),
            _ => Err("write a path such as `/orders`"),
        }
    }

    /// Whether the custom domain leads a path to the API.
    #[must_use]
    pub fn leads_to(&self, path: &str) -> bool {
        let behind = path.strip_prefix(&self.0);
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    }

    /// A path of the API as the custom domain has it.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Url;

    fn read(text: &str) -> Result<StageOptions, String> {
        let mut options = StageOptions::default();
        let read = options.read_file(text);
        read.map(|()| options).map_err(|error| error.to_string())
    }

    #[test]
    fn a_stage_file_and_variables_say_the_same() {
        let file = read(
            "backendUrl: https://b.example\npublicHost: api.example.com\nbasePath: /orders/v1.2\n\
             allowEncodedSlashes: true\ntags: {a: b}\n",
        )
        .unwrap();
        let mut variables = StageOptions::default();
        let variable = |name: &str| {
            let value = match name {
                "OATHGATE_PUBLIC_HOST" => "api.example.com",
                "OATHGATE_BASE_PATH" => "/orders/v1.2",
                "OATHGATE_ALLOW_ENCODED_SLASHES" => "true",
                _ => return None,
            };
            Some(value.to_owned())
        };
        variables.read_variables(variable).unwrap();
        assert_eq!(file, variables);
        assert_eq!(file.paths.encoded_slashes, Treatment::Allow);
        assert_eq!(file.paths.unsafe_paths, Treatment::Refuse);
        variables.read_variables(|_| Some(String::new())).unwrap();
        assert_eq!(file, variables);
    }

    #[test]
    fn what_cannot_be_used_is_said_all_at_once() {
        let error = read("publicHost: https://a\nallowEncodedSlashes: maybe\nbasePath: orders/\n")
            .unwrap_err();
        for part in [
            "`publicHost` is `https://a`",
            "write `true` or `false`",
            "write a path such as `/orders`",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert!(
            read("basepath: /a")
                .unwrap_err()
                .contains("did you mean `basePath`?")
        );
        assert!(read("- a").is_err());
        assert!(read("a: [").is_err());
        let mut options = StageOptions::default();
        let error = options
            .read_variables(|_| Some("/".to_owned()))
            .unwrap_err()
            .to_string();
        for option in STAGE_OPTIONS {
            assert!(error.contains(option.variable), "{error}");
        }
    }

    #[test]
    fn a_base_path_has_a_slash_before_each_name() {
        for text in ["/a", "/a/b", "/v1.0", "/a_b-c"] {
            assert!(BasePath::parse(text).is_ok(), "{text}");
        }
        for text in [
            "", "/", "a", "/a/", "//a", "/..", "/a/./b", "/a%20b", "/a b", "/a?", "/.",
        ] {
            assert!(BasePath::parse(text).is_err(), "{text}");
        }
    }

    fn placed(host: &str, path: &str) -> Result<String, UnsafePath> {
        let options = read("publicHost: api.example.com\nbasePath: /orders").unwrap();
        let url = Url {
            scheme: "https".to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            ..Url::default()
        };
        let mut request = Request {
            url,
            request_uri: format!("{path}?x"),
            ..Request::default()
        };
        options.place(&mut request)?;
        assert_eq!(request.request_uri, format!("{}?x", request.url.path));
        Ok(format!("{}{}", request.host, request.url.path))
    }

    #[test]
    fn a_request_is_placed_where_the_custom_domain_has_the_api() {
        let own = "abc.execute-api.eu-west-1.amazonaws.com";
        for (host, path, place) in [
            (
                "orders.example",
                "/orders/admin/x",
                Ok("api.example.com/orders/admin/x"),
            ),
            ("orders.example", "/orders", Ok("api.example.com/orders")),
            (own, "/admin/x", Ok("api.example.com/orders/admin/x")),
            (
                own,
                "/orders/admin/x",
                Ok("api.example.com/orders/orders/admin/x"),
            ),
            (
                "orders.example",
                "/admin/x",
                Err(UnsafePath::OutsideBasePath),
            ),
            (
                "orders.example",
                "/ordersx",
                Err(UnsafePath::OutsideBasePath),
            ),
            (
                "orders.example",
                "//orders/x",
                Err(UnsafePath::OutsideBasePath),
            ),
        ] {
            assert_eq!(
                placed(host, path).as_deref(),
                place.as_ref().copied(),
                "{host}{path}"
            );
        }
    }
}
