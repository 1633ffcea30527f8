//! Parameters of AWS Systems Manager: the contract that a stack exports, and the record.
//!
//! Four operations of [its JSON protocol](https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html),
//! signed one by one: the SDK's crate for them describes more than a hundred.

use std::{collections::BTreeMap, time::SystemTime};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use oathgate_engine::ports::{HttpClient as _, HttpRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{failure::Call, session::Session};
use crate::{
    digest::short_digest,
    port::{RecordError, RecordStore, ServiceError},
    record::Record,
};

/// The time limit of one request.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(20);

/// The attempts of a request to a service that is busy.
const ATTEMPTS: u32 = 5;

/// The largest part of the record in characters: a standard parameter, which is free, can have 4 KB.
const PART_LENGTH: usize = 4_000;

/// The number of bytes of its digest that identify a record.
const DIGEST_LENGTH: usize = 8;

/// The Parameter Store of an account and region.
#[derive(Clone, Debug)]
pub struct Parameters {
    session: Session,
}

/// A parameter as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) version: i64,
}

impl Parameters {
    /// The store that a session reaches.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self { session }
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// Why it could not be read.
    pub async fn read(&self, name: &str) -> Result<String, ServiceError> {
        let answer = self
            .send_with_retries("GetParameter", name, &json!({ "Name": name }))
            .await?;
        let value = answer.pointer("/Parameter/Value").and_then(Value::as_str);
        value.map(str::to_owned).ok_or_else(|| {
            call("GetParameter", name).unanswered("its response has no value".to_owned())
        })
    }

    /// Every parameter below a path.
    async fn below(&self, path: &str) -> Result<Vec<Parameter>, ServiceError> {
        let mut found = Vec::new();
        let mut token = Value::Null;
        loop {
            let mut input = json!({ "Path": path, "Recursive": true });
            if let (Some(input), false) = (input.as_object_mut(), token.is_null()) {
                input.insert("NextToken".to_owned(), token);
            }
            let mut answer = self
                .send_with_retries("GetParametersByPath", path, &input)
                .await?;
            let page = answer
                .get_mut("Parameters")
                .map_or(Value::Array(Vec::new()), Value::take);
            let page: Vec<Parameter> = serde_json::from_value(page).map_err(|error| {
                call("GetParametersByPath", path)
                    .unanswered(format!("its response cannot be read: {error}"))
            })?;
            found.extend(page);
            token = answer.get_mut("NextToken").map_or(Value::Null, Value::take);
            if token.is_null() {
                return Ok(found);
            }
        }
    }

    /// Writes a parameter and returns its new version.
    async fn write(&self, name: &str, value: &str) -> Result<i64, ServiceError> {
        let input = json!({
            "Name": name,
            "Value": value,
            "Type": "String",
            "Overwrite": true,
            "Description": "The state of a REST API before oathgate was attached to it, for `oathgate attach --detach`",
        });
        let answer = self.send_with_retries("PutParameter", name, &input).await?;
        Ok(answer.get("Version").and_then(Value::as_i64).unwrap_or(0))
    }

    async fn delete(&self, names: &[String]) -> Result<(), ServiceError> {
        // As many as one request takes.
        for names in names.chunks(10) {
            let first = names.first().map_or("", String::as_str);
            self.send_with_retries("DeleteParameters", first, &json!({ "Names": names }))
                .await?;
        }
        Ok(())
    }

