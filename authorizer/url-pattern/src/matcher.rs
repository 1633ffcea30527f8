//! The backtracking matcher: runs a program over a text.

mod execute;

use std::cell::RefCell;

use crate::MatchError;
use crate::program::{Instruction, Pc, Program, Register};

/// The number of instructions after which memoizing failures pays.
const MEMOIZE_AFTER: u32 = 4_000;
/// The number of instructions after which a search is given up. The reference gives up after 250 ms.
const MAX_INSTRUCTIONS: u32 = 5_000_000;
/// The most frames of the backtrack stack.
const MAX_FRAMES: usize = 400_000;
/// The most bits of memoized failures.
const MAX_MEMO_BITS: usize = 64 << 20;
/// Frames or words beyond this are freed after a search.
const MAX_KEPT: usize = 8_192;

/// A register that holds no position.
const UNSET: isize = -1;

/// An entry of the backtrack stack: what to do when an instruction fails.
#[derive(Debug, Clone, Copy)]
enum Frame {
    /// Go on at this instruction and position.
    Resume { pc: Pc, at: usize },
    /// Restore a register, and backtrack further.
    Restore { register: Register, value: isize },
    /// Shorten a greedy repetition of a class by one character, at most back to `until`, and go on.
    Shorten {
        pc: Pc,
        at: usize,
        until: usize,
        backward: bool,
    },
    /// Extend a lazy repetition of a class by one character, at most `left` times, and go on.
    Extend { pc: Pc, at: usize, left: u32 },
}

/// The memory of a search, reused by the next one.
#[derive(Debug, Default)]
struct Scratch {
    registers: Vec<isize>,
    frames: Vec<Frame>,
    /// One bit for each memoized instruction and position: whether it was executed there.
    visited: Vec<u64>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Lends the thread's memory to a search, and frees it where the search made it large.
fn with_scratch<T>(search: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        let found = search(scratch);
        if scratch.frames.capacity() > MAX_KEPT || scratch.visited.capacity() > MAX_KEPT {
            *scratch = Scratch::default();
        }
        found
    })
}

/// Whether `program` matches `text` from its start.
///
/// # Errors
/// [`MatchError::Backtracking`] where the search was given up.
pub(crate) fn is_match(program: &Program, text: &str) -> Result<bool, MatchError> {
    with_scratch(|scratch| search(program, text, scratch))
}

/// What each group captured, empty where it captured nothing; `None` where the text does not match.
///
/// # Errors
/// [`MatchError::Backtracking`] where the search was given up.
pub(crate) fn captures(program: &Program, text: &str) -> Result<Option<Vec<String>>, MatchError> {
    with_scratch(|scratch| {
        if !search(program, text, scratch)? {
            return Ok(None);
        }
        let machine = Machine::new(text, scratch);
        let captured = |slot| machine.captured(slot).unwrap_or_default().to_owned();
        Ok(Some((0..program.slots).map(captured).collect()))
    })
}

fn search(program: &Program, text: &str, scratch: &mut Scratch) -> Result<bool, MatchError> {
    let mut machine = Machine::new(text, scratch);
    match machine.run(program)? {
        Some(found) => Ok(found),
        None => {
            let bits = program.memos.unwrap_or(0).saturating_mul(text.len() + 1);
            machine.scratch.visited.clear();
            machine.scratch.visited.resize(bits / 64 + 1, 0);
            machine.memoize = true;
            machine.at = 0;
            Ok(machine.run(program)?.unwrap_or(false))
        }
    }
}

/// The state of a search.
struct Machine<'t, 's> {
    text: &'t str,
    scratch: &'s mut Scratch,
    /// The position in the text, in bytes.
    at: usize,
    /// How many instructions were executed.
    executed: u32,
    /// Whether failures are memoized.
    memoize: bool,
}

impl<'t, 's> Machine<'t, 's> {
    fn new(text: &'t str, scratch: &'s mut Scratch) -> Self {
        Self {
            text,
            scratch,
            at: 0,
            executed: 0,
            memoize: false,
        }
    }

