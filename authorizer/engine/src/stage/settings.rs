//! Every setting of a stage that changes decisions.

use std::borrow::Cow;

use oathgate_gostd::is_token;
use oathgate_settings::authorizer as variables;
use serde_json::{Map, Value};

use super::{ApiKind, BasePath, StageOptions};
use crate::{
    gateway_header::unfit_for_gate_alone,
    safety::{ForgedHeaders, Treatment},
};

/// A setting of a stage that changes decisions: add one here, and everything that decides knows it.
#[derive(Clone, Copy, Debug)]
pub struct StageOption {
    /// Its key in a stage file; a dot leads into a map.
    pub key: &'static str,
    /// Its variable in the environment, if it has one.
    pub variable: Option<&'static str>,
    /// Takes a value, or says what to write instead.
    set: fn(&mut StageOptions, &str) -> Result<(), Cow<'static, str>>,
}

/// Every setting of a stage that changes decisions. Where two say the same, the later one counts.
pub const STAGE_OPTIONS: [StageOption; 11] = [
    StageOption {
        key: "api.kind",
        variable: None,
        set: |options, text| {
            options.api = match text {
                "rest" => ApiKind::Rest,
                "http" => ApiKind::Http,
                "websocket" => ApiKind::WebSocket,
                _ => return Err("write `rest`, `http` or `websocket`".into()),
            };
            Ok(())
        },
    },
    StageOption {
        key: "domain.name",
        variable: None,
        set: set_public_host,
    },
    StageOption {
        key: "publicHost",
        variable: Some(variables::PUBLIC_HOST.name),
        set: set_public_host,
    },
    StageOption {
        key: "domain.basePath",
        variable: None,
        set: set_base_path,
    },
    StageOption {
        key: "basePath",
        variable: Some(variables::BASE_PATH.name),
        set: set_base_path,
    },
    StageOption {
        key: "allowEncodedSlashes",
        variable: Some(variables::ALLOW_ENCODED_SLASHES.name),
        set: |options, text| {
            options.paths.encoded_slashes = match text {
                "true" => Treatment::Allow,
                "false" => Treatment::Refuse,
                _ => return Err("write `true` or `false`".into()),
            };
            Ok(())
        },
    },
    StageOption {
        key: "vouchedHeaderFallback",
        variable: Some(variables::VOUCHED_FALLBACK.name),
        set: |options, text| {
            if text.trim() != text || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                return Err("write visible ASCII without spaces around it".into());
            }
            text.clone_into(&mut options.vouched.placeholder);
            Ok(())
        },
    },
    StageOption {
        key: "clientHeaders",
        variable: Some(variables::CLIENT_HEADERS.name),
        set: |options, text| {
            let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
            if !names.iter().all(|name| is_token(name)) {
                return Err("write names of headers, separated by commas".into());
            }
            options.vouched.client_headers = names;
            Ok(())
        },
    },
    StageOption {
        key: "forgedHeaders",
        variable: Some(variables::FORGED_HEADERS.name),
        set: |options, text| {
            options.vouched.forged = match text {
                "refuse" => ForgedHeaders::Refuse,
                "replace" => ForgedHeaders::Replace,
                _ => return Err("write `refuse` or `replace`".into()),
            };
            Ok(())
        },
    },
    StageOption {
        key: "api.tokenHeader",
        variable: Some(variables::TOKEN_HEADER.name),
        set: |options, text| {
            if unfit_for_gate_alone(text).is_some() {
                return Err("write the name of a header that API Gateway maps and no client sends, such as `X-Token`".into());
            }
            options.vouched.token_header = Some(text.to_owned());
            Ok(())
        },
    },
    StageOption {
        key: "backend.secretHeader.name",
        variable: Some(variables::BACKEND_SECRET_HEADER.name),
        set: |options, text| {
            if let Some(why) = unfit_for_gate_alone(text) {
                return Err(format!("the header {why}").into());
            }
            options.vouched.secret_header = Some(text.to_owned());
            Ok(())
        },
    },
];

impl StageOption {
    /// Its value in a stage file, as a variable would have it; lists with commas.
    pub(super) fn find_in(&self, settings: &Map<String, Value>) -> Option<String> {
        let mut names = self.key.split('.');
        let first = settings.get(names.next()?)?;
        let value = names.try_fold(first, |value, name| value.get(name))?;
        Some(match value {
            Value::String(text) => text.clone(),
            Value::Array(items) if items.is_empty() => return None,
            Value::Array(items) => {
                let texts = items.iter().map(|item| match item {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                });
                texts.collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        })
    }

    pub(super) fn set(
        &self,
        options: &mut StageOptions,
        text: &str,
    ) -> Result<(), Cow<'static, str>> {
        (self.set)(options, text)
    }
}

fn set_public_host(options: &mut StageOptions, text: &str) -> Result<(), Cow<'static, str>> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    if !text.bytes().all(fits) {
        return Err("write a host name alone, such as `api.example.com`".into());
    }
    options.public_host = Some(text.to_owned());
    Ok(())
}

fn set_base_path(options: &mut StageOptions, text: &str) -> Result<(), Cow<'static, str>> {
    options.base_path = Some(BasePath::parse(text).map_err(Cow::Borrowed)?);
    Ok(())
}
