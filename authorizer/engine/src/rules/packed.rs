//! Configuration and rules in the form a packaged function loads: nothing is parsed or compiled
//! before a request needs it.
//!
//! The layout, every number in four bytes of little endian:
//!
//! | part | holds |
//! |---|---|
//! | `OATHGATE` | eight bytes |
//! | layout version | |
//! | six lengths | program version, configuration, manifest; table, routes, rules |
//! | sum | CRC-32 of everything above and of the next four parts |
//! | program version | text |
//! | configuration | JSON |
//! | manifest | JSON |
//! | roots | CRC-32 of every page of sums |
//! | sums | CRC-32 of every page of what follows |
//! | table | for each rule where it ends among the rules |
//! | routes | as `oathgate-router` lays them out |
//! | rules | JSON, one behind the other |
//!
//! What grows with the number of rules lies behind the roots, and is read, and checked, when a request
//! first needs it: a start costs the same for ten rules and for ten thousand.

mod bytes;
mod pages;

use std::{borrow::Cow, io, ops::Range, sync::Arc};

pub use bytes::PackedBytes;
use oathgate_router::{CheckedRoutes, LoadError, RouteBytes, RouteEntry};
use pages::{Pages, Sums};
use thiserror::Error;

use super::RuleDefinition;
use crate::{config::Config, manifest::Manifest};

const MAGIC: &[u8; 8] = b"OATHGATE";
const LAYOUT: u32 = 4;
/// Magic, layout and lengths.
const HEAD: usize = 8 + 4 + 6 * 4;
/// How long a number is.
const NUMBER: usize = 4;
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
    /// There is no rule of this number.
    #[error("there is no rule {0}")]
    NoRule(usize),
    /// More than four gibibytes.
    #[error("the rules are too large to pack")]
    TooLarge,
    /// The file is there and cannot be read.
    #[error("the packed rules cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Rules that are looked up one by one, with what decides beside them.
#[derive(Clone, Debug)]
pub struct PackedRules {
    config: Vec<u8>,
    manifest: Vec<u8>,
    pages: Arc<Pages>,
    /// Where the parts lie in the pages.
    table: Range<usize>,
    routes: Range<usize>,
    rules: Range<usize>,
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
        let routes = routes.as_bytes()?;
        let mut table = Vec::with_capacity(rules.len() * NUMBER);
        let mut blob = Vec::new();
        for rule in rules {
            serde_json::to_writer(&mut blob, rule).map_err(unserialisable)?;
            table.extend_from_slice(&length(blob.len())?);
        }
        let mut packed = Vec::new();
        packed.extend_from_slice(MAGIC);
        packed.extend_from_slice(&LAYOUT.to_le_bytes());
        for part in [
            PROGRAM.as_bytes(),
            &settings,
            &manifest,
            &table,
            &routes,
            &blob,
        ] {
            packed.extend_from_slice(&length(part.len())?);
        }
        let body = [&*table, &*routes, &*blob].concat();
        let Sums { sums, roots } = Sums::of(&body);
        let first = [PROGRAM.as_bytes(), &settings, &manifest, &roots].concat();
        let sum = sum(&packed, &first);
        packed.extend_from_slice(&sum.to_le_bytes());
        packed.extend_from_slice(&first);
        packed.extend_from_slice(&sums);
        packed.extend_from_slice(&body);
        Ok(packed)
    }

    /// Takes what [`PackedRules::pack`] wrote.
    ///
    /// # Errors
    /// A file that is foreign, of another version, cut short, or damaged in what is read now. What is
    /// damaged elsewhere is found out when it is needed.
    pub fn open(bytes: Arc<dyn PackedBytes>) -> Result<Self, PackedError> {
        const BEGIN: usize = HEAD + NUMBER;
        let size = bytes.size()?;
        let mut begin = [0; BEGIN];
        if size < BEGIN as u64 || !is_ours(&*bytes, &mut begin)? {
            return Err(PackedError::Foreign);
        }
        let (head, known_sum) = begin.split_at(HEAD);
        let mut numbers = head
            .chunks_exact(NUMBER)
            .skip(MAGIC.len() / NUMBER)
            .map(number);
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
        let [program, config, manifest, table, routes, rules] = lengths;
        let routes = table..table.saturating_add(routes);
        let rules = routes.end..routes.end.saturating_add(rules);
        let (sums, roots) = Sums::lengths(rules.end);
        let first = [program, config, manifest, roots];
        let first = first.into_iter().fold(0, usize::saturating_add);
        let offset = (BEGIN + first) as u64;
        if [sums, rules.end]
            .into_iter()
            .fold(offset, |sum, part| sum.saturating_add(part as u64))
            != size
        {
            return Err(PackedError::Damaged);
        }
        let mut read = vec![0; first];
        bytes.read(BEGIN as u64, &mut read)?;
        if sum(head, &read) != number(known_sum) {
            return Err(PackedError::Damaged);
        }
        let roots = read.split_off(program + config + manifest);
        let manifest = read.split_off(program + config);
        let config = read.split_off(program);
        if read != PROGRAM.as_bytes() {
            let found = String::from_utf8_lossy(&read).into_owned();
            return Err(PackedError::Version { found });
        }
        Ok(Self {
            config,
            manifest,
            pages: Arc::new(Pages::new(bytes, offset, rules.end, roots)),
            table: 0..table,
            routes,
            rules,
        })
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len() / NUMBER
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
        Config::from_effective(&self.config)
            .map_err(|findings| PackedError::Config(findings.to_string()))
    }

    /// The headers to map, as they were when the rules were packed.
    ///
    /// # Errors
    /// A manifest that this version does not take.
    pub fn manifest(&self) -> Result<Manifest, PackedError> {
        serde_json::from_slice(&self.manifest).map_err(|_| PackedError::Damaged)
    }

    /// The index of all rules, of which only the head is read now.
    ///
    /// # Errors
    /// An index that this version does not take.
    pub fn routes(&self) -> Result<CheckedRoutes, PackedError> {
        Ok(CheckedRoutes::on_demand(Arc::new(PackedRoutes {
            pages: Arc::clone(&self.pages),
            place: self.routes.clone(),
        }))?)
    }

    /// One rule.
    ///
    /// # Errors
    /// A number that is none of a rule, and a rule that cannot be read or is damaged.
    pub fn definition(&self, index: usize) -> Result<RuleDefinition, PackedError> {
        if index >= self.len() {
            return Err(PackedError::NoRule(index));
        }
        let begin = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.end_of(before)?,
        };
        let place = within(&self.rules, begin, self.end_of(index)?)?;
        let json = self.pages.copy(place)?;
        serde_json::from_slice(&json).map_err(|_| PackedError::Damaged)
    }

    /// Where a rule ends among the rules.
    fn end_of(&self, index: usize) -> Result<usize, PackedError> {
        let begin = index * NUMBER;
        let end = self
            .pages
            .get(within(&self.table, begin, begin + NUMBER)?)?;
        usize::try_from(number(&end)).map_err(|_| PackedError::TooLarge)
    }
}

