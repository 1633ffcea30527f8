//! The keys of a test run: new ones, which are the key set at every URL.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use oathgate_credentials::Algorithm;
use oathgate_engine::ports::{BoxFuture, KeySource, KeySourceError};
use oathgate_jose::JwkSet;
use serde_json::{Value, json};

use super::{RuleTestError, file::Token};

/// How long a test's token is valid, in seconds.
const LIFETIME: u64 = 600;

/// One private key for each algorithm of the tests' tokens, and one for the gate's own tokens. All are in one key set,
/// which is at every URL.
#[derive(Debug)]
pub(crate) struct TestKeys {
    by_algorithm: Mutex<BTreeMap<&'static str, Made>>,
    own: Value,
}

#[derive(Debug)]
struct Made {
    key: Value,
    set: JwkSet,
}

impl TestKeys {
    /// Generates the key that the gate signs with.
    pub(crate) fn generate() -> Result<Self, RuleTestError> {
        Ok(Self {
            by_algorithm: Mutex::default(),
            own: make(Algorithm::default())?.key,
        })
    }

    /// A client's token.
    pub(crate) fn token(&self, token: &Token) -> Result<String, RuleTestError> {
        let algorithm: Algorithm = token.alg.parse().map_err(keys)?;
        let mut made = self.made();
        let entry = match made.entry(algorithm.as_str()) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(make(algorithm)?),
        };
        let now = SystemTime::now();
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut claims = token.claims.clone();
        for (name, value) in [("iat", seconds), ("exp", seconds + LIFETIME)] {
            claims.entry(name).or_insert_with(|| value.into());
        }
        let key = entry.set.signing_key(now).map_err(keys)?.key;
        key.sign(&Value::Object(claims).to_string()).map_err(keys)
    }

    fn made(&self) -> MutexGuard<'_, BTreeMap<&'static str, Made>> {
        self.by_algorithm
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeySource for TestKeys {
    fn read(&self, _: &str, _: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        let mut keys: Vec<Value> = self.made().values().map(|made| made.key.clone()).collect();
        // Of several private keys the last one signs.
        keys.push(self.own.clone());
        let text = json!({ "keys": keys }).to_string();
        Box::pin(std::future::ready(Ok(text.into())))
    }
}

fn make(algorithm: Algorithm) -> Result<Made, RuleTestError> {
    let made = oathgate_credentials::generate(algorithm, None, None).map_err(keys)?;
    let text = serde_json::to_value(&made).map_err(keys)?;
    let key = text.pointer("/keys/0").cloned().unwrap_or_default();
    let set = JwkSet::parse(text.to_string().as_bytes()).map_err(keys)?;
    Ok(Made { key, set })
}

fn keys(error: impl ToString) -> RuleTestError {
    RuleTestError::Keys(error.to_string())
}
