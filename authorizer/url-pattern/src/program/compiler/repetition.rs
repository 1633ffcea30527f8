//! Compiles repetitions.

use super::{Compiler, UNPATCHED};
use crate::program::{Instruction, Pc};
use crate::syntax::{CharSet, Class, Node, UNLIMITED};

/// Repetitions of more instructions than this become a counted loop.
const MAX_UNROLLED: usize = 400;

impl Compiler {
    pub(super) fn repetition(
        &mut self,
        node: &Node,
        min: u32,
        max: u32,
        lazy: bool,
    ) -> Result<(), String> {
        let single = match node {
            Node::Class { class, backward } => Some((class.clone(), *backward)),
            Node::Char { c, backward } => Some((
                Class::new(CharSet::of(&[(u32::from(*c), u32::from(*c))]), false),
                *backward,
            )),
            _ => None,
        };
        if let Some((class, backward)) = single {
            let memo = self.memo();
            self.push(Instruction::ClassRepetition {
                class,
                min,
                max,
                lazy,
                backward,
                memo,
            })?;
            return Ok(());
        }
        if node.is_nullable() {
            return self.counted_loop(node, min, max, lazy);
        }
        let copies = if max == UNLIMITED { min.max(1) } else { max };
        let copies = usize::try_from(copies).unwrap_or(usize::MAX);
        if copies > 1 && weight(node).saturating_mul(copies) > MAX_UNROLLED {
            return self.counted_loop(node, min, max, lazy);
        }
        self.unrolled(node, min, max, lazy)
    }

    /// A repetition of what is never empty: copies of the body and at most one loop.
    fn unrolled(&mut self, node: &Node, min: u32, max: u32, lazy: bool) -> Result<(), String> {
        if max == UNLIMITED {
            for _ in 1..min {
                self.node(node)?;
            }
            if min == 0 {
                let start = self.choice(lazy)?;
                self.node(node)?;
                self.push(Instruction::Jump(start))?;
                self.patch(start);
            } else {
                let body = self.here();
                self.node(node)?;
                let memo = self.memo();
                let behind = self.here() + 1;
                let (first, second) = if lazy { (behind, body) } else { (body, behind) };
                self.push(Instruction::Split {
                    first,
                    second,
                    memo,
                })?;
            }
            return Ok(());
        }
        for _ in 0..min {
            self.node(node)?;
        }
        let mut ends = Vec::new();
        for _ in min..max {
            ends.push(self.choice(lazy)?);
            self.node(node)?;
        }
        for end in ends {
            self.patch(end);
        }
        Ok(())
    }

    /// Chooses between what follows and a target behind it, which is patched later.
    fn choice(&mut self, lazy: bool) -> Result<Pc, String> {
        let memo = self.memo();
        if lazy {
            self.lazy_split(memo)
        } else {
            self.split(memo)
        }
    }

    /// A repetition with a counter, of a body that may be empty or is large.
    fn counted_loop(&mut self, node: &Node, min: u32, max: u32, lazy: bool) -> Result<(), String> {
        self.memoable = false;
        let (start, count) = (self.register(), self.register());
        let loop_start = self.push(Instruction::LoopStart {
            start,
            count,
            min,
            test_first: min == 0,
            test: UNPATCHED,
        })?;
        let body = self.here();
        self.node(node)?;
        self.patch(loop_start);
        let test = self.here();
        let extra = (max != UNLIMITED).then(|| max - min);
        self.push(Instruction::LoopTest {
            start,
            count,
            extra,
            lazy,
            next: test + 2,
        })?;
        let end = self.push(Instruction::Jump(UNPATCHED))?;
        self.push(Instruction::LoopNext { start, count, body })?;
        self.patch(end);
        Ok(())
    }
}

/// About how many instructions a node becomes.
fn weight(node: &Node) -> usize {
    let all = |items: &[Node]| {
        items
            .iter()
            .map(|item| weight(item).saturating_add(2))
            .fold(0, usize::saturating_add)
    };
    match node {
        Node::Concat(items) | Node::Alternation(items) => all(items),
        Node::Repetition { node, min, max, .. } => {
            let copies = if *max == UNLIMITED {
                (*min).max(1)
            } else {
                *max
            };
            weight(node)
                .saturating_add(1)
                .saturating_mul(usize::try_from(copies).unwrap_or(usize::MAX))
                .min(MAX_UNROLLED)
        }
        Node::Capture { node, .. } | Node::Lookaround { node, .. } | Node::Atomic(node) => {
            weight(node).saturating_add(3)
        }
        Node::IfCaptured { yes, no, .. } => {
            weight(yes).saturating_add(weight(no)).saturating_add(2)
        }
        Node::IfMatches { condition, yes, no } => weight(condition)
            .saturating_add(weight(yes))
            .saturating_add(weight(no))
            .saturating_add(4),
        _ => 1,
    }
}
