//! Takes values out of JSON by GJSON paths, as `subject_from` and `extra_from` name them.
//!
//! Behaves as the Go package [`github.com/tidwall/gjson`](https://github.com/tidwall/gjson) 1.19
//! ([path syntax](https://github.com/tidwall/gjson/blob/v1.19.0/SYNTAX.md)), down to what it makes
//! of odd paths; only the position of a value in the text is not kept.

mod array;
mod found;
mod modifiers;
mod object;
mod pick;
mod pretty;
mod query;
mod scan;
mod wildcard;

pub use found::{Found, Kind};

use scan::tail;

/// The value at a path of a JSON text; one that is not there does not [exist](Found::exists).
#[must_use]
pub fn get<'a>(json: &'a [u8], path: &[u8]) -> Found<'a> {
    let mut path = path;
    if path.len() > 1 {
        if let Some((text, rest)) = modifiers::apply(json, path) {
            return match rest {
                [b'|' | b'.', rest @ ..] => get(&text, rest).into_owned(),
                _ => Found::parse(&text).into_owned(),
            };
        }
        if let [b'[' | b'{', ..] = path {
            let (picks, rest) = pick::parse(path);
            match (picks, rest) {
                (Some(picks), [] | [b'|' | b'.', ..]) => {
                    let picked = pick::collect(json, path, &picks);
                    return match rest {
                        [] => Found::json(picked),
                        rest => get(&picked, tail(rest, 1)).into_owned(),
                    };
                }
                (_, rest) => path = rest,
            }
        }
    }
    let mut walk = Walk {
        json,
        pipe: None,
        last: Found::default(),
    };
    let found = if let [b'.', b'.', path @ ..] = path {
        array::walk(&mut walk, 0, path).1
    } else {
        match json.iter().position(|byte| matches!(byte, b'{' | b'[')) {
            Some(at) if json.get(at) == Some(&b'{') => object::walk(&mut walk, at + 1, path).1,
            Some(at) => array::walk(&mut walk, at + 1, path).1,
            None => None,
        }
    };
    let found = found.unwrap_or(walk.last);
    match walk.pipe {
        Some(pipe) => get(&found.raw, &pipe).into_owned(),
        None => found,
    }
}

/// One way through a text along a path.
struct Walk<'a> {
    json: &'a [u8],
    /// What the path wants done with the value that is found, behind a `|`.
    pipe: Option<Vec<u8>>,
    /// What stands if nothing is found from here on: the matches of a query for all.
    last: Found<'a>,
}

impl Walk<'_> {
    fn set_pipe(&mut self, pipe: &[u8]) {
        self.pipe = Some(pipe.to_vec());
    }
}

/// Whether a modifier or a multipath follows a dot, not a key, so that the dot is a pipe.
fn begins_a_pipe(path: &[u8]) -> bool {
    match path {
        [b'@', name @ ..] => {
            let end = name
                .iter()
                .position(|byte| matches!(byte, b'.' | b'|' | b':'));
            modifiers::is_known(name.get(..end.unwrap_or(name.len())).unwrap_or_default())
        }
        [b'[' | b'{', ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
