//! Configuration and rules in the form a packaged function loads: nothing is parsed or compiled
//! before a request needs it.
//!
//! The layout, every number in four bytes of little endian:
//!
//! | part | holds |
//! |---|---|
//! | `OATHGATE` | eight bytes |
//! | layout version | |
//! | six lengths | of the parts that follow the sums, in their order |
//! | two sums | CRC-32 of the first four parts, and of the routes |
//! | program version | text |
//! | configuration | JSON |
//! | manifest | JSON |
//! | table | for each rule where it ends among the rules, and its CRC-32 |
//! | routes | as `oathgate-matching` lays them out |
//! | rules | JSON, one behind the other |
//!
//! A rule is read from its place when a request first needs it, so what a start costs hardly grows with
//! their number.

use std::{fmt::Debug, io, ops::Range, sync::Arc};

use oathgate_matching::{CheckedRoutes, LoadError, RouteEntry};
use thiserror::Error;

use super::RuleDefinition;
use crate::{
    config::{Config, Format},
    manifest::Manifest,
};

const MAGIC: &[u8; 8] = b"OATHGATE";
const LAYOUT: u32 = 2;
/// Magic, layout, lengths and sums.
const HEAD: usize = 8 + 4 + 6 * 4 + 2 * 4;
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Why packed rules are not used. Nothing is guessed: the function does not start.
#[derive(Debug, Error)]
pub enum PackedError {
    /// Not written by `oathgate package`.
    #[error("this is no file of packed rules")]
    Foreign,
    /// Written by another version, whose rules could mean something else.
    #[error("the rules were packed by version `{found}`, this is `{PROGRAM}`: package them again")]
    Version {
        /// The version that packed them.
        found: String,
    },
    /// Changed or cut short on the way.
    #[error("the packed rules are damaged: package them again")]
    Damaged,
    /// The index inside cannot be used.
    #[error(transparent)]
    Routes(#[from] LoadError),
    /// The configuration inside cannot be used.
    #[error("the packed configuration cannot be used: {0}")]
    Config(String),
    /// More than four gibibytes.
    #[error("the rules are too large to pack")]
    TooLarge,
    /// The file is there and cannot be read.
    #[error("the packed rules cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Where packed rules lie: a file that stays open, or bytes at hand.
pub trait PackedBytes: Debug + Send + Sync {
    /// How many bytes there are.
    ///
    /// # Errors
    /// A file that cannot be asked.
    fn size(&self) -> io::Result<u64>;

    /// Reads the bytes from `offset` on that fill `into`.
    ///
    /// # Errors
    /// Fewer bytes than that, or a file that cannot be read.
    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

impl PackedBytes for Vec<u8> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let part = usize::try_from(offset)
            .ok()
            .and_then(|begin| self.get(begin..begin.checked_add(into.len())?))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(part);
        Ok(())
    }
}

/// Rules that are looked up one by one, with what decides beside them.
#[derive(Clone, Debug)]
pub struct PackedRules {
    bytes: Arc<dyn PackedBytes>,
    config: Vec<u8>,
    manifest: Vec<u8>,
    table: Vec<u8>,
    routes: Part,
    rules: Part,
}

/// Where a part lies in the whole, and what its bytes sum up to.
#[derive(Clone, Copy, Debug)]
struct Part {
    offset: u64,
    length: usize,
    sum: u32,
}

impl PackedRules {
    /// Writes a configuration and its rules, in matching order.
    ///
    /// # Errors
    /// More rules than fit.
    pub fn pack(config: &Config, rules: &[RuleDefinition]) -> Result<Vec<u8>, PackedError> {
        let manifest = serde_json::to_vec(&Manifest::of(config, rules)).map_err(unserialisable)?;
        let settings = serde_json::to_vec(&config.effective()).map_err(unserialisable)?;
        let routes = CheckedRoutes::build(
            config.access_rules.matching_strategy,
            rules.iter().map(RouteEntry::from),
        );
        let mut table = Vec::with_capacity(rules.len() * 8);
        let mut blob = Vec::new();
        for rule in rules {
            let json = serde_json::to_vec(rule).map_err(unserialisable)?;
            blob.extend_from_slice(&json);
            table.extend_from_slice(&length(blob.len())?);
            table.extend_from_slice(&crc32fast::hash(&json).to_le_bytes());
        }
        let first = [PROGRAM.as_bytes(), &settings, &manifest, &table].concat();
        let mut packed = Vec::new();
        packed.extend_from_slice(MAGIC);
        packed.extend_from_slice(&LAYOUT.to_le_bytes());
        let parts = [
            PROGRAM.as_bytes(),
            &settings,
            &manifest,
            &table,
            routes.as_bytes(),
            &blob,
        ];
        for part in parts {
            packed.extend_from_slice(&length(part.len())?);
        }
        packed.extend_from_slice(&crc32fast::hash(&first).to_le_bytes());
        packed.extend_from_slice(&crc32fast::hash(routes.as_bytes()).to_le_bytes());
        packed.extend_from_slice(&first);
        packed.extend_from_slice(routes.as_bytes());
        packed.extend_from_slice(&blob);
        Ok(packed)
    }

