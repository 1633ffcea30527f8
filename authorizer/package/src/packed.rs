//! Packed rules that are opened: nothing is parsed or compiled before a request needs it.

use std::{borrow::Cow, ops::Range, sync::Arc};

use oathgate_engine::{
    config::Config,
    manifest::Manifest,
    rules::{RuleDefinition, RuleStore, RuleStoreError},
};
use oathgate_router::{CheckedRoutes, LoadError, RouteBytes};

use crate::{
    PackedBytes, PackedError,
    header::{Header, NUMBER, PROGRAM, number},
    pages::{Checksums, Pages},
};

/// Rules that are looked up one by one, with the configuration and the manifest packed with them.
#[derive(Clone, Debug)]
pub struct PackedRules {
    /// Program version, configuration and manifest.
    first: Vec<u8>,
    config: Range<usize>,
    manifest: Range<usize>,
    pages: Arc<Pages>,
    /// Where the parts are in the pages.
    table: Range<usize>,
    routes: Range<usize>,
    rules: Range<usize>,
}

impl PackedRules {
    /// Opens what [`pack`](crate::pack) wrote.
    ///
    /// # Errors
    /// A file that is foreign, of another version, cut short, or damaged in what is read now. Damage
    /// elsewhere is found when that part is needed.
    pub fn open(bytes: Arc<dyn PackedBytes>) -> Result<Self, PackedError> {
        let size = bytes.size()?;
        let header = Header::read(&*bytes, size)?;
        let lengths = header.lengths;
        let table = 0..lengths.table;
        let routes = table.end..table.end.saturating_add(lengths.routes);
        let rules = routes.end..routes.end.saturating_add(lengths.rules);
        let (checksums, roots) = Checksums::lengths(rules.end);
        let config = lengths.program..lengths.program.saturating_add(lengths.config);
        let manifest = config.end..config.end.saturating_add(lengths.manifest);
        let first = manifest.end.saturating_add(roots);
        let offset = Header::SIZE.saturating_add(first) as u64;
        let end = [checksums, rules.end]
            .into_iter()
            .fold(offset, |end, part| end.saturating_add(part as u64));
        if end != size {
            return Err(PackedError::Damaged);
        }
        let mut read = vec![0; first];
        bytes.read(Header::SIZE as u64, &mut read)?;
        if !header.fits(&read) {
            return Err(PackedError::Damaged);
        }
        let roots = read.split_off(manifest.end);
        let program = read.get(..lengths.program).unwrap_or_default();
        if program != PROGRAM.as_bytes() {
            let found = String::from_utf8_lossy(program).into_owned();
            return Err(PackedError::Version { found });
        }
        Ok(Self {
            pages: Arc::new(Pages::new(bytes, offset, rules.end, roots)),
            first: read,
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
        self.table.len() / NUMBER
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The configuration that the rules were packed with.
    ///
    /// # Errors
    /// A configuration that this version does not accept.
    pub fn config(&self) -> Result<Config, PackedError> {
        let json = self.first.get(self.config.clone()).unwrap_or_default();
        Config::from_effective(json).map_err(|findings| PackedError::Config(findings.to_string()))
    }

    /// The headers to map, as they were when the rules were packed.
    ///
    /// # Errors
    /// A manifest that this version does not accept.
    pub fn manifest(&self) -> Result<Manifest, PackedError> {
        let json = self.first.get(self.manifest.clone()).unwrap_or_default();
        serde_json::from_slice(json).map_err(|_| PackedError::Damaged)
    }

    /// The index of all rules, of which only the header is read now.
    ///
    /// # Errors
    /// An index that this version does not accept.
    pub fn routes(&self) -> Result<CheckedRoutes, PackedError> {
        Ok(CheckedRoutes::on_demand(Arc::new(PackedRoutes {
            pages: Arc::clone(&self.pages),
            part: self.routes.clone(),
        }))?)
    }

    /// One rule.
    ///
    /// # Errors
    /// An index without a rule, and a rule that cannot be read or is damaged.
    pub fn definition(&self, index: usize) -> Result<RuleDefinition, PackedError> {
        if index >= self.len() {
            return Err(PackedError::NoRule(index));
        }
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.end_of(before)?,
        };
        let json = self
            .pages
            .copy(within(&self.rules, start, self.end_of(index)?)?)?;
        serde_json::from_slice(&json).map_err(|_| PackedError::Damaged)
    }

    /// Where a rule ends among the rules.
    fn end_of(&self, index: usize) -> Result<usize, PackedError> {
        let start = index * NUMBER;
        let end = self
            .pages
            .get(within(&self.table, start, start + NUMBER)?)?;
        usize::try_from(number(&end)).map_err(|_| PackedError::TooLarge)
    }
}

impl RuleStore for PackedRules {
    fn len(&self) -> usize {
        self.len()
    }

    fn definition(&self, index: usize) -> Result<Cow<'_, RuleDefinition>, RuleStoreError> {
        Ok(Cow::Owned(self.definition(index)?))
    }
}

/// The index, in its part of the pages.
#[derive(Debug)]
struct PackedRoutes {
    pages: Arc<Pages>,
    part: Range<usize>,
}

impl RouteBytes for PackedRoutes {
    fn size(&self) -> usize {
        self.part.len()
    }

    fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError> {
        within(&self.part, from, from.saturating_add(length))
            .and_then(|range| self.pages.get(range))
            .map_err(|error| match error {
                PackedError::Unreadable(_) => LoadError::Unreadable,
                _ => LoadError::Damaged,
            })
    }
}

/// The range from `start` to `end` within a part.
fn within(part: &Range<usize>, start: usize, end: usize) -> Result<Range<usize>, PackedError> {
    if start > end || end > part.len() {
        return Err(PackedError::Damaged);
    }
    Ok(part.start + start..part.start + end)
}

#[cfg(test)]
mod tests;
