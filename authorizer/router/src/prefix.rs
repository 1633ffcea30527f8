//! The literal prefixes of a pattern's matches.

use oathgate_url_pattern::syntax::Node;

/// The most prefixes of one pattern.
const MAX_PREFIXES: usize = 24;
/// The most literal texts after slashes.
const MAX_BRANCHES: usize = 4;
/// The most characters of a prefix.
const MAX_CHARS: usize = 240;

/// The key of a pattern in the index: a literal prefix of its matches and, where what follows matches
/// no slash before the pattern's next literal one, the literal text from that slash on, and so forth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) prefix: String,
    pub(crate) branches: Vec<String>,
}

/// The keys of a pattern. Every match has exactly one of them.
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
        // They are sorted: those that start with a kept one follow it.
        if !kept
            .last()
            .is_some_and(|last| prefix.starts_with(last.as_str()))
        {
            kept.push(prefix);
        }
    }
    // The rest of a dropped prefix may contain a slash.
    let branches = rest
        .filter(|_| kept.len() == all)
        .map_or_else(Vec::new, branches);
    let key = |prefix| Key {
        prefix,
        branches: branches.clone(),
    };
    kept.into_iter().map(key).collect()
}

/// The literal texts that start with the next slash, as long as nothing else can match a slash.
fn branches(mut items: &[Node]) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < MAX_BRANCHES {
        let slash = items
            .iter()
            .position(may_match_slash)
            .unwrap_or(items.len());
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

fn may_match_slash(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Never | Node::Assertion(_) | Node::Lookaround { .. } => false,
        Node::Char { c, .. } => *c == '/',
        Node::Class { class, .. } => class.contains('/'),
        Node::Concat(items) | Node::Alternation(items) => items.iter().any(may_match_slash),
        Node::Repetition { node, .. } | Node::Capture { node, .. } | Node::Atomic(node) => {
            may_match_slash(node)
        }
        Node::Backreference { .. } => true,
        Node::IfCaptured { yes, no, .. } | Node::IfMatches { yes, no, .. } => {
            may_match_slash(yes) || may_match_slash(no)
        }
    }
}

/// The prefixes, and whether they are all that the node can match.
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

/// The prefixes, and the index of the item at or in which they end, unless they are complete.
fn sequence(items: &[Node]) -> (Vec<String>, Option<usize>) {
    let mut all = vec![String::new()];
    for (index, item) in items.iter().enumerate() {
        let (found, exact) = of(item);
        let too_long = || all.iter().any(|prefix| prefix.chars().count() >= MAX_CHARS);
        if all.len() * found.len() > MAX_PREFIXES || too_long() {
            return (all, Some(index));
        }
        all = all
            .iter()
            .flat_map(|prefix| found.iter().map(move |next| format!("{prefix}{next}")))
            .collect();
        if !exact {
            return (all, Some(index));
        }
    }
    (all, None)
}
