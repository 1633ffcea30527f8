//! Runs a program over a text, trying again where it went wrong.

mod step;

use std::cell::RefCell;

use crate::MatchError;
use crate::program::{Pc, Program, Reg, Step};

/// Steps after which remembering what failed pays.
const REMEMBER_AFTER: u32 = 4_000;
/// Steps after which a search is given up; the reference gives up after 250 ms.
const MAX_STEPS: u32 = 5_000_000;
/// How much may wait to be tried again.
const MAX_FRAMES: usize = 400_000;
/// How much is remembered at most, in bits.
const MAX_REMEMBERED: usize = 64 << 20;

/// More frames or words than this are given back after a search.
const MAX_KEPT: usize = 8_192;

const UNSET: isize = -1;

/// What to do when a step fails.
#[derive(Debug, Clone, Copy)]
enum Frame {
    /// Go on there.
    Resume { pc: Pc, at: usize },
    /// Set a register back.
    Restore { register: Reg, value: isize },
    /// Give one character of a run backward, down to `until`, and go on after it.
    Less {
        pc: Pc,
        at: usize,
        until: usize,
        backward: bool,
    },
    /// Take one more character of a run, if there is one, at most `left` times.
    More { pc: Pc, at: usize, left: u32 },
}

/// What a search needs, kept from one to the next.
#[derive(Debug, Default)]
struct Scratch {
    registers: Vec<isize>,
    frames: Vec<Frame>,
    failed: Vec<u64>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Lends what a search needs, and does not keep what an unusual one made large.
fn with_scratch<T>(search: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        let found = search(scratch);
        if scratch.frames.capacity() > MAX_KEPT || scratch.failed.capacity() > MAX_KEPT {
            *scratch = Scratch::default();
        }
        found
    })
}

/// Whether `program` matches `text` from its start.
///
/// # Errors
/// The search was given up.
pub(crate) fn is_match(program: &Program, text: &str) -> Result<bool, MatchError> {
    with_scratch(|scratch| search(program, text, scratch))
}

/// What every slot took, empty where it took nothing; `None` where the text does not match.
///
/// # Errors
/// The search was given up.
pub(crate) fn captures(program: &Program, text: &str) -> Result<Option<Vec<String>>, MatchError> {
    with_scratch(|scratch| {
        if !search(program, text, scratch)? {
            return Ok(None);
        }
        let run = Run {
            text,
            scratch,
            at: 0,
            steps: 0,
            remember: false,
        };
        let taken = |slot| run.taken(slot).unwrap_or_default().to_owned();
        Ok(Some((0..program.slots).map(taken).collect()))
    })
}

fn search(program: &Program, text: &str, scratch: &mut Scratch) -> Result<bool, MatchError> {
    let mut run = Run {
        text,
        scratch,
        at: 0,
        steps: 0,
        remember: false,
    };
    match run.attempt(program)? {
        Some(found) => Ok(found),
        None => {
            let bits = program.memos.unwrap_or(0).saturating_mul(text.len() + 1);
            run.scratch.failed.clear();
            run.scratch.failed.resize(bits / 64 + 1, 0);
            run.remember = true;
            run.at = 0;
            Ok(run.attempt(program)?.unwrap_or(false))
        }
    }
}

struct Run<'t, 's> {
    text: &'t str,
    scratch: &'s mut Scratch,
    at: usize,
    steps: u32,
    remember: bool,
}

impl<'t> Run<'t, '_> {
    /// One search; gives up with `None` where it should be begun anew with remembering.
    fn attempt(&mut self, program: &Program) -> Result<Option<bool>, MatchError> {
        self.scratch.registers.clear();
        self.scratch.registers.resize(program.registers, UNSET);
        self.scratch.frames.clear();
        let rememberable = program
            .memos
            .is_some_and(|memos| memos.saturating_mul(self.text.len() + 1) <= MAX_REMEMBERED);
        let mut pc = 0;
        loop {
            self.steps += 1;
            if self.steps > MAX_STEPS || self.scratch.frames.len() > MAX_FRAMES {
                return Err(MatchError::Backtracking);
            }
            let Some(step) = program.steps.get(pc) else {
                return Err(MatchError::Backtracking);
            };
            if matches!(step, Step::Done) {
                return Ok(Some(true));
            }
            pc = match self.step(step, pc) {
                Some(next) => next,
                None => {
                    if rememberable && !self.remember && self.steps > REMEMBER_AFTER {
                        return Ok(None);
                    }
                    match self.retry(program) {
                        Some(next) => next,
                        None => return Ok(Some(false)),
                    }
                }
            };
        }
    }

    /// Takes back the last decision that can be taken otherwise: where to go on.
    fn retry(&mut self, program: &Program) -> Option<Pc> {
        loop {
            match self.scratch.frames.pop()? {
                Frame::Restore { register, value } => self.put(register, value),
                Frame::Resume { pc, at } => {
                    self.at = at;
                    return Some(pc);
                }
                Frame::Less {
                    pc,
                    at,
                    until,
                    backward,
                } => {
                    self.at = at;
                    let c = self.next_char(!backward)?;
                    self.pass(c, !backward);
                    if self.at != until {
                        self.scratch.frames.push(Frame::Less {
                            pc,
                            at: self.at,
                            until,
                            backward,
                        });
                    }
                    return Some(pc);
                }
                Frame::More { pc, at, left } => {
                    self.at = at;
                    let Some(Step::Run {
                        class, backward, ..
                    }) = program.steps.get(pc)
                    else {
                        return None;
                    };
                    let Some(c) = self.next_char(*backward).filter(|c| class.contains(*c)) else {
                        continue;
                    };
                    self.pass(c, *backward);
                    if left > 1 {
                        self.scratch.frames.push(Frame::More {
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

    fn pass(&mut self, c: char, backward: bool) {
        if backward {
            self.at -= c.len_utf8();
        } else {
            self.at += c.len_utf8();
        }
    }

    fn place(&self) -> isize {
        isize::try_from(self.at).unwrap_or(isize::MAX)
    }

    fn get(&self, register: Reg) -> isize {
        self.scratch
            .registers
            .get(register)
            .copied()
            .unwrap_or(UNSET)
    }

    fn put(&mut self, register: Reg, value: isize) {
        if let Some(own) = self.scratch.registers.get_mut(register) {
            *own = value;
        }
    }

    /// Sets a register and remembers to set it back.
    fn set(&mut self, register: Reg, value: isize) {
        self.scratch.frames.push(Frame::Restore {
            register,
            value: self.get(register),
        });
        self.put(register, value);
    }
}
