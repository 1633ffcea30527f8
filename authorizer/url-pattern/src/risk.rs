//! Patterns that may backtrack catastrophically.

use crate::syntax::Node;
use crate::syntax::{CharSet, Class};

/// Repetitions of more iterations than this count as unlimited.
const MANY: u32 = 20;

/// Whether a pattern repeats something that matches a text in several ways, such as `(a+)+`, `(a|a)*`
/// and `(.*,)*`: the number of alternatives may then double with every character.
pub(crate) fn is_risky(node: &Node) -> bool {
    match node {
        Node::Repetition { node, max, .. } if *max > MANY => is_ambiguous(node) || is_risky(node),
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

/// Whether a text may be divided into iterations of `body` in several ways.
fn is_ambiguous(body: &Node) -> bool {
    let mut variable = Vec::new();
    collect_variable(body, &mut variable);
    let mut fixed = Vec::new();
    collect_fixed(body, &mut fixed);
    let delimited = fixed
        .iter()
        .any(|fixed| !variable.iter().any(|other| other.meets(fixed)));
    (!variable.is_empty() && !delimited) || has_overlapping_alternatives(body)
}

/// The characters that repetitions of variable length match.
fn collect_variable(node: &Node, variable: &mut Vec<Class>) {
    match node {
        Node::Repetition { node, min, max, .. } if min != max => collect(node, variable),
        Node::Repetition { node, .. } | Node::Capture { node, .. } | Node::Atomic(node) => {
            collect_variable(node, variable)
        }
        Node::Concat(items) | Node::Alternation(items) => items
            .iter()
            .for_each(|item| collect_variable(item, variable)),
        Node::IfCaptured { yes, no, .. } | Node::IfMatches { yes, no, .. } => {
            collect_variable(yes, variable);
            collect_variable(no, variable);
        }
        Node::Backreference { .. } => variable.push(Class::anything()),
        _ => {}
    }
}

/// All characters that a node can match.
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

/// The characters that every iteration matches.
fn collect_fixed(node: &Node, fixed: &mut Vec<Class>) {
    match node {
        Node::Char { .. } | Node::Class { .. } => fixed.extend(single(node)),
        Node::Concat(items) => items.iter().for_each(|item| collect_fixed(item, fixed)),
        Node::Capture { node, .. } | Node::Atomic(node) => collect_fixed(node, fixed),
        _ => {}
    }
}

/// Whether two alternatives may begin with the same character.
fn has_overlapping_alternatives(node: &Node) -> bool {
    match node {
        Node::Alternation(items) => {
            let first_classes: Vec<Option<Class>> = items.iter().map(first_class).collect();
            let meet = |one: &Option<Class>, other: &Option<Class>| match (one, other) {
                (Some(one), Some(other)) => one.meets(other),
                _ => true,
            };
            first_classes.iter().enumerate().any(|(index, one)| {
                first_classes
                    .iter()
                    .skip(index + 1)
                    .any(|other| meet(one, other))
            }) || items.iter().any(has_overlapping_alternatives)
        }
        Node::Concat(items) => items.iter().any(has_overlapping_alternatives),
        Node::Capture { node, .. } => has_overlapping_alternatives(node),
        _ => false,
    }
}

/// The class of the first character, where it is known.
fn first_class(node: &Node) -> Option<Class> {
    match node {
        Node::Char { .. } | Node::Class { .. } => single(node),
        Node::Concat(items) => items.first().and_then(first_class),
        Node::Capture { node, .. } | Node::Atomic(node) => first_class(node),
        Node::Repetition { node, min, .. } if *min > 0 => first_class(node),
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
