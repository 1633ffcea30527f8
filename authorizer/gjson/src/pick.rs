//! Multipaths: `{"name":path,path}` and `[path,path]` put a new object or array together.

use super::{
    get,
    scan::{cut, quote, tail},
};

/// One part of a multipath.
pub(super) struct Pick<'p> {
    name: Option<&'p [u8]>,
    path: &'p [u8],
}

/// Reads the multipath at the beginning of a path, and gives what follows it.
pub(super) fn parse(path: &[u8]) -> (Option<Vec<Pick<'_>>>, &[u8]) {
    let mut picks = Vec::new();
    let (mut start, mut at) = (1, 1);
    let mut depth = 1;
    let mut modifier = false;
    let mut colon = None;
    loop {
        let Some(byte) = path.get(at) else {
            return (None, &[]);
        };
        let mut ends = false;
        match byte {
            b'\\' => at += 1,
            b'@' if !modifier => {
                modifier = matches!(path.get(at - 1), Some(b'.' | b'|'));
            }
            b':' if !modifier && colon.is_none() && depth == 1 => colon = Some(at),
            b',' => ends = depth == 1,
            b'"' => {
                at += 1;
                while !matches!(path.get(at), Some(b'"') | None) {
                    at += if path.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
            }
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => {
                depth -= 1;
                ends = depth == 0;
            }
            _ => {}
        }
        if ends {
            picks.push(Pick {
                name: colon.map(|colon| cut(path, start, colon)),
                path: cut(path, colon.map_or(start, |colon| colon + 1), at),
            });
            if depth == 0 {
                return (Some(picks), tail(path, at + 1));
            }
            (colon, modifier, start) = (None, false, at + 1);
        }
        at += 1;
    }
}

/// The object or array that a multipath makes of a text; what is not there is left out.
pub(super) fn collect(json: &[u8], path: &[u8], picks: &[Pick<'_>]) -> Vec<u8> {
    let object = path.first() == Some(&b'{');
    let mut out = vec![if object { b'{' } else { b'[' }];
    for pick in picks {
        let found = get(json, pick.path);
        if !found.exists() {
            continue;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        if object {
            out.extend(pick.key());
            out.push(b':');
        }
        out.extend_from_slice(&found.raw);
    }
    out.push(if object { b'}' } else { b']' });
    out
}

impl Pick<'_> {
    fn key(&self) -> Vec<u8> {
        match self.name {
            Some(name @ [b'"', ..]) if super::modifiers::is_valid(name) => name.to_vec(),
            Some(name) if !name.is_empty() => quote(name),
            _ => {
                let last = last_part(self.path);
                quote(if is_plain(last) { last } else { b"_" })
            }
        }
    }
}

/// What stands behind the last dot or pipe of a path.
fn last_part(path: &[u8]) -> &[u8] {
    let mut end = path.len();
    while let Some(at) = cut(path, 0, end)
        .iter()
        .rposition(|byte| matches!(byte, b'|' | b'.'))
    {
        if at == 0 || path.get(at - 1) != Some(&b'\\') {
            return tail(path, at + 1);
        }
        end = at;
    }
    path
}

fn is_plain(part: &[u8]) -> bool {
    part.iter()
        .all(|byte| *byte >= b' ' && !b"[]{}()#|!".contains(byte))
}
