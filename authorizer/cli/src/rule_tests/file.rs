//! The format of a test file.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A file of tests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestFile {
    /// The responses of services in every test of the file.
    #[serde(default)]
    pub(crate) services: Vec<ServiceAnswer>,
    /// The tests.
    pub(crate) tests: Vec<RuleTest>,
}

/// One request and the expected decision.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleTest {
    /// What is tested, in words.
    pub(crate) name: String,
    /// The client's request.
    pub(crate) request: TestRequest,
    /// The responses of services in this test, with precedence over those of the file.
    #[serde(default)]
    pub(crate) services: Vec<ServiceAnswer>,
    /// The expected decision.
    pub(crate) expect: Expectation,
}

/// The client's request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestRequest {
    /// The method.
    #[serde(default = "get")]
    pub(crate) method: String,
    /// The whole URL, with its query.
    pub(crate) url: String,
    /// Headers: one value each, or a list of them.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, OneOrMore>,
    /// A bearer token, signed with a key that is in every key set of `jwks_urls`.
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

/// The default of the `jwt` authenticator.
fn rs256() -> String {
    "RS256".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

/// The response of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceAnswer {
    /// The URL of the request; without a query, it matches every query. A `*` at its beginning matches any text, such as
    /// a host that differs between stages.
    pub(crate) url: String,
    /// The method of the request [default: any].
    #[serde(default)]
    pub(crate) method: Option<String>,
    /// Headers that the request must have, and a text that each must contain.
    #[serde(default)]
    pub(crate) when: BTreeMap<String, String>,
    /// The response's status.
    #[serde(default = "ok")]
    pub(crate) status: u16,
    /// The response's headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// The response's body: text as it is, anything else as JSON.
    #[serde(default)]
    pub(crate) body: Value,
    /// The failure in place of a response.
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
    /// It cannot be connected to.
    Unreachable,
    /// It does not answer in time.
    Timeout,
}

/// The expected decision. Only the given members are compared.
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
    /// The authenticated subject.
    #[serde(default)]
    pub(crate) subject: Option<String>,
    /// Of a grant, the vouched headers; of a refusal, the headers of the response. `null`: absent.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Option<String>>,
    /// Claims of the signed token that the backend receives. `null`: absent.
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