/// The index, where it lies in the pages.
#[derive(Debug)]
struct PackedRoutes {
    pages: Arc<Pages>,
    place: Range<usize>,
}

impl RouteBytes for PackedRoutes {
    fn size(&self) -> usize {
        self.place.len()
    }

    fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError> {
        let place = within(&self.place, from, from.saturating_add(length));
        place
            .and_then(|place| self.pages.get(place))
            .map_err(|error| match error {
                PackedError::Unreadable(_) => LoadError::Unreadable,
                _ => LoadError::Damaged,
            })
    }
}

/// Reads the beginning, and says whether `pack` wrote it.
fn is_ours(bytes: &dyn PackedBytes, begin: &mut [u8]) -> Result<bool, PackedError> {
    bytes.read(0, begin)?;
    Ok(begin.starts_with(MAGIC))
}

/// What lies from `begin` to `end` in a part.
fn within(part: &Range<usize>, begin: usize, end: usize) -> Result<Range<usize>, PackedError> {
    if begin > end || end > part.len() {
        return Err(PackedError::Damaged);
    }
    Ok(part.start + begin..part.start + end)
}

/// The checksum of two parts behind each other.
fn sum(head: &[u8], first: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(head);
    sum.update(first);
    sum.finalize()
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
    use oathgate_router::{Found, Router};
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
            .filter_map(|index| opened.definition(index).ok())
            .collect();
        assert_eq!(found, rules());
        let beyond = opened.definition(opened.len());
        assert!(matches!(beyond, Err(PackedError::NoRule(3))));
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

    /// What a gate made of these bytes finds for a request, with the rule.
    fn found(
        opened: &PackedRules,
        method: &str,
        url: &str,
    ) -> Result<Option<RuleDefinition>, String> {
        let routes = opened.routes().map_err(|error| error.to_string())?;
        match Router::load(routes).find(method, url) {
            Found::One(index) => {
                let rule = opened
                    .definition(index)
                    .map_err(|error| error.to_string())?;
                Ok(Some(rule))
            }
            Found::None => Ok(None),
            refused => Err(format!("{refused:?}")),
        }
    }

    /// Rules that fill several pages, and requests for the first, the last, and none of them.
    fn many() -> (Vec<u8>, Vec<(&'static str, String)>) {
        let rules: Vec<RuleDefinition> = (0..200)
            .map(|rule| {
                serde_json::from_value(json!({
                    "id": format!("rule {rule}"),
                    "match": {"url": format!("https://a.example/{rule}/<.*>"), "methods": ["GET"]},
                }))
                .unwrap()
            })
            .collect();
        let asked = ["0/x", "199/x", "200/x"].map(|path| format!("https://a.example/{path}"));
        let packed = PackedRules::pack(&Config::default(), &rules).unwrap();
        (packed, asked.map(|url| ("GET", url)).to_vec())
    }

    #[test]
    fn a_changed_byte_changes_no_answer_and_is_refused_where_it_matters() {
        let (packed, asked) = many();
        let whole = open(packed.clone()).unwrap();
        let (mut refused_at_once, mut refused_later, mut unnoticed) = (0, 0, 0);
        // Every seventh byte: all of them would take a minute.
        for at in (0..packed.len()).step_by(7) {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x55;
            let Ok(opened) = open(damaged) else {
                refused_at_once += 1;
                continue;
            };
            for (method, url) in &asked {
                match found(&opened, method, url) {
                    Err(_) => refused_later += 1,
                    Ok(rule) => {
                        unnoticed += 1;
                        assert_eq!(Ok(rule), found(&whole, method, url), "byte {at}");
                    }
                }
            }
        }
        assert!(refused_at_once > 0 && refused_later > 0 && unnoticed > 0);
    }

    proptest! {
        #[test]
        fn it_refuses_a_file_that_is_cut_short(length in 0..packed().len()) {
            let mut short = packed();
            short.truncate(length);
            prop_assert!(open(short).is_err());
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes: Vec<u8>, begin in 0..60_usize) {
            let mut odd = packed();
            odd.truncate(begin);
            odd.append(&mut bytes);
            let _ = open(odd);
        }
    }
}
