//! Writes a tree as steps.

use super::{Pc, Program, Reg, Step};
use crate::syntax::{CharSet, Class};
use crate::syntax::{Node, Tree, UNLIMITED};

/// Programs longer than this are not made.
const MAX_STEPS: usize = 20_000;
/// Repetitions are written out up to so many copies of steps.
const MAX_UNROLLED: usize = 400;

impl Program {
    /// # Errors
    /// The pattern is too large.
    pub(crate) fn new(tree: &Tree) -> Result<Self, String> {
        let mut builder = Builder {
            steps: Vec::new(),
            registers: tree.slots * 2,
            memos: 0,
            memoable: true,
            guarded: 0,
        };
        builder.node(&tree.root)?;
        builder.push(Step::Done)?;
        let memos = builder.memoable.then_some(builder.memos);
        Ok(Self {
            steps: builder.steps,
            registers: builder.registers,
            slots: tree.slots,
            memos,
        })
    }
}

struct Builder {
    steps: Vec<Step>,
    registers: usize,
    memos: usize,
    memoable: bool,
    /// How many look-arounds and atomic groups are open: inside them a step that was tried may
    /// have succeeded, so it is no reason to fail.
    guarded: usize,
}

impl Builder {
    fn push(&mut self, step: Step) -> Result<Pc, String> {
        if self.steps.len() >= MAX_STEPS {
            return Err("the pattern is too large".to_owned());
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn register(&mut self) -> Reg {
        self.registers += 1;
        self.registers - 1
    }

    fn memo(&mut self) -> Option<usize> {
        if self.guarded > 0 {
            return None;
        }
        self.memos += 1;
        Some(self.memos - 1)
    }

    fn here(&self) -> Pc {
        self.steps.len()
    }

    /// Points a jump that was written before its target was known to the next step.
    fn land(&mut self, jump: Pc) {
        let here = self.here();
        match self.steps.get_mut(jump) {
            Some(Step::Try { otherwise, .. } | Step::IfTaken { otherwise, .. }) => {
                *otherwise = here
            }
            Some(
                Step::Go(target)
                | Step::RoundsBegin { test: target, .. }
                | Step::TryLast { first: target, .. },
            ) => *target = here,
            _ => {}
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Empty => {}
            Node::Never => {
                self.push(Step::Fail)?;
            }
            Node::Char { c, backward } => {
                self.push(Step::Text {
                    text: c.to_string().into(),
                    backward: *backward,
                })?;
            }
            Node::Class { class, backward } => {
                self.push(Step::One {
                    class: class.clone(),
                    backward: *backward,
                })?;
            }
            Node::Concat(items) => self.sequence(items)?,
            Node::Alternation(items) => self.either(items)?,
            Node::Repetition {
                node,
                min,
                max,
                lazy,
            } => self.repeat(node, *min, *max, *lazy)?,
            Node::Capture { slot, node } => {
                let mark = self.register();
                self.push(Step::Mark(mark))?;
                self.node(node)?;
                self.push(Step::Fill { slot: *slot, mark })?;
            }
            Node::Backreference {
                slot,
                fold,
                backward,
            } => {
                self.memoable = false;
                self.push(Step::Again {
                    slot: *slot,
                    fold: *fold,
                    backward: *backward,
                })?;
            }
            Node::Assertion(place) => {
                self.push(Step::Place(*place))?;
            }
            Node::Lookaround {
                node,
                negative: false,
            } => self.guarded(node, true)?,
            Node::Atomic(node) => self.guarded(node, false)?,
            Node::Lookaround {
                node,
                negative: true,
            } => {
                let (height, _) = self.guard()?;
                let escape = self.push(Step::Try {
                    otherwise: 0,
                    memo: None,
                })?;
                self.node(node)?;
                self.push(Step::Refuse { height })?;
                self.land(escape);
                self.guarded -= 1;
            }
            Node::IfCaptured { slot, yes, no } => {
                self.memoable = false;
                let test = self.push(Step::IfTaken {
                    slot: *slot,
                    otherwise: 0,
                })?;
                self.branches(test, yes, no)?;
            }
            Node::IfMatches { condition, yes, no } => {
                let (height, place) = self.guard()?;
                let test = self.push(Step::Try {
                    otherwise: 0,
                    memo: None,
                })?;
                self.node(condition)?;
                self.push(Step::Commit {
                    height,
                    place,
                    rewind: true,
                })?;
                self.guarded -= 1;
                self.branches(test, yes, no)?;
            }
        }
        Ok(())
    }

    fn branches(&mut self, test: Pc, yes: &Node, no: &Node) -> Result<(), String> {
        self.node(yes)?;
        let end = self.push(Step::Go(0))?;
        self.land(test);
        self.node(no)?;
        self.land(end);
        Ok(())
    }

    fn guard(&mut self) -> Result<(Reg, Reg), String> {
        let (height, place) = (self.register(), self.register());
        self.push(Step::Guard { height, place })?;
        self.guarded += 1;
        Ok((height, place))
    }

    fn guarded(&mut self, node: &Node, rewind: bool) -> Result<(), String> {
        let (height, place) = self.guard()?;
        self.node(node)?;
        self.push(Step::Commit {
            height,
            place,
            rewind,
        })?;
        self.guarded -= 1;
        Ok(())
    }

    /// Writes characters that follow each other as one text.
    fn sequence(&mut self, items: &[Node]) -> Result<(), String> {
        let mut items = items.iter().peekable();
        while let Some(item) = items.next() {
            let Node::Char { c, backward } = item else {
                self.node(item)?;
                continue;
            };
            let mut run = vec![*c];
            while let Some(Node::Char { c, .. }) = items.next_if(
                |next| matches!(next, Node::Char { backward: other, .. } if other == backward),
            ) {
                run.push(*c);
            }
            if *backward {
                run.reverse();
            }
            self.push(Step::Text {
                text: run.into_iter().collect::<String>().into(),
                backward: *backward,
            })?;
        }
        Ok(())
    }

    fn either(&mut self, items: &[Node]) -> Result<(), String> {
        let mut ends = Vec::new();
        let Some((last, before)) = items.split_last() else {
            self.push(Step::Fail)?;
            return Ok(());
        };
        for item in before {
            let memo = self.memo();
            let test = self.push(Step::Try { otherwise: 0, memo })?;
            self.node(item)?;
            ends.push(self.push(Step::Go(0))?);
            self.land(test);
        }
        self.node(last)?;
        for end in ends {
            self.land(end);
        }
        Ok(())
    }

    fn repeat(&mut self, node: &Node, min: u32, max: u32, lazy: bool) -> Result<(), String> {
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
            self.push(Step::Run {
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
            return self.rounds(node, min, max, lazy);
        }
        let copies = if max == UNLIMITED { min.max(1) } else { max };
        let copies = usize::try_from(copies).unwrap_or(usize::MAX);
        if copies > 1 && weight(node).saturating_mul(copies) > MAX_UNROLLED {
            return self.rounds(node, min, max, lazy);
        }
        self.written_out(node, min, max, lazy)
    }

    /// A repetition of what is never empty, as copies and at most one loop.
    fn written_out(&mut self, node: &Node, min: u32, max: u32, lazy: bool) -> Result<(), String> {
        if max == UNLIMITED {
            for _ in 1..min {
                self.node(node)?;
            }
            if min == 0 {
                let start = self.choice(lazy)?;
                self.node(node)?;
                self.push(Step::Go(start))?;
                self.land(start);
            } else {
                let body = self.here();
                self.node(node)?;
                let memo = self.memo();
                if lazy {
                    self.push(Step::Try {
                        otherwise: body,
                        memo,
                    })?;
                } else {
                    self.push(Step::TryLast { first: body, memo })?;
                }
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
            self.land(end);
        }
        Ok(())
    }

    /// Goes into what follows or around it, whichever comes first.
    fn choice(&mut self, lazy: bool) -> Result<Pc, String> {
        let memo = self.memo();
        if !lazy {
            return self.push(Step::Try { otherwise: 0, memo });
        }
        // Around first: the target is set when the end is known, the next step goes in.
        self.push(Step::TryLast { first: 0, memo })
    }

    /// A repetition with counters, for what may be empty or is large.
    fn rounds(&mut self, node: &Node, min: u32, max: u32, lazy: bool) -> Result<(), String> {
        self.memoable = false;
        let (mark, count) = (self.register(), self.register());
        let begin = self.push(Step::RoundsBegin {
            mark,
            count,
            min,
            first: min == 0,
            test: 0,
        })?;
        let body = self.here();
        self.node(node)?;
        self.land(begin);
        let test = self.here();
        let extra = (max != UNLIMITED).then(|| max - min);
        self.push(Step::RoundsTest {
            mark,
            count,
            extra,
            lazy,
            next: test + 2,
        })?;
        let over = self.push(Step::Go(0))?;
        self.push(Step::RoundsNext { mark, count, body })?;
        self.land(over);
        Ok(())
    }
}

/// About how many steps a part becomes.
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
