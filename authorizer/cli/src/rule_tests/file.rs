//! The form of a test file.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A file of tests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestFile {
    /// What services answer in every test of the file.
    #[serde(default)]
    pub(crate) services: Vec<ServiceAnswer>,
    /// The tests.
    pub(crate) tests: Vec<RuleTest>,
}

/// One request, and what must come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleTest {
    /// What is tested, in words.
    pub(crate) name: String,
    /// What the client asks.
    pub(crate) request: AskedRequest,
    /// What services answer in this test, before those of the file.
    #[serde(default)]
    pub(crate) services: Vec<ServiceAnswer>,
    /// What must come of it.
    pub(crate) expect: Expectation,
}

/// What the client asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedRequest {
    /// The method.
    #[serde(default = "get")]
    pub(crate) method: String,
    /// The whole URL, with its query.
    pub(crate) url: String,
    /// Headers: one value each, or a list of them.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, OneOrMore>,
    /// A bearer token that is sent along, signed by a key that every `jwks_urls` has.
    #[serde(default)]
    pub(crate) token: Option<Token>,
    /// The client's address.
    #[serde(default)]
    pub(crate) remote_addr: Option<IpAddr>,
}

/// A JSON Web Token of the client's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    /// The signature algorithm.
    #[serde(default = "rs256")]
    pub(crate) alg: String,
    /// The claims. `exp` and `iat` are added where they are missing.
    pub(crate) claims: Map<String, Value>,
}

/// What the `jwt` authenticator takes if nothing else is configured.
fn rs256() -> String {
    "RS256".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

/// What a service answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceAnswer {
    /// The URL it is asked under; without a query, it answers every query. A `*` at its beginning stands
    /// for any text, such as a host that differs between stages.
    pub(crate) url: String,
    /// The method it is asked with; any if left out.
    #[serde(default)]
    pub(crate) method: Option<String>,
    /// Headers that the question must have, and a text that each must hold.
    #[serde(default)]
    pub(crate) when: BTreeMap<String, String>,
    /// The answer's status.
    #[serde(default = "ok")]
    pub(crate) status: u16,
    /// The answer's headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// The answer's body: text as it is, anything else as JSON.
    #[serde(default)]
    pub(crate) body: Value,
    /// In place of an answer, what goes wrong.
    #[serde(default)]
    pub(crate) fault: Option<Fault>,
}

fn ok() -> u16 {
    200
}

/// How a service fails to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// No connection comes about.
    Unreachable,
    /// It does not answer in time.
    Timeout,
}

/// What must come of a request. What is left out is not compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    /// The decision's status: 200 is a grant.
    pub(crate) status: u16,
    /// The reason code.
    #[serde(default)]
    pub(crate) code: Option<String>,
    /// With a stage, what API Gateway is answered: `Allow`, `Deny`, `Unauthorized` or `Error`.
    #[serde(default)]
    pub(crate) effect: Option<String>,
    /// The rule that decides.
    #[serde(default)]
    pub(crate) rule: Option<String>,
    /// The subject that was found.
    #[serde(default)]
    pub(crate) subject: Option<String>,
    /// Of a grant, the headers that the gate vouches for; of a refusal, those of the answer. `null`: not
    /// there.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Option<String>>,
    /// Claims of the signed token that the backend is given. `null`: not there.
    #[serde(default)]
    pub(crate) claims: Map<String, Value>,
    /// Members of a refusal's JSON body, at any depth.
    #[serde(default)]
    pub(crate) body: Map<String, Value>,
}

/// One text, or a list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct OneOrMore(Vec<String>);

impl OneOrMore {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a header's value must be text or a list of texts"
        )]
        enum Either {
            One(String),
            More(Vec<String>),
        }
        Ok(match Either::deserialize(from)? {
            Either::One(text) => Self(vec![text]),
            Either::More(texts) => Self(texts),
        })
    }
}
