//! Patterns simple enough to be matched in one pass, without trying anything twice: literals,
//! choices of literals, and runs of characters whose end is beyond doubt.
//!
//! They are kept as bytes and run as they are, so that nothing is parsed when a packaged index
//! is loaded. Only ASCII URLs without line feeds are matched so; others take the long way.

use oathgate_url_pattern::syntax::{Assertion, Class, Node, Tree, UNLIMITED, ascii_bit};

/// A text that stands in the pattern itself: where, and how long.
const QUOTED: u8 = 0;
const TEXT: u8 = 1;
const RUN: u8 = 2;
const ONE_OF: u8 = 3;
const OPEN: u8 = 4;
const CLOSE: u8 = 5;

/// Stands for a run without an upper limit.
const NO_LIMIT: u16 = u16::MAX;

/// Whether `url` can be matched in this way.
pub(crate) fn is_plain_text(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii() && byte != b'\n')
}

enum Op {
    Text(Vec<u8>),
    Run {
        ascii: u128,
        min: u32,
        max: u32,
        tail: Option<usize>,
    },
    OneOf(Vec<Vec<u8>>),
    Open(usize),
    Close,
}

/// The pattern as bytes for [`run`]; nothing where it is not that simple.
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
    let takes = matches!(
        node,
        Node::Char { .. } | Node::Class { .. } | Node::Repetition { .. } | Node::Alternation(_)
    );
    if takes && *ended {
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
            let told_apart = texts.iter().enumerate().all(|(own, text)| {
                texts
                    .iter()
                    .enumerate()
                    .all(|(other, begin)| own == other || !text.starts_with(begin))
            });
            told_apart.then_some(())?;
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

/// Finds out for every run of no fixed length how its end is known: by the fixed length of what
/// follows up to the end, or because what follows begins with none of its characters.
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
                // Texts that are told apart are empty only where there is but one.
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
        Op::Text(text) => match place(source, text).and_then(short) {
            Some(place) => {
                bytes.push(QUOTED);
                bytes.extend(place);
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

/// What a match tells while it runs.
pub(crate) enum Event {
    /// A capture begins here.
    Open(usize),
    /// The capture that began last ends here.
    Close,
}

/// Runs what [`encode`] gave over a text of [`is_plain_text`]; nothing where the bytes are
/// damaged.
pub(crate) fn run(
    mut ops: &[u8],
    source: &[u8],
    url: &str,
    mut tell: impl FnMut(Event, usize),
) -> Option<bool> {
    let url = url.as_bytes();
    let mut at = 0usize;
    while let Some((op, rest)) = ops.split_first() {
        ops = rest;
        match *op {
            QUOTED | TEXT => {
                let text = if *op == TEXT {
                    take_text(&mut ops)?
                } else {
                    let place = usize::from(u16::from_le_bytes(take(&mut ops)?));
                    let length = usize::from(u16::from_le_bytes(take(&mut ops)?));
                    source.get(place..place + length)?
                };
                if !url.get(at..)?.starts_with(text) {
                    return Some(false);
                }
                at += text.len();
            }
            RUN => {
                let [ranges] = take(&mut ops)?;
                let mut ascii = 0;
                for _ in 0..ranges {
                    ascii |= between(take(&mut ops)?);
                }
                let min = usize::from(u16::from_le_bytes(take(&mut ops)?));
                let max = u16::from_le_bytes(take(&mut ops)?);
                let tail = u16::from_le_bytes(take(&mut ops)?);
                let Some(length) = run_length(ascii, max, tail, url.get(at..)?) else {
                    return Some(false);
                };
                if length < min {
                    return Some(false);
                }
                at += length;
            }
            ONE_OF => {
                let count = u16::from_le_bytes(take(&mut ops)?);
                let ahead = url.get(at..)?;
                let mut found = None;
                for _ in 0..count {
                    let text = take_text(&mut ops)?;
                    if ahead.starts_with(text) {
                        found = Some(text.len());
                    }
                }
                let Some(length) = found else {
                    return Some(false);
                };
                at += length;
            }
            OPEN => tell(
                Event::Open(usize::from(u16::from_le_bytes(take(&mut ops)?))),
                at,
            ),
            CLOSE => tell(Event::Close, at),
            _ => return None,
        }
    }
    Some(at == url.len())
}

/// How long a run is; nothing where it cannot be as long as it must be.
fn run_length(ascii: u128, max: u16, tail: u16, ahead: &[u8]) -> Option<usize> {
    let max = if max == NO_LIMIT {
        usize::MAX
    } else {
        usize::from(max)
    };
    let inside = |byte: &u8| ascii & ascii_bit(char::from(*byte)) != 0;
    match tail.checked_sub(1) {
        Some(tail) => {
            let length = ahead
                .len()
                .checked_sub(usize::from(tail))
                .filter(|length| *length <= max)?;
            ahead.iter().take(length).all(inside).then_some(length)
        }
        None => Some(
            ahead
                .iter()
                .take(max)
                .take_while(|byte| inside(byte))
                .count(),
        ),
    }
}

fn take<const N: usize>(ops: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = ops.split_first_chunk::<N>()?;
    *ops = rest;
    Some(*head)
}

fn take_text<'o>(ops: &mut &'o [u8]) -> Option<&'o [u8]> {
    let length = usize::from(u16::from_le_bytes(take(ops)?));
    let (text, rest) = ops.split_at_checked(length)?;
    *ops = rest;
    Some(text)
}

/// Where `text` stands in the pattern, if it does: then it need not be written again.
pub(crate) fn place(source: &[u8], text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    source.windows(text.len()).position(|window| window == text)
}

/// The ranges of the characters that are set.
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

/// The bits from the first to the last character.
fn between([first, last]: [u8; 2]) -> u128 {
    let up_to = |c: u8| u128::MAX.checked_shr(u32::from(0x7f_u8.saturating_sub(c)));
    let before = first.checked_sub(1).and_then(up_to).unwrap_or(0);
    up_to(last).unwrap_or(0) & !before
}
