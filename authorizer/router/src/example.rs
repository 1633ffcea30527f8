//! Example URLs that a pattern is likely to match, for finding overlaps.

use oathgate_url_pattern::syntax::{Class, Node, UNLIMITED};

/// Characters for classes, in the order in which they are tried.
const FILL: [char; 10] = ['a', '1', 'x', 'A', '-', '_', '.', '/', '~', 'é'];
/// The number of examples of one pattern.
const VARIANTS: usize = 6;

/// Texts that `root` may match. Look-arounds are ignored, so not all of them do.
pub(crate) fn examples(root: &Node) -> Vec<String> {
    let mut examples: Vec<String> = (0..VARIANTS)
        .map(|variant| {
            let mut text = String::new();
            write(root, variant, &mut text);
            text
        })
        .collect();
    examples.sort_unstable();
    examples.dedup();
    examples
}

fn write(node: &Node, variant: usize, text: &mut String) {
    match node {
        Node::Char { c, .. } => text.push(*c),
        Node::Class { class, .. } => text.extend(member(class, variant)),
        Node::Concat(items) => items.iter().for_each(|item| write(item, variant, text)),
        Node::Alternation(items) => {
            if let Some(item) = items.get(variant % items.len().max(1)) {
                write(item, variant, text);
            }
        }
        Node::Repetition { node, min, max, .. } => {
            let wanted = u32::try_from(variant % 3).unwrap_or(0);
            let most = if *max == UNLIMITED {
                min.saturating_add(wanted)
            } else {
                *max
            };
            for _ in 0..wanted.clamp(*min, most.max(*min)).min(200) {
                write(node, variant, text);
            }
        }
        Node::Capture { node, .. } | Node::Atomic(node) => write(node, variant, text),
        Node::IfCaptured { yes, .. } | Node::IfMatches { yes, .. } => write(yes, variant, text),
        Node::Empty
        | Node::Never
        | Node::Backreference { .. }
        | Node::Assertion(_)
        | Node::Lookaround { .. } => {}
    }
}

fn member(class: &Class, variant: usize) -> Option<char> {
    let fills = FILL
        .iter()
        .cycle()
        .skip(variant / 3)
        .take(FILL.len())
        .copied();
    fills.chain('!'..='~').find(|c| class.contains(*c))
}
