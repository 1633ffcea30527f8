//! Encodes simple patterns.

use oathgate_url_pattern::syntax::{Assertion, Class, Node, Tree, UNLIMITED, ascii_bit};

use super::{CLOSE, NO_LIMIT, ONE_OF, OPEN, QUOTED, RUN, TEXT};

/// An operation of a single pass.
enum Op {
    /// A literal.
    Text(Vec<u8>),
    /// A repetition of a class.
    Run {
        ascii: u128,
        min: u32,
        max: u32,
        /// The length of what follows, where it is fixed.
        tail: Option<usize>,
    },
    /// One of several literals, none of which is a prefix of another.
    OneOf(Vec<Vec<u8>>),
    /// The start of a capture group.
    Open(usize),
    /// Its end.
    Close,
}

/// Encodes a pattern for [`run`](super::run); `None` where it is not simple enough.
pub(crate) fn encode(tree: &Tree, source: &str) -> Option<Vec<u8>> {
    let mut ops = Vec::new();
    let mut ended = false;
    flatten(&tree.root, &mut ops, &mut ended)?;
    settle_runs(&mut ops)?;
    ended.then_some(())?;
    let mut bytes = Vec::new();
    for op in &ops {
        write(op, source.as_bytes(), &mut bytes)?;
    }
    Some(bytes)
}

fn flatten(node: &Node, ops: &mut Vec<Op>, ended: &mut bool) -> Option<()> {
    let consumes = matches!(
        node,
        Node::Char { .. } | Node::Class { .. } | Node::Repetition { .. } | Node::Alternation(_)
    );
    if consumes && *ended {
        return None;
    }
    match node {
        Node::Empty => {}
        Node::Assertion(Assertion::Start) => ops
            .iter()
            .all(|op| matches!(op, Op::Open(_)))
            .then_some(())?,
        Node::Assertion(Assertion::End | Assertion::EndOrFinalLineFeed) => *ended = true,
        Node::Char { c, backward: false } => text(u8::try_from(*c).ok().filter(u8::is_ascii)?, ops),
        Node::Class {
            class,
            backward: false,
        } => run_of(class, 1, 1, ops)?,
        Node::Repetition { node, min, max, .. } => match &**node {
            Node::Class {
                class,
                backward: false,
            } => run_of(class, *min, *max, ops)?,
            Node::Char { c, backward: false } if c.is_ascii() => ops.push(Op::Run {
                ascii: ascii_bit(*c),
                min: *min,
                max: *max,
                tail: None,
            }),
            _ => return None,
        },
        Node::Concat(items) => items
            .iter()
            .try_for_each(|item| flatten(item, ops, ended))?,
        Node::Capture { slot, node } => {
            ops.push(Op::Open(*slot));
            flatten(node, ops, ended)?;
            ops.push(Op::Close);
        }
        Node::Alternation(items) => {
            let texts = items.iter().map(literal).collect::<Option<Vec<_>>>()?;
            let distinct = texts.iter().enumerate().all(|(own, text)| {
                texts
                    .iter()
                    .enumerate()
                    .all(|(other, begin)| own == other || !text.starts_with(begin))
            });
            distinct.then_some(())?;
            ops.push(Op::OneOf(texts));
        }
        _ => return None,
    }
    Some(())
}

fn text(byte: u8, ops: &mut Vec<Op>) {
    match ops.last_mut() {
        Some(Op::Text(text)) => text.push(byte),
        _ => ops.push(Op::Text(vec![byte])),
    }
}

fn run_of(class: &Class, min: u32, max: u32, ops: &mut Vec<Op>) -> Option<()> {
    ops.push(Op::Run {
        ascii: class.ascii(),
        min,
        max,
        tail: None,
    });
    Some(())
}

fn literal(node: &Node) -> Option<Vec<u8>> {
    match node {
        Node::Empty => Some(Vec::new()),
        Node::Char { c, backward: false } => {
            Some(vec![u8::try_from(*c).ok().filter(u8::is_ascii)?])
        }
        Node::Concat(items) => Some(
            items
                .iter()
                .map(literal)
                .collect::<Option<Vec<_>>>()?
                .concat(),
        ),
        _ => None,
    }
}

