//! One search of the index.

use crate::checked::BRANCH;
use crate::error::{LoadError, RouteError};
use crate::key::Parts;
use crate::layout::NONE;
use crate::plain;
use crate::router::{Found, Router};

pub(crate) struct Search<'r> {
    router: &'r Router,
    url: &'r str,
    plain: bool,
    one: Option<usize>,
    more: Vec<usize>,
    /// The first entry whose search was given up.
    failed: Option<(usize, RouteError)>,
}

impl<'r> Search<'r> {
    /// What the index finds for a method's number and a URL.
    pub(crate) fn run(router: &'r Router, method: usize, url: &'r str) -> Result<Found, LoadError> {
        let mut search = Self {
            router,
            url,
            plain: plain::is_plain_text(url),
            one: None,
            more: Vec::new(),
            failed: None,
        };
        search.prefixes(method, [b"", b"", url.as_bytes()], 0)?;
        Ok(search.found())
    }

    /// Tries the entries of every prefix of `key`, of which the first part was found before and
    /// the last is the url from `from` on.
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
            // The prefixes above are beginnings of this one: how much of it fits decides for all.
            if text.len() <= common {
                self.candidates(method, prefix.candidates)?;
                if prefix.branches {
                    self.branches(method, &text, from + (text.len() - before))?;
                }
            }
            next = match prefix.parent {
                NONE => None,
                // Parents come before their children; anything else would never end.
                parent => match usize::try_from(parent) {
                    Ok(parent) if parent < index => Some(parent),
                    _ => return Err(LoadError::Damaged),
                },
            };
        }
        Ok(())
    }

    /// Tries the entries that go on after a prefix, which took the url up to `from`, with what
    /// follows the next slash.
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
        for place in first..first.checked_add(count).ok_or(LoadError::Damaged)? {
            let index = number(layout.candidate(number(place)?)?)?;
            let entry = layout.entry(index)?;
            if !layout.holds(entry.methods, method)? {
                continue;
            }
            match self.router.matches(index, &entry, self.url, self.plain) {
                Ok(false) => {}
                Ok(true) if self.one.is_none() => self.one = Some(index),
                // A url with a zero byte may come to an entry twice.
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
