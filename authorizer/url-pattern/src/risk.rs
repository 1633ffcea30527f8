//! Patterns that may backtrack without a useful end.

use crate::syntax::Node;
use crate::syntax::{CharSet, Class};

/// Repetitions of more rounds than this count as without limit.
const MANY: u32 = 20;

/// Whether a repetition repeats what can itself be split up in several ways, such as `(a+)+`,
/// `(a|a)*` and `(.*,)*`: then the ways to try may double with every character.
pub(crate) fn is_risky(node: &Node) -> bool {
    match node {
        Node::Repetition { node, max, .. } if *max > MANY => splits(node) || is_risky(node),
        Node::Repetition { node, .. }
        | Node::Capture { node, .. }
        | Node::Atomic(node)
        | Node::Lookaround { node, .. } => is_risky(node),
        Node::Concat(items) | Node::Alternation(items) => items.iter().any(is_risky),
        Node::IfCaptured { yes, no, .. } => is_risky(yes) || is_risky(no),
        Node::IfMatches { condition, yes, no } => {
            is_risky(condition) || is_risky(yes) || is_risky(no)
        }
        _ => false,
    }
}

/// Whether the rounds of a repetition of `body` can be told apart in several ways.
fn splits(body: &Node) -> bool {
    let mut runs = Vec::new();
    collect_runs(body, &mut runs);
    let mut fixed = Vec::new();
    collect_fixed(body, &mut fixed);
    let told_apart = fixed
        .iter()
        .any(|fixed| !runs.iter().any(|run| run.meets(fixed)));
    (!runs.is_empty() && !told_apart) || has_equal_beginnings(body)
}

/// The characters that repetitions of no fixed length take.
fn collect_runs(node: &Node, runs: &mut Vec<Class>) {
    match node {
        Node::Repetition { node, min, max, .. } if min != max => collect(node, runs),
        Node::Repetition { node, .. } | Node::Capture { node, .. } | Node::Atomic(node) => {
            collect_runs(node, runs)
        }
        Node::Concat(items) | Node::Alternation(items) => {
            items.iter().for_each(|item| collect_runs(item, runs))
        }
        Node::IfCaptured { yes, no, .. } | Node::IfMatches { yes, no, .. } => {
            collect_runs(yes, runs);
            collect_runs(no, runs);
        }
        Node::Backreference { .. } => runs.push(Class::anything()),
        _ => {}
    }
}

/// All characters that a part can take.
fn collect(node: &Node, classes: &mut Vec<Class>) {
    match node {
        Node::Char { .. } | Node::Class { .. } => classes.extend(single(node)),
        Node::Backreference { .. } => classes.push(Class::anything()),
        Node::Repetition { node, .. } | Node::Capture { node, .. } | Node::Atomic(node) => {
            collect(node, classes)
        }
        Node::Concat(items) | Node::Alternation(items) => {
            items.iter().for_each(|item| collect(item, classes))
        }
        Node::IfCaptured { yes, no, .. } | Node::IfMatches { yes, no, .. } => {
            collect(yes, classes);
            collect(no, classes);
        }
        _ => {}
    }
}

/// The characters that every round takes.
fn collect_fixed(node: &Node, fixed: &mut Vec<Class>) {
    match node {
        Node::Char { .. } | Node::Class { .. } => fixed.extend(single(node)),
        Node::Concat(items) => items.iter().for_each(|item| collect_fixed(item, fixed)),
        Node::Capture { node, .. } | Node::Atomic(node) => collect_fixed(node, fixed),
        _ => {}
    }
}

fn has_equal_beginnings(node: &Node) -> bool {
    match node {
        Node::Alternation(items) => {
            let beginnings: Vec<Option<Class>> = items.iter().map(beginning).collect();
            let meet = |one: &Option<Class>, other: &Option<Class>| match (one, other) {
                (Some(one), Some(other)) => one.meets(other),
                _ => true,
            };
            beginnings.iter().enumerate().any(|(place, one)| {
                beginnings
                    .iter()
                    .skip(place + 1)
                    .any(|other| meet(one, other))
            }) || items.iter().any(has_equal_beginnings)
        }
        Node::Concat(items) => items.iter().any(has_equal_beginnings),
        Node::Capture { node, .. } => has_equal_beginnings(node),
        _ => false,
    }
}

/// The one class that a part begins with, where that is known.
fn beginning(node: &Node) -> Option<Class> {
    match node {
        Node::Char { .. } | Node::Class { .. } => single(node),
        Node::Concat(items) => items.first().and_then(beginning),
        Node::Capture { node, .. } | Node::Atomic(node) => beginning(node),
        Node::Repetition { node, min, .. } if *min > 0 => beginning(node),
        _ => None,
    }
}

fn single(node: &Node) -> Option<Class> {
    match node {
        Node::Class { class, .. } => Some(class.clone()),
        Node::Char { c, .. } => Some(Class::new(
            CharSet::of(&[(u32::from(*c), u32::from(*c))]),
            false,
        )),
        _ => None,
    }
}