    /// Takes what [`PackedRules::pack`] wrote.
    ///
    /// # Errors
    /// A file that is foreign, of another version, cut short, or damaged in what is read now. A rule
    /// that is damaged is found out when it is needed.
    pub fn open(bytes: Arc<dyn PackedBytes>) -> Result<Self, PackedError> {
        let size = bytes.size()?;
        let mut head = [0; HEAD];
        let short = usize::try_from(size).is_ok_and(|size| size < HEAD);
        if short || bytes.read(0, &mut head).is_err() {
            return Err(PackedError::Foreign);
        }
        let Some(numbers) = head.strip_prefix(MAGIC) else {
            return Err(PackedError::Foreign);
        };
        let mut numbers = numbers.chunks_exact(4).map(number);
        let mut next = || numbers.next().unwrap_or_default();
        let layout = next();
        if layout != LAYOUT {
            let found = format!("layout {layout}");
            return Err(PackedError::Version { found });
        }
        let mut lengths = [0_usize; 6];
        for length in &mut lengths {
            *length = usize::try_from(next()).map_err(|_| PackedError::TooLarge)?;
        }
        let (first_sum, routes_sum) = (next(), next());
        let whole = lengths
            .iter()
            .try_fold(HEAD as u64, |sum, length| sum.checked_add(*length as u64));
        if whole != Some(size) {
            return Err(PackedError::Damaged);
        }
        let [program, config, manifest, table, routes, rules] = lengths;
        let first = Part {
            offset: HEAD as u64,
            length: program + config + manifest + table,
            sum: first_sum,
        };
        let routes = Part {
            offset: first.offset + first.length as u64,
            length: routes,
            sum: routes_sum,
        };
        let rules = Part {
            offset: routes.offset + routes.length as u64,
            length: rules,
            sum: 0,
        };
        let mut first = first.read(bytes.as_ref())?;
        let table = first.split_off(program + config + manifest);
        let manifest = first.split_off(program + config);
        let config = first.split_off(program);
        if first != PROGRAM.as_bytes() {
            let found = String::from_utf8_lossy(&first).into_owned();
            return Err(PackedError::Version { found });
        }
        Ok(Self {
            bytes,
            config,
            manifest,
            table,
            routes,
            rules,
        })
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len() / 8
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The configuration the rules were packed with.
    ///
    /// # Errors
    /// A configuration that this version does not take.
    pub fn config(&self) -> Result<Config, PackedError> {
        let text = std::str::from_utf8(&self.config).map_err(|_| PackedError::Damaged)?;
        Config::parse(text, Format::Json, std::iter::empty::<(String, String)>())
            .map_err(|findings| PackedError::Config(findings.to_string()))
    }

    /// The headers to map, as they were when the rules were packed.
    ///
    /// # Errors
    /// A manifest that this version does not take.
    pub fn manifest(&self) -> Result<Manifest, PackedError> {
        serde_json::from_slice(&self.manifest).map_err(|_| PackedError::Damaged)
    }

    /// The index of all rules.
    ///
    /// # Errors
    /// An index that this version does not take.
    pub fn routes(&self) -> Result<CheckedRoutes, PackedError> {
        Ok(CheckedRoutes::from_bytes(
            self.routes.read(self.bytes.as_ref())?,
        )?)
    }

    /// One rule; `None` where the number is none of theirs, or the rule cannot be read or is damaged.
    #[must_use]
    pub fn definition(&self, index: usize) -> Option<RuleDefinition> {
        let (place, sum) = self.place_of(index)?;
        let part = Part {
            offset: self.rules.offset.checked_add(place.start as u64)?,
            length: place.len(),
            sum,
        };
        serde_json::from_slice(&part.read(self.bytes.as_ref()).ok()?).ok()
    }

    /// Where a rule lies among the rules, and its sum.
    fn place_of(&self, index: usize) -> Option<(Range<usize>, u32)> {
        let entry = |index: usize| self.table.chunks_exact(8).nth(index);
        let begin = match index.checked_sub(1) {
            None => 0,
            Some(before) => usize::try_from(number(entry(before)?.get(..4)?)).ok()?,
        };
        let (end, sum) = entry(index)?.split_at_checked(4)?;
        let end = usize::try_from(number(end)).ok()?;
        (begin <= end && end <= self.rules.length).then(|| (begin..end, number(sum)))
    }
}

impl Part {
    fn read(self, bytes: &dyn PackedBytes) -> Result<Vec<u8>, PackedError> {
        let mut read = vec![0; self.length];
        bytes.read(self.offset, &mut read)?;
        if crc32fast::hash(&read) != self.sum {
            return Err(PackedError::Damaged);
        }
        Ok(read)
    }
}

fn unserialisable(error: serde_json::Error) -> PackedError {
    PackedError::Config(error.to_string())
}

fn length(of: usize) -> Result<[u8; 4], PackedError> {
    Ok(u32::try_from(of)
        .map_err(|_| PackedError::TooLarge)?
        .to_le_bytes())
}

fn number(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rules() -> Vec<RuleDefinition> {
        serde_json::from_value(json!([
            {"id": "first", "match": {"url": "https://a.example/<.*>", "methods": ["GET"]},
             "authorizer": {"handler": "allow"}, "mutators": [{"handler": "id_token"}]},
            {"id": "second", "match": {"url": "https://b.example/", "methods": ["POST"]}},
            {"id": "without match"}
        ]))
        .unwrap()
    }

    fn open(bytes: Vec<u8>) -> Result<PackedRules, PackedError> {
        PackedRules::open(Arc::new(bytes))
    }

    fn packed() -> Vec<u8> {
        PackedRules::pack(&Config::default(), &rules()).unwrap()
    }

    #[test]
    fn it_gives_back_every_rule_and_what_stands_beside_them() {
        let opened = open(packed()).unwrap();
        let found: Vec<_> = (0..opened.len())
            .filter_map(|index| opened.definition(index))
            .collect();
        assert_eq!(found, rules());
        assert_eq!(opened.definition(opened.len()), None);
        assert!(opened.manifest().unwrap().signs);
        opened.config().unwrap();
        opened.routes().unwrap();
    }

    #[test]
    fn it_refuses_a_file_of_something_else() {
        for other in [&b""[..], b"OATH", b"[{\"id\": \"a rule file\"}]"] {
            let refused = open(other.to_vec());
            assert!(matches!(refused, Err(PackedError::Foreign)), "{refused:?}");
        }
    }

    #[test]
    fn it_refuses_rules_of_another_version() {
        let mut other = packed();
        other[8] += 1;
        assert!(matches!(open(other), Err(PackedError::Version { .. })));
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_found_out_at_once_or_with_the_rule_it_is_in(
            at in 0..packed().len(),
            by in 1_u8..,
        ) {
            let mut damaged = packed();
            damaged[at] = damaged[at].wrapping_add(by);
            if let Ok(opened) = open(damaged)
                && opened.routes().is_ok()
            {
                let whole = rules();
                let found: Vec<_> = (0..opened.len()).map(|index| opened.definition(index)).collect();
                prop_assert_eq!(found.len(), whole.len());
                prop_assert_eq!(found.iter().filter(|rule| rule.is_none()).count(), 1);
                for (found, rule) in found.into_iter().zip(whole) {
                    prop_assert!(found.is_none_or(|found| found == rule));
                }
            }
        }

        #[test]
        fn it_refuses_a_file_that_is_cut_short(length in 0..packed().len()) {
            let mut short = packed();
            short.truncate(length);
            prop_assert!(open(short).is_err());
        }
    }
}