/// Finds where each repetition of variable length ends: before a rest of fixed length, or before the
/// first character that the class does not have. `None` where neither is certain.
fn settle_runs(ops: &mut [Op]) -> Option<()> {
    let mut tail = Some(0usize);
    let mut first: u128 = 0;
    for op in ops.iter_mut().rev() {
        match op {
            Op::Text(text) => {
                tail = tail.map(|tail| tail + text.len());
                first = text.first().map_or(0, |byte| ascii_bit(char::from(*byte)));
            }
            Op::Run {
                ascii,
                min,
                max,
                tail: end,
            } => {
                if min != max {
                    if tail.is_some() {
                        *end = tail;
                    } else if *ascii & first != 0 {
                        return None;
                    }
                }
                tail = tail
                    .filter(|_| min == max)
                    .and_then(|tail| tail.checked_add(usize::try_from(*min).ok()?));
                first = if *min == 0 { first | *ascii } else { *ascii };
            }
            Op::OneOf(texts) => {
                let length = texts
                    .first()
                    .map(Vec::len)
                    .filter(|length| texts.iter().all(|text| text.len() == *length));
                tail = tail.zip(length).map(|(tail, length)| tail + length);
                // No text is a prefix of another, so one is empty only if there are no others.
                first = texts.iter().fold(0, |first, text| {
                    first | text.first().map_or(0, |byte| ascii_bit(char::from(*byte)))
                });
                if texts.iter().any(Vec::is_empty) {
                    return None;
                }
            }
            Op::Open(_) | Op::Close => {}
        }
    }
    Some(())
}

fn write(op: &Op, source: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let short = |number: usize| u16::try_from(number).ok().map(u16::to_le_bytes);
    match op {
        Op::Text(text) => match find(source, text).and_then(short) {
            Some(offset) => {
                bytes.push(QUOTED);
                bytes.extend(offset);
                bytes.extend(short(text.len())?);
            }
            None => {
                bytes.push(TEXT);
                bytes.extend(short(text.len())?);
                bytes.extend(text);
            }
        },
        Op::Run {
            ascii,
            min,
            max,
            tail,
        } => {
            let ranges = ranges(*ascii);
            let max = if *max == UNLIMITED {
                NO_LIMIT
            } else {
                u16::try_from(*max).ok().filter(|max| *max < NO_LIMIT)?
            };
            bytes.push(RUN);
            bytes.push(u8::try_from(ranges.len()).ok()?);
            bytes.extend(ranges.iter().flatten());
            bytes.extend(u16::try_from(*min).ok()?.to_le_bytes());
            bytes.extend(max.to_le_bytes());
            bytes.extend(short(tail.map_or(0, |tail| tail + 1))?);
        }
        Op::OneOf(texts) => {
            bytes.push(ONE_OF);
            bytes.extend(short(texts.len())?);
            for text in texts {
                bytes.extend(short(text.len())?);
                bytes.extend(text);
            }
        }
        Op::Open(slot) => {
            bytes.push(OPEN);
            bytes.extend(short(*slot)?);
        }
        Op::Close => bytes.push(CLOSE),
    }
    Some(())
}

/// The offset of `text` in the pattern, if it is there and long enough that quoting it saves space.
pub(crate) fn find(source: &[u8], text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    source.windows(text.len()).position(|window| window == text)
}

/// The ranges of the characters of a class.
fn ranges(ascii: u128) -> Vec<[u8; 2]> {
    let mut ranges: Vec<[u8; 2]> = Vec::new();
    for c in (0..0x80u8).filter(|c| ascii & ascii_bit(char::from(*c)) != 0) {
        match ranges.last_mut() {
            Some([_, last]) if *last + 1 == c => *last = c,
            _ => ranges.push([c, c]),
        }
    }
    ranges
}
