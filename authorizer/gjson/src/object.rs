//! The way through an object.

use std::borrow::Cow;

use super::{
    Found, Kind, Walk, array, begins_a_pipe,
    scan::{cut, kind_at, string_end, tail, unescape, value_end},
    wildcard,
};

/// A path's first component, for an object.
struct Step<'p> {
    part: Cow<'p, [u8]>,
    wild: bool,
    /// What to look for in the value, behind a dot.
    path: Option<&'p [u8]>,
    pipe: Option<&'p [u8]>,
}

impl<'p> Step<'p> {
    fn parse(path: &'p [u8]) -> Self {
        let mut part = Vec::new();
        let mut wild = false;
        let mut at = 0;
        while let Some(byte) = path.get(at) {
            match byte {
                b'|' => {
                    let pipe = Some(tail(path, at + 1));
                    return Self {
                        part: Cow::Owned(part),
                        wild,
                        path: None,
                        pipe,
                    };
                }
                b'.' => {
                    let rest = tail(path, at + 1);
                    let (path, pipe) = if begins_a_pipe(rest) {
                        (None, Some(rest))
                    } else {
                        (Some(rest), None)
                    };
                    return Self {
                        part: Cow::Owned(part),
                        wild,
                        path,
                        pipe,
                    };
                }
                b'\\' => {
                    at += 1;
                    part.extend(path.get(at));
                }
                byte => {
                    wild |= matches!(byte, b'*' | b'?');
                    part.push(*byte);
                }
            }
            at += 1;
        }
        Self {
            part: Cow::Owned(part),
            wild,
            path: None,
            pipe: None,
        }
    }

    fn takes(&self, key: &[u8]) -> bool {
        let key = if key.contains(&b'\\') {
            unescape(key)
        } else {
            Cow::Borrowed(key)
        };
        if self.wild {
            wildcard::fits(&key, &self.part)
        } else {
            key == self.part
        }
    }
}

/// Walks the members of the object whose bracket stands before `at`. Gives where the walk ended and
/// what it found.
pub(super) fn walk<'a>(walk: &mut Walk<'a>, at: usize, path: &[u8]) -> (usize, Option<Found<'a>>) {
    let json = walk.json;
    let step = Step::parse(path);
    if let Some(pipe) = step.pipe {
        walk.set_pipe(pipe);
    }
    let mut at = at;
    loop {
        let key_start = match json.get(at) {
            None => return (at, None),
            Some(b'}') => return (at + 1, None),
            Some(b'"') => at,
            Some(_) => {
                at += 1;
                continue;
            }
        };
        let Some(key_end) = string_end(json, key_start) else {
            return (json.len(), None);
        };
        at = key_end;
        let taken = step.takes(cut(json, key_start + 1, key_end - 1));
        let kind = loop {
            match kind_at(json, at) {
                None => return (at, None),
                Some(Some(kind)) => break kind,
                Some(None) => at += 1,
            }
        };
        match step.path {
            Some(path) if taken && kind == Kind::Json => {
                let (end, found) = if json.get(at) == Some(&b'{') {
                    self::walk(walk, at + 1, path)
                } else {
                    array::walk(walk, at + 1, path)
                };
                if found.is_some() {
                    return (end, found);
                }
                at = end;
            }
            _ => {
                let Some(end) = value_end(json, at, kind) else {
                    return (json.len(), None);
                };
                if taken && step.path.is_none() {
                    let raw = Cow::Borrowed(cut(json, at, end));
                    return (end, Some(Found { kind, raw }));
                }
                at = end;
            }
        }
    }
}