    /// Runs the program; `None` where it should be run again with memoized failures.
    fn run(&mut self, program: &Program) -> Result<Option<bool>, MatchError> {
        self.scratch.registers.clear();
        self.scratch.registers.resize(program.registers, UNSET);
        self.scratch.frames.clear();
        let can_memoize = program
            .memos
            .is_some_and(|memos| memos.saturating_mul(self.text.len() + 1) <= MAX_MEMO_BITS);
        let mut pc = 0;
        loop {
            self.executed += 1;
            if self.executed > MAX_INSTRUCTIONS || self.scratch.frames.len() > MAX_FRAMES {
                return Err(MatchError::Backtracking);
            }
            let Some(instruction) = program.instructions.get(pc) else {
                return Err(MatchError::Backtracking);
            };
            if matches!(instruction, Instruction::Match) {
                return Ok(Some(true));
            }
            pc = match self.execute(instruction, pc) {
                Some(next) => next,
                None => {
                    if can_memoize && !self.memoize && self.executed > MEMOIZE_AFTER {
                        return Ok(None);
                    }
                    match self.backtrack(program) {
                        Some(next) => next,
                        None => return Ok(Some(false)),
                    }
                }
            };
        }
    }

    /// Returns to the latest alternative: where to go on, or `None` where there is none.
    fn backtrack(&mut self, program: &Program) -> Option<Pc> {
        loop {
            match self.scratch.frames.pop()? {
                Frame::Restore { register, value } => self.set(register, value),
                Frame::Resume { pc, at } => {
                    self.at = at;
                    return Some(pc);
                }
                Frame::Shorten {
                    pc,
                    at,
                    until,
                    backward,
                } => {
                    self.at = at;
                    let c = self.next_char(!backward)?;
                    self.advance(c, !backward);
                    if self.at != until {
                        self.scratch.frames.push(Frame::Shorten {
                            pc,
                            at: self.at,
                            until,
                            backward,
                        });
                    }
                    return Some(pc);
                }
                Frame::Extend { pc, at, left } => {
                    self.at = at;
                    let Some(Instruction::ClassRepetition {
                        class, backward, ..
                    }) = program.instructions.get(pc)
                    else {
                        return None;
                    };
                    let Some(c) = self.next_char(*backward).filter(|c| class.contains(*c)) else {
                        continue;
                    };
                    self.advance(c, *backward);
                    if left > 1 {
                        self.scratch.frames.push(Frame::Extend {
                            pc,
                            at: self.at,
                            left: left - 1,
                        });
                    }
                    return Some(pc + 1);
                }
            }
        }
    }

    fn ahead(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn behind(&self) -> &'t str {
        self.text.get(..self.at).unwrap_or_default()
    }

    fn next_char(&self, backward: bool) -> Option<char> {
        let bytes = self.text.as_bytes();
        let byte = if backward {
            bytes.get(self.at.checked_sub(1)?)?
        } else {
            bytes.get(self.at)?
        };
        if byte.is_ascii() {
            return Some(char::from(*byte));
        }
        if backward {
            self.behind().chars().next_back()
        } else {
            self.ahead().chars().next()
        }
    }

    fn advance(&mut self, c: char, backward: bool) {
        if backward {
            self.at -= c.len_utf8();
        } else {
            self.at += c.len_utf8();
        }
    }

    fn position(&self) -> isize {
        isize::try_from(self.at).unwrap_or(isize::MAX)
    }

    fn get(&self, register: Register) -> isize {
        self.scratch
            .registers
            .get(register)
            .copied()
            .unwrap_or(UNSET)
    }

    /// Sets a register for good.
    fn set(&mut self, register: Register, value: isize) {
        if let Some(own) = self.scratch.registers.get_mut(register) {
            *own = value;
        }
    }

    /// Sets a register until the matcher backtracks beyond this point.
    fn store(&mut self, register: Register, value: isize) {
        self.scratch.frames.push(Frame::Restore {
            register,
            value: self.get(register),
        });
        self.set(register, value);
    }
}
