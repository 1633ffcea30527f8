//! One search of the index.

use crate::checked::BRANCH;
use crate::error::{LoadError, RouteError};
use crate::key::Parts;
use crate::layout::NONE;
use crate::router::{Found, Router};
use crate::single_pass;

pub(crate) struct Search<'r> {
    router: &'r Router,
    url: &'r str,
    /// Whether the URL can be matched in a single pass.
    single_pass: bool,
    one: Option<usize>,
    more: Vec<usize>,
    /// The first entry whose search was given up.
    failed: Option<(usize, RouteError)>,
}

impl<'r> Search<'r> {
    /// Searches for a method, by its number, and a URL.
    pub(crate) fn run(router: &'r Router, method: usize, url: &'r str) -> Result<Found, LoadError> {
        let mut search = Self {
            router,
            url,
            single_pass: single_pass::applies_to(url),
            one: None,
            more: Vec::new(),
            failed: None,
        };
        search.prefixes(method, [b"", b"", url.as_bytes()], 0)?;
        Ok(search.found())
    }

    /// Tries the entries of every prefix of `key`, of which the first part was found before and the last
    /// is the URL from `from` on.
    fn prefixes(&mut self, method: usize, key: Parts<'_>, from: usize) -> Result<(), LoadError> {
        let layout = &self.router.layout;
        let before = key.iter().take(2).map(|part| part.len()).sum::<usize>();
        let Some((last, common)) = self.router.last_prefix_up_to(key)? else {
            return Ok(());
        };
        let mut next = Some(last);
        while let Some(index) = next {
            let prefix = layout.prefix(index)?;
            let text = layout.slice(prefix.text)?;
            if text.len() < before {
                break;
            }
            // The parents are prefixes of this one, so the common length decides for all of them.
            if text.len() <= common {
                self.candidates(method, prefix.candidates)?;
                if prefix.branches {
                    self.branches(method, &text, from + (text.len() - before))?;
                }
            }
            next = match prefix.parent {
                NONE => None,
                // Parents come before their children. Anything else would be an endless loop.
                parent => match usize::try_from(parent) {
                    Ok(parent) if parent < index => Some(parent),
                    _ => return Err(LoadError::Damaged),
                },
            };
        }
        Ok(())
    }

    /// Tries the entries that continue a prefix, which matched the URL up to `from`, with the text after
    /// the next slash.
    fn branches(&mut self, method: usize, prefix: &[u8], from: usize) -> Result<(), LoadError> {
        let rest = self.url.as_bytes().get(from..).ok_or(LoadError::Damaged)?;
        let Some(slash) = rest.iter().position(|byte| *byte == b'/') else {
            return Ok(());
        };
        let behind = rest.get(slash..).unwrap_or_default();
        self.prefixes(method, [prefix, &[BRANCH], behind], from + slash)
    }

    /// Tries the entries of one prefix.
    fn candidates(&mut self, method: usize, (first, count): (u32, u32)) -> Result<(), LoadError> {
        let layout = &self.router.layout;
        let number = |number: u32| usize::try_from(number).map_err(|_| LoadError::Damaged);
        for candidate in first..first.checked_add(count).ok_or(LoadError::Damaged)? {
            let index = number(layout.candidate(number(candidate)?)?)?;
            let entry = layout.entry(index)?;
            if !layout.holds(entry.methods, method)? {
                continue;
            }
            match self
                .router
                .matches(index, &entry, self.url, self.single_pass)
            {
                Ok(false) => {}
                Ok(true) if self.one.is_none() => self.one = Some(index),
                // A URL with a zero byte may reach an entry twice.
                Ok(true) if self.one == Some(index) || self.more.contains(&index) => {}
                Ok(true) => self.more.push(index),
                Err(RouteError::Routes(error)) => return Err(error),
                Err(error) => {
                    if self.failed.is_none_or(|(before, _)| index < before) {
                        self.failed = Some((index, error));
                    }
                }
            }
        }
        Ok(())
    }

    fn found(mut self) -> Found {
        if let Some((index, error)) = self.failed {
            return Found::Broken {
                index,
                reason: error.to_string(),
            };
        }
        match self.one {
            None => Found::None,
            Some(one) if self.more.is_empty() => Found::One(one),
            Some(one) => {
                self.more.push(one);
                self.more.sort_unstable();
                Found::Many(self.more)
            }
        }
    }
}
