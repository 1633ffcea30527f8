//! The way through an array: by position, by query, or through every element.

use std::borrow::Cow;

use super::{
    Found, Kind, Walk, begins_a_pipe, get, object,
    query::Query,
    scan::{cut, kind_at, squash_end, tail, value_end},
};

/// A path's first component, for an array.
#[derive(Default)]
struct Step<'p> {
    part: &'p [u8],
    /// The part has a `#`: the step is not a position.
    hash: bool,
    /// The step is `#.…`: the path to take in every element.
    each: Option<&'p [u8]>,
    query: Option<Query<'p>>,
    /// The query wants every match, not the first.
    all: bool,
    /// What to look for in the value, behind a dot.
    path: Option<&'p [u8]>,
    pipe: Option<&'p [u8]>,
}

impl<'p> Step<'p> {
    fn parse(path: &'p [u8]) -> Self {
        let mut step = Self::default();
        if let [b'#', b'.', rest @ ..] = path {
            step.each = Some(rest);
        }
        let mut at = 0;
        while let Some(byte) = path.get(at) {
            match byte {
                b'|' => {
                    step.part = cut(path, 0, at);
                    step.pipe = Some(tail(path, at + 1));
                    return step;
                }
                b'.' => {
                    step.part = cut(path, 0, at);
                    let rest = tail(path, at + 1);
                    if !step.hash && begins_a_pipe(rest) {
                        step.pipe = Some(rest);
                    } else {
                        step.path = Some(rest);
                    }
                    return step;
                }
                b'#' => {
                    step.hash = true;
                    if let (0, Some(b'[' | b'(')) = (at, path.get(1)) {
                        let Some((query, length)) = Query::parse(path) else {
                            // A query that is never closed tests each element itself.
                            step.query = Some(Query::default());
                            break;
                        };
                        step.query = Some(query);
                        step.all = path.get(length) == Some(&b'#');
                        at = length;
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        step.part = path;
        step
    }

    fn position(&self) -> Option<usize> {
        let digits = !self.hash && self.part.iter().all(u8::is_ascii_digit);
        let text = digits
            .then(|| std::str::from_utf8(self.part).ok())
            .flatten()?;
        text.parse().ok()
    }
}

/// Walks the elements of the array whose bracket stands before `at`; a text that simply ends, such
/// as JSON lines, closes it too. Gives where the walk ended and what it found.
pub(super) fn walk<'a>(walk: &mut Walk<'a>, at: usize, path: &[u8]) -> (usize, Option<Found<'a>>) {
    let json = walk.json;
    let step = Step::parse(path);
    if let Some(pipe) = step.pipe {
        walk.set_pipe(pipe);
    }
    let position = step.position();
    let mut selection = Selection::new(&step);
    let mut elements = Vec::new();
    let mut count = 0;
    let mut at = at;
    loop {
        let kind = loop {
            if matches!(json.get(at), Some(b']') | None) {
                let found = finish(walk, &step, selection, &elements, count);
                return (at + 1, found);
            }
            match kind_at(json, at) {
                Some(Some(kind)) => break kind,
                _ => at += 1,
            }
        };
        let taken = position == Some(count);
        if let (true, Some(path), Kind::Json) = (taken, step.path, kind) {
            let (end, found) = if json.get(at) == Some(&b'{') {
                object::walk(walk, at + 1, path)
            } else {
                self::walk(walk, at + 1, path)
            };
            if found.is_some() {
                return (end, found);
            }
            at = end;
        } else {
            let Some(end) = value_end(json, at, kind) else {
                return (json.len(), None);
            };
            let element = Found {
                kind,
                raw: Cow::Borrowed(cut(json, at, end)),
            };
            if let Some(query) = &step.query {
                if let Some(found) = selection.offer(walk, query, &element) {
                    return (end, Some(found));
                }
            } else if taken && step.path.is_none() {
                return (end, Some(element));
            }
            at = end;
            if step.each.is_some() {
                elements.push(element);
            }
        }
        count += 1;
    }
}

/// What the end of an array leads to.
fn finish<'a>(
    walk: &mut Walk<'a>,
    step: &Step<'_>,
    selection: Selection<'_>,
    elements: &[Found<'a>],
    count: usize,
) -> Option<Found<'a>> {
    if step.part == b"#" {
        let Some(path) = step.each else {
            let raw = Cow::Owned(count.to_string().into_bytes());
            return Some(Found {
                kind: Kind::Number,
                raw,
            });
        };
        let path = split_pipe(walk, path);
        let mut out = List::default();
        for element in elements {
            let found = get(&element.raw, path);
            if found.exists() {
                out.push(&found);
            }
        }
        return Some(Found::json(out.close()));
    }
    if step.all && !walk.last.exists() {
        walk.last = Found::json(selection.matches.close());
    }
    None
}

/// What a query selects on its way through an array.
struct Selection<'p> {
    all: bool,
    path: Option<&'p [u8]>,
    matches: List,
}

impl<'p> Selection<'p> {
    fn new(step: &Step<'p>) -> Self {
        Self {
            all: step.all,
            path: step.path,
            matches: List::default(),
        }
    }

