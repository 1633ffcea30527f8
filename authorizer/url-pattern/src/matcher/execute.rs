//! What each instruction does.

use super::{Frame, Machine, UNSET};
use crate::program::{Instruction, Pc, Register};
use crate::syntax::{Assertion, Class, is_word, to_lower};

impl<'t> Machine<'t, '_> {
    /// Executes one instruction: where to go on, or `None` where it fails.
    pub(super) fn execute(&mut self, instruction: &Instruction, pc: Pc) -> Option<Pc> {
        match instruction {
            Instruction::Literal {
                text,
                backward: false,
            } => {
                self.ahead().starts_with(&**text).then_some(())?;
                self.at += text.len();
            }
            Instruction::Literal {
                text,
                backward: true,
            } => {
                self.behind().ends_with(&**text).then_some(())?;
                self.at -= text.len();
            }
            Instruction::Class { class, backward } => {
                let c = self.next_char(*backward).filter(|c| class.contains(*c))?;
                self.advance(c, *backward);
            }
            Instruction::ClassRepetition {
                class,
                min,
                max,
                lazy,
                backward,
                memo,
            } => {
                self.visit(*memo)?;
                return self.class_repetition(class, *min, *max, *lazy, *backward, pc);
            }
            Instruction::Split {
                first,
                second,
                memo,
            } => {
                self.visit(*memo)?;
                return Some(self.split(*first, *second));
            }
            Instruction::Jump(target) => return Some(*target),
            Instruction::StorePosition(register) => self.store(*register, self.position()),
            Instruction::Save { slot, start } => {
                // In a look-behind the group ends before it starts.
                let (start, end) = (self.get(*start), self.position());
                self.store(slot * 2, start.min(end));
                self.store(slot * 2 + 1, start.max(end));
            }
            Instruction::Backreference {
                slot,
                fold,
                backward,
            } => self.backreference(*slot, *fold, *backward)?,
            Instruction::Assertion(assertion) => self.holds(*assertion).then_some(())?,
            Instruction::LoopStart {
                start,
                count,
                min,
                test_first,
                test,
            } => {
                self.store(*start, if *test_first { UNSET } else { self.position() });
                let due = isize::try_from((*min).max(1)).unwrap_or(isize::MAX);
                self.store(*count, 1 - due);
                if *test_first {
                    return Some(*test);
                }
            }
            Instruction::LoopNext { start, count, body } => {
                let (position, iterations) = (self.position(), self.get(*count) + 1);
                self.store(*start, position);
                self.store(*count, iterations);
                return Some(*body);
            }
            Instruction::LoopTest {
                start,
                count,
                extra,
                lazy,
                next,
            } => return Some(self.loop_test(*start, *count, *extra, *lazy, *next, pc)),
            Instruction::AtomicStart { height, position } => {
                self.store(*position, self.position());
                // The next line pushes a frame, which counts.
                let frames = isize::try_from(self.scratch.frames.len() + 1).unwrap_or(isize::MAX);
                self.store(*height, frames);
            }
            Instruction::AtomicEnd {
                height,
                position,
                rewind,
            } => {
                self.remove_alternatives(self.get(*height));
                if *rewind {
                    self.at = usize::try_from(self.get(*position)).ok()?;
                }
            }
            Instruction::AtomicFail { height } => {
                let height = usize::try_from(self.get(*height)).ok()?;
                while self.scratch.frames.len() > height {
                    if let Some(Frame::Restore { register, value }) = self.scratch.frames.pop() {
                        self.set(register, value);
                    }
                }
                return None;
            }
            Instruction::IfCaptured { slot, otherwise } => {
                if self.get(slot * 2) == UNSET {
                    return Some(*otherwise);
                }
            }
            Instruction::Fail | Instruction::Match => return None,
        }
        Some(pc + 1)
    }

    fn split(&mut self, first: Pc, second: Pc) -> Pc {
        self.scratch.frames.push(Frame::Resume {
            pc: second,
            at: self.at,
        });
        first
    }

    fn class_repetition(
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
            self.advance(c, backward);
        }
        let extra = max - min;
        if lazy {
            if extra > 0 {
                self.scratch.frames.push(Frame::Extend {
                    pc,
                    at: self.at,
                    left: extra,
                });
            }
            return Some(pc + 1);
        }
        let until = self.at;
        let mut count = 0;
        while count < extra {
            let Some(c) = self.next_char(backward).filter(|c| class.contains(*c)) else {
                break;
            };
            self.advance(c, backward);
            count += 1;
        }
        // A long repetition counts as several instructions.
        self.executed = self.executed.saturating_add(count / 4);
        if count > 0 {
            self.scratch.frames.push(Frame::Shorten {
                pc: pc + 1,
                at: self.at,
                until,
                backward,
            });
        }
        Some(pc + 1)
    }

    /// After an iteration: another one must, may or cannot follow. An empty iteration is the last.
    fn loop_test(
        &mut self,
        start: Register,
        count: Register,
        extra: Option<u32>,
        lazy: bool,
        next: Pc,
        pc: Pc,
    ) -> Pc {
        let iterations = self.get(count);
        if iterations < 0 {
            return next;
        }
        let end = pc + 1;
        let empty = self.position() == self.get(start);
        let full =
            extra.is_some_and(|extra| iterations >= isize::try_from(extra).unwrap_or(isize::MAX));
        match (full || empty, lazy) {
            (true, _) => end,
            (false, true) => self.split(end, next),
            (false, false) => self.split(next, end),
        }
    }

    /// Removes the alternatives above `height` frames. Frames that restore registers stay, for when
    /// the matcher backtracks further.
    fn remove_alternatives(&mut self, height: isize) {
        let height = usize::try_from(height).unwrap_or(usize::MAX);
        let frames = &mut self.scratch.frames;
        let mut kept = height;
        for index in height..frames.len() {
            if matches!(frames.get(index), Some(Frame::Restore { .. })) {
                frames.swap(kept, index);
                kept += 1;
            }
        }
        frames.truncate(kept);
    }

    fn backreference(&mut self, slot: usize, fold: bool, backward: bool) -> Option<()> {
        let captured = self.captured(slot)?;
        if backward {
            let (text, wanted) = (self.behind().chars().rev(), captured.chars().rev());
            self.at -= common_length(text, wanted, fold)?;
        } else {
            let (text, wanted) = (self.ahead().chars(), captured.chars());
            self.at += common_length(text, wanted, fold)?;
        }
        Some(())
    }

    /// The text that a group captured last; `None` where it captured nothing yet.
    pub(super) fn captured(&self, slot: usize) -> Option<&'t str> {
        let start = usize::try_from(self.get(slot * 2)).ok()?;
        let end = usize::try_from(self.get(slot * 2 + 1)).ok()?;
        self.text.get(start..end)
    }

    fn holds(&self, assertion: Assertion) -> bool {
        let (before, after) = (self.behind(), self.ahead());
        let word_boundary = || {
            before.chars().next_back().is_some_and(is_word)
                != after.chars().next().is_some_and(is_word)
        };
        match assertion {
            Assertion::Start => before.is_empty(),
            Assertion::End => after.is_empty(),
            Assertion::EndOrFinalLineFeed => after.is_empty() || after == "\n",
            Assertion::LineStart => before.is_empty() || before.ends_with('\n'),
            Assertion::LineEnd => after.is_empty() || after.starts_with('\n'),
            Assertion::WordBoundary => word_boundary(),
            Assertion::NotWordBoundary => !word_boundary(),
        }
    }

    /// Notes that a memoized instruction is executed at this position; fails where it was before,
    /// because it did not lead to a match then.
    fn visit(&mut self, memo: Option<usize>) -> Option<()> {
        let Some(memo) = memo.filter(|_| self.memoize) else {
            return Some(());
        };
        let bit = memo * (self.text.len() + 1) + self.at;
        let word = self.scratch.visited.get_mut(bit / 64)?;
        let mask = 1u64 << (bit % 64);
        if *word & mask != 0 {
            return None;
        }
        *word |= mask;
        Some(())
    }
}

/// How many bytes of `text` are the same characters as all of `wanted`; `None` where they differ.
fn common_length(
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