    async fn send_with_retries(
        &self,
        operation: &str,
        name: &str,
        input: &Value,
    ) -> Result<Value, ServiceError> {
        let mut attempt = 1;
        loop {
            match self.send_once(operation, name, input).await {
                Err(ServiceError::Refused { code, .. }) if attempt < ATTEMPTS && is_busy(&code) => {
                    tokio::time::sleep(std::time::Duration::from_millis(200) * attempt).await;
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    async fn send_once(
        &self,
        operation: &str,
        name: &str,
        input: &Value,
    ) -> Result<Value, ServiceError> {
        let call = || call(operation, name);
        let body = Bytes::from(input.to_string());
        let url = self.endpoint();
        let headers = vec![
            (
                "content-type".to_owned(),
                "application/x-amz-json-1.1".to_owned(),
            ),
            ("x-amz-target".to_owned(), format!("AmazonSSM.{operation}")),
        ];
        let signed = self
            .signed(&url, &headers, &body)
            .map_err(|reason| call().unanswered(reason))?;
        let request = HttpRequest {
            method: "POST".to_owned(),
            url,
            headers: headers.into_iter().chain(signed).collect(),
            body,
            timeout: TIMEOUT,
        };
        let answer = self
            .session
            .client
            .send(request)
            .await
            .map_err(|error| call().unanswered(error.to_string()))?;
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        if answer.status == 200 {
            return Ok(document);
        }
        let text = |key: &str| document.get(key).and_then(Value::as_str);
        let code = text("__type").unwrap_or("without a code");
        let code = code.rsplit('#').next().unwrap_or(code);
        let message = text("message")
            .or_else(|| text("Message"))
            .unwrap_or_default();
        Err(call().refused(code, message))
    }

    fn signed(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Vec<(String, String)>, String> {
        let identity = self.session.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.session.region)
            .name("ssm")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| error.to_string())?
            .into();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new("POST", url, headers, SignableBody::Bytes(body))
            .map_err(|error| error.to_string())?;
        let (instructions, _) = sign(request, &parameters)
            .map_err(|error| error.to_string())?
            .into_parts();
        Ok(instructions
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect())
    }

    /// The endpoint: that of `AWS_ENDPOINT_URL_SSM`, the SDK's, or AWS's own.
    fn endpoint(&self) -> String {
        let region = &self.session.region;
        let named = std::env::var("AWS_ENDPOINT_URL_SSM").ok();
        let named = named.filter(|url| !url.is_empty());
        let named = named.or_else(|| self.session.config.endpoint_url().map(str::to_owned));
        let url = named.unwrap_or_else(|| {
            format!(
                "https://ssm.{region}.{}",
                oathgate_http_client::aws::domain_of(region)
            )
        });
        format!("{}/", url.trim_end_matches('/'))
    }
}

fn call(operation: &str, name: &str) -> Call {
    Call {
        action: format!("ssm:{operation}"),
        resource: name.to_owned(),
    }
}

fn is_busy(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException" | "TooManyUpdates" | "InternalServerError"
    )
}

/// The record in parameters below `/oathgate/<gate>/attached/<api id>`: its parts, and an index that names them.
///
/// The parts are written first, under names that no earlier record has, and the index last: a reader finds one record or
/// the other, never a mixture.
#[derive(Debug)]
pub struct ParameterRecord {
    parameters: Parameters,
    path: String,
    /// The index's version when it was last read or written; 0 if there is none.
    version: i64,
    /// The names of all parameters of the record that was last read or written.
    names: Vec<String>,
}

/// The index.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    digest: String,
    parts: usize,
}

impl ParameterRecord {
    /// The record of the API to which a gate is attached.
    #[must_use]
    pub fn new(parameters: Parameters, gate: &str, api: &str) -> Self {
        Self {
            parameters,
            path: format!("/oathgate/{gate}/attached/{api}"),
            version: 0,
            names: Vec::new(),
        }
    }

    fn index(&self) -> String {
        format!("{}/index", self.path)
    }

    fn damaged(&self, reason: &str) -> RecordError {
        RecordError::Damaged {
            place: self.place(),
            reason: reason.to_owned(),
        }
    }
}

impl RecordStore for ParameterRecord {
    fn place(&self) -> String {
        format!("parameters {}/", self.path)
    }

    async fn load(&mut self) -> Result<Option<Record>, RecordError> {
        let found = self.parameters.below(&self.path).await?;
        self.names = found.iter().map(|found| found.name.clone()).collect();
        let found: BTreeMap<&str, &Parameter> = found
            .iter()
            .map(|found| (found.name.as_str(), found))
            .collect();
        let Some(index) = found.get(self.index().as_str()) else {
            self.version = 0;
            return Ok(None);
        };
        self.version = index.version;
        let index: Index = serde_json::from_str(&index.value)
            .map_err(|error| self.damaged(&format!("its index is not valid: {error}")))?;
        let mut text = String::new();
        for number in 1..=index.parts {
            let name = format!("{}/{}/{number}", self.path, index.digest);
            let part = found
                .get(name.as_str())
                .ok_or_else(|| self.damaged(&format!("the parameter {name} is missing")))?;
            text.push_str(&part.value);
        }
        if short_digest(&text, DIGEST_LENGTH) != index.digest {
            return Err(self.damaged("its parts were changed"));
        }
        Record::parse(&text)
            .map(Some)
            .map_err(|reason| self.damaged(&reason))
    }

    async fn save(&mut self, record: &Record) -> Result<(), RecordError> {
        let text =
            serde_json::to_string(record).map_err(|error| self.damaged(&error.to_string()))?;
        let digest = short_digest(&text, DIGEST_LENGTH);
        let characters: Vec<char> = text.chars().collect();
        let mut names = vec![self.index()];
        for (number, part) in characters.chunks(PART_LENGTH).enumerate() {
            let name = format!("{}/{digest}/{}", self.path, number + 1);
            if !self.names.contains(&name) {
                let part: String = part.iter().collect();
                self.parameters.write(&name, &part).await?;
            }
            names.push(name);
        }
        let index = Index {
            digest,
            parts: names.len() - 1,
        };
        let index =
            serde_json::to_string(&index).map_err(|error| self.damaged(&error.to_string()))?;
        let version = self.parameters.write(&self.index(), &index).await?;
        if version != self.version + 1 {
            return Err(RecordError::WrittenMeanwhile(self.place()));
        }
        self.version = version;
        let old: Vec<String> = std::mem::replace(&mut self.names, names)
            .into_iter()
            .filter(|name| !self.names.contains(name))
            .collect();
        Ok(self.parameters.delete(&old).await?)
    }

    async fn remove(&mut self) -> Result<(), RecordError> {
        let found = self.parameters.below(&self.path).await?;
        // The index first: without it the parts are not a record.
        let (index, mut names): (Vec<String>, Vec<String>) = found
            .into_iter()
            .map(|found| found.name)
            .partition(|name| *name == self.index());
        names.splice(0..0, index);
        self.parameters.delete(&names).await?;
        self.version = 0;
        self.names.clear();
        Ok(())
    }
}
