//! The literal texts that a pattern's matches begin with.

use oathgate_url_pattern::syntax::Node;

/// More prefixes than this are not told apart.
const MAX_PREFIXES: usize = 24;
/// So many literal texts after slashes are regarded.
const MAX_BRANCHES: usize = 4;
/// Longer prefixes are cut.
const MAX_CHARS: usize = 240;

/// What a pattern is found by: a text that its matches begin with and, where what follows takes
/// no slash up to one that stands in the pattern, the text from that slash on, and so forth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) prefix: String,
    pub(crate) branches: Vec<String>,
}

/// Keys of which every match has one, and only one.
pub(crate) fn keys(root: &Node) -> Vec<Key> {
    let (mut found, rest) = match root {
        Node::Concat(items) => {
            let (found, stop) = sequence(items);
            (found, stop.and_then(|stop| items.get(stop..)))
        }
        other => (of(other).0, None),
    };
    found.sort_unstable();
    found.dedup();
    let all = found.len();
    let mut kept: Vec<String> = Vec::new();
    for prefix in found {
        // Sorted, so what begins with a kept one follows it.
        if !kept
            .last()
            .is_some_and(|last| prefix.starts_with(last.as_str()))
        {
            kept.push(prefix);
        }
    }
    // What a dropped prefix had more than a kept one may hold a slash.
    let branches = rest
        .filter(|_| kept.len() == all)
        .map_or_else(Vec::new, branches);
    let key = |prefix| Key {
        prefix,
        branches: branches.clone(),
    };
    kept.into_iter().map(key).collect()
}

/// The literal texts that each begin with the next slash, as far as nothing else takes one.
fn branches(mut items: &[Node]) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < MAX_BRANCHES {
        let slash = items.iter().position(takes_slash).unwrap_or(items.len());
        let ahead = items.get(slash..).unwrap_or_default();
        let literal = ahead.iter().map_while(|item| match item {
            Node::Char { c, .. } => Some(*c),
            _ => None,
        });
        let text: String = literal.take(MAX_CHARS).collect();
        let length = text.chars().count();
        if length == 0 {
            break;
        }
        found.push(text);
        if length == MAX_CHARS {
            break;
        }
        items = ahead.get(length..).unwrap_or_default();
    }
    found
}

fn takes_slash(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Never | Node::Assertion(_) | Node::Lookaround { .. } => false,
        Node::Char { c, .. } => *c == '/',
        Node::Class { class, .. } => class.contains('/'),
        Node::Concat(items) | Node::Alternation(items) => items.iter().any(takes_slash),
        Node::Repetition { node, .. } | Node::Capture { node, .. } | Node::Atomic(node) => {
            takes_slash(node)
        }
        Node::Backreference { .. } => true,
        Node::IfCaptured { yes, no, .. } | Node::IfMatches { yes, no, .. } => {
            takes_slash(yes) || takes_slash(no)
        }
    }
}

/// The prefixes, and whether they are all that the node takes.
fn of(node: &Node) -> (Vec<String>, bool) {
    let unknown = || (vec![String::new()], false);
    match node {
        Node::Empty | Node::Assertion(_) | Node::Lookaround { .. } => (vec![String::new()], true),
        Node::Never => (Vec::new(), true),
        Node::Char { c, .. } => (vec![c.to_string()], true),
        Node::Class { class, .. } if class.is_ascii() && class.ascii().count_ones() <= 4 => {
            let members = ('\0'..='\x7f').filter(|c| class.contains(*c));
            (members.map(|c| c.to_string()).collect(), true)
        }
        Node::Concat(items) => {
            let (found, stop) = sequence(items);
            (found, stop.is_none())
        }
        Node::Alternation(items) => {
            let mut all = Vec::new();
            let mut exact = true;
            for item in items {
                let (found, whole) = of(item);
                all.extend(found);
                exact &= whole;
                if all.len() > MAX_PREFIXES {
                    return unknown();
                }
            }
            (all, exact)
        }
        Node::Repetition {
            node,
            min: 0,
            max: 1,
            ..
        } => match of(node) {
            (mut found, true) => {
                found.push(String::new());
                (found, true)
            }
            _ => unknown(),
        },
        Node::Repetition { min: 0, .. } => unknown(),
        Node::Repetition { node, .. } => (of(node).0, false),
        Node::Capture { node, .. } | Node::Atomic(node) => of(node),
        Node::Class { .. }
        | Node::Backreference { .. }
        | Node::IfCaptured { .. }
        | Node::IfMatches { .. } => unknown(),
    }
}

/// The prefixes, and the item that they end at or in, if not at the end.
fn sequence(items: &[Node]) -> (Vec<String>, Option<usize>) {
    let mut all = vec![String::new()];
    for (place, item) in items.iter().enumerate() {
        let (found, exact) = of(item);
        let too_long = || all.iter().any(|prefix| prefix.chars().count() >= MAX_CHARS);
        if all.len() * found.len() > MAX_PREFIXES || too_long() {
            return (all, Some(place));
        }
        all = all
            .iter()
            .flat_map(|prefix| found.iter().map(move |next| format!("{prefix}{next}")))
            .collect();
        if !exact {
            return (all, Some(place));
        }
    }
    (all, None)
}
