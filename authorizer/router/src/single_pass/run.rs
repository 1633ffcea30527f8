//! Runs encoded patterns.

use oathgate_url_pattern::syntax::ascii_bit;

use super::{CLOSE, NO_LIMIT, ONE_OF, OPEN, QUOTED, RUN, TEXT};

/// What happens during a match.
pub(crate) enum Event {
    /// A capture group starts here.
    Open(usize),
    /// The capture group that started last ends here.
    Close,
}

/// Runs what [`encode`](super::encode) returned over a URL that the single pass
/// [applies to](super::applies_to), and reports capture groups to `on_event` with their position. `None`
/// where the bytes are damaged.
pub(crate) fn run(
    mut ops: &[u8],
    source: &[u8],
    url: &str,
    mut on_event: impl FnMut(Event, usize),
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
                    let offset = usize::from(u16::from_le_bytes(take(&mut ops)?));
                    let length = usize::from(u16::from_le_bytes(take(&mut ops)?));
                    source.get(offset..offset + length)?
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
            OPEN => on_event(
                Event::Open(usize::from(u16::from_le_bytes(take(&mut ops)?))),
                at,
            ),
            CLOSE => on_event(Event::Close, at),
            _ => return None,
        }
    }
    Some(at == url.len())
}

/// The length of a repetition; `None` where it cannot leave a rest of the length that must follow.
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

/// The bits of a range of characters.
fn between([first, last]: [u8; 2]) -> u128 {
    let up_to = |c: u8| u128::MAX.checked_shr(u32::from(0x7f_u8.saturating_sub(c)));
    let before = first.checked_sub(1).and_then(up_to).unwrap_or(0);
    up_to(last).unwrap_or(0) & !before
}