    /// Offers one element; gives what was found where that ends the walk.
    fn offer<'a>(
        &mut self,
        walk: &mut Walk<'_>,
        query: &Query<'_>,
        element: &Found<'a>,
    ) -> Option<Found<'a>> {
        if !query.takes(element) {
            return None;
        }
        let found = match self.path {
            Some(path) => {
                let path = split_pipe(walk, path);
                self.path = Some(path);
                get(&element.raw, path).into_owned()
            }
            None => element.clone(),
        };
        if !self.all {
            return Some(found);
        }
        if !found.raw.is_empty() {
            self.matches.push(&found);
        }
        None
    }
}

/// An array being put together.
#[derive(Default)]
struct List(Vec<u8>);

impl List {
    fn push(&mut self, value: &Found<'_>) {
        self.0.push(if self.0.is_empty() { b'[' } else { b',' });
        self.0.extend_from_slice(&value.raw);
    }

    fn close(mut self) -> Vec<u8> {
        if self.0.is_empty() {
            self.0.push(b'[');
        }
        self.0.push(b']');
        self.0
    }
}

/// Splits a path behind `#.` or a query at its first `|`: what stands behind it is done to the
/// whole result, not to each element.
fn split_pipe<'p>(walk: &mut Walk<'_>, path: &'p [u8]) -> &'p [u8] {
    let Some(at) = pipe_at(path) else { return path };
    walk.set_pipe(tail(path, at + 1));
    cut(path, 0, at)
}

fn pipe_at(path: &[u8]) -> Option<usize> {
    if !path.contains(&b'|') {
        return None;
    }
    if let [b'{', ..] = path {
        // Where a name in quotes comes first, GJSON looks no further than that name.
        let end = squash_end(path, 1);
        return (path.get(end) == Some(&b'|')).then_some(end);
    }
    let mut at = 0;
    loop {
        match path.get(at)? {
            b'|' => return Some(at),
            b'\\' => at += 1,
            b'.' if path.get(at + 1) == Some(&b'#') => {
                at += 2;
                if let Some(open @ (b'[' | b'(')) = path.get(at) {
                    at = selector_end(path, at, *open)?;
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The bracket that closes a query, quotes and escapes skipped; other brackets do not count.
fn selector_end(path: &[u8], start: usize, open: u8) -> Option<usize> {
    let close = if open == b'[' { b']' } else { b')' };
    let mut depth = 1;
    let mut at = start + 1;
    loop {
        match path.get(at)? {
            b'\\' => at += 1,
            b'"' => {
                at += 1;
                while !matches!(path.get(at), Some(b'"') | None) {
                    at += if path.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
            }
            byte if *byte == open => depth += 1,
            byte if *byte == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
