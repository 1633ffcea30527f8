//! What each step of a program does.

use super::{Frame, Run, UNSET};
use crate::program::{Pc, Reg, Step};
use crate::syntax::{Assertion, Class, is_word, to_lower};

impl<'t> Run<'t, '_> {
    /// Does one step: where to go on, or nothing where it fails.
    pub(super) fn step(&mut self, step: &Step, pc: Pc) -> Option<Pc> {
        match step {
            Step::Text {
                text,
                backward: false,
            } => {
                self.ahead().starts_with(&**text).then_some(())?;
                self.at += text.len();
            }
            Step::Text {
                text,
                backward: true,
            } => {
                self.behind().ends_with(&**text).then_some(())?;
                self.at -= text.len();
            }
            Step::One { class, backward } => {
                let c = self.next_char(*backward).filter(|c| class.contains(*c))?;
                self.pass(c, *backward);
            }
            Step::Run {
                class,
                min,
                max,
                lazy,
                backward,
                memo,
            } => {
                self.first_time(*memo)?;
                return self.run(class, *min, *max, *lazy, *backward, pc);
            }
            Step::Try { otherwise, memo } => {
                self.first_time(*memo)?;
                self.scratch.frames.push(Frame::Resume {
                    pc: *otherwise,
                    at: self.at,
                });
            }
            Step::TryLast { first, memo } => {
                self.first_time(*memo)?;
                self.scratch.frames.push(Frame::Resume {
                    pc: pc + 1,
                    at: self.at,
                });
                return Some(*first);
            }
            Step::Go(target) => return Some(*target),
            Step::Mark(register) => self.set(*register, self.place()),
            Step::Fill { slot, mark } => {
                let (mark, place) = (self.get(*mark), self.place());
                self.set(slot * 2, mark.min(place));
                self.set(slot * 2 + 1, mark.max(place));
            }
            Step::Again {
                slot,
                fold,
                backward,
            } => self.again(*slot, *fold, *backward)?,
            Step::Place(place) => self.is_at(*place).then_some(())?,
            Step::RoundsBegin {
                mark,
                count,
                min,
                first,
                test,
            } => {
                self.set(*mark, if *first { UNSET } else { self.place() });
                self.set(
                    *count,
                    1 - isize::try_from((*min).max(1)).unwrap_or(isize::MAX),
                );
                if *first {
                    return Some(*test);
                }
            }
            Step::RoundsNext { mark, count, body } => {
                let (place, rounds) = (self.place(), self.get(*count) + 1);
                self.set(*mark, place);
                self.set(*count, rounds);
                return Some(*body);
            }
            Step::RoundsTest {
                mark,
                count,
                extra,
                lazy,
                next,
            } => return self.rounds(*mark, *count, *extra, *lazy, *next, pc),
            Step::Guard { height, place } => {
                let at = self.place();
                self.set(*place, at);
                let frames = isize::try_from(self.scratch.frames.len() + 1).unwrap_or(isize::MAX);
                self.set(*height, frames);
            }
            Step::Commit {
                height,
                place,
                rewind,
            } => {
                self.commit(self.get(*height));
                if *rewind {
                    self.at = usize::try_from(self.get(*place)).ok()?;
                }
            }
            Step::Refuse { height } => {
                let height = usize::try_from(self.get(*height)).ok()?;
                while self.scratch.frames.len() > height {
                    if let Some(Frame::Restore { register, value }) = self.scratch.frames.pop() {
                        self.put(register, value);
                    }
                }
                return None;
            }
            Step::IfTaken { slot, otherwise } => {
                if self.get(slot * 2) == UNSET {
                    return Some(*otherwise);
                }
            }
            Step::Fail | Step::Done => return None,
        }
        Some(pc + 1)
    }

    fn run(
        &mut self,
        class: &Class,
        min: u32,
        max: u32,
        lazy: bool,
        backward: bool,
        pc: Pc,
    ) -> Option<Pc> {
        for _ in 0..min {
            let c = self.next_char(backward).filter(|c| class.contains(*c))?;
            self.pass(c, backward);
        }
        let extra = max - min;
        if lazy {
            if extra > 0 {
                self.scratch.frames.push(Frame::More {
                    pc,
                    at: self.at,
                    left: extra,
                });
            }
            return Some(pc + 1);
        }
        let until = self.at;
        let mut taken = 0;
        while taken < extra {
            let Some(c) = self.next_char(backward).filter(|c| class.contains(*c)) else {
                break;
            };
            self.pass(c, backward);
            taken += 1;
        }
        self.steps = self.steps.saturating_add(taken / 4);
        if taken > 0 {
            self.scratch.frames.push(Frame::Less {
                pc: pc + 1,
                at: self.at,
                until,
                backward,
            });
        }
        Some(pc + 1)
    }

    /// After a round: another must follow, may follow or cannot. A round that took nothing is the
    /// last one.
    fn rounds(
        &mut self,
        mark: Reg,
        count: Reg,
        extra: Option<u32>,
        lazy: bool,
        next: Pc,
        pc: Pc,
    ) -> Option<Pc> {
        let rounds = self.get(count);
        let empty = self.place() == self.get(mark);
        if rounds < 0 {
            return Some(next);
        }
        let full =
            extra.is_some_and(|extra| rounds >= isize::try_from(extra).unwrap_or(isize::MAX));
        if full || empty {
            return Some(pc + 1);
        }
        let (first, last) = if lazy { (pc + 1, next) } else { (next, pc + 1) };
        self.scratch.frames.push(Frame::Resume {
            pc: last,
            at: self.at,
        });
        Some(first)
    }

    /// Forgets the decisions made since there were `height` frames, but not which registers to
    /// set back when an earlier decision is taken back.
    fn commit(&mut self, height: isize) {
        let height = usize::try_from(height).unwrap_or(usize::MAX);
        let frames = &mut self.scratch.frames;
        let mut kept = height;
        for place in height..frames.len() {
            if matches!(frames.get(place), Some(Frame::Restore { .. })) {
                frames.swap(kept, place);
                kept += 1;
            }
        }
        frames.truncate(kept);
    }

    fn again(&mut self, slot: usize, fold: bool, backward: bool) -> Option<()> {
        let taken = self.taken(slot)?;
        let found = if backward {
            let from = same_chars(self.behind().chars().rev(), taken.chars().rev(), fold)?;
            self.at - from
        } else {
            self.at + same_chars(self.ahead().chars(), taken.chars(), fold)?
        };
        self.at = found;
        Some(())
    }

    pub(super) fn taken(&self, slot: usize) -> Option<&'t str> {
        let from = usize::try_from(self.get(slot * 2)).ok()?;
        let to = usize::try_from(self.get(slot * 2 + 1)).ok()?;
        self.text.get(from..to)
    }

    fn is_at(&self, place: Assertion) -> bool {
        let (before, after) = (self.behind(), self.ahead());
        let edge = || {
            before.chars().next_back().is_some_and(is_word)
                != after.chars().next().is_some_and(is_word)
        };
        match place {
            Assertion::Start => before.is_empty(),
            Assertion::End => after.is_empty(),
            Assertion::EndOrFinalLineFeed => after.is_empty() || after == "\n",
            Assertion::LineStart => before.is_empty() || before.ends_with('\n'),
            Assertion::LineEnd => after.is_empty() || after.starts_with('\n'),
            Assertion::WordBoundary => edge(),
            Assertion::NotWordBoundary => !edge(),
        }
    }

    /// Nothing where this step failed here before.
    fn first_time(&mut self, memo: Option<usize>) -> Option<()> {
        let Some(memo) = memo.filter(|_| self.remember) else {
            return Some(());
        };
        let bit = memo * (self.text.len() + 1) + self.at;
        let word = self.scratch.failed.get_mut(bit / 64)?;
        let mask = 1u64 << (bit % 64);
        if *word & mask != 0 {
            return None;
        }
        *word |= mask;
        Some(())
    }
}

/// How many bytes of `text` are the same characters as all of `wanted`; nothing where they differ.
fn same_chars(
    mut text: impl Iterator<Item = char>,
    wanted: impl Iterator<Item = char>,
    fold: bool,
) -> Option<usize> {
    let mut bytes = 0;
    for wanted in wanted {
        let c = text.next()?;
        if c != wanted && !(fold && to_lower(c) == to_lower(wanted)) {
            return None;
        }
        bytes += c.len_utf8();
    }
    Some(bytes)
}
