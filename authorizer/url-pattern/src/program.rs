//! A pattern's program: instructions for a backtracking matcher, in the manner of Thompson and Pike
//! (<https://swtch.com/~rsc/regexp/regexp2.html>), with what .NET's dialect needs beyond them.

mod compiler;

use crate::syntax::{Assertion, Class};

/// A program counter: the index of an instruction.
pub(crate) type Pc = usize;
/// The index of a register. Each capture slot has two (start and end); the others belong to single
/// instructions.
pub(crate) type Register = usize;

/// One instruction of a [`Program`]. After it comes the next one, unless it says otherwise.
#[derive(Debug, Clone)]
pub(crate) enum Instruction {
    /// Matches this text; with `backward` the text that ends at the position.
    Literal { text: Box<str>, backward: bool },
    /// Matches one character of a class.
    Class { class: Class, backward: bool },
    /// Matches `min` to `max` characters of a class; with `lazy` as few as possible.
    ClassRepetition {
        class: Class,
        min: u32,
        max: u32,
        lazy: bool,
        backward: bool,
        memo: Option<usize>,
    },
    /// Goes on at `first` and, if that fails, at `second`. `memo` numbers the instructions that never
    /// succeed at a position where they failed before.
    Split {
        first: Pc,
        second: Pc,
        memo: Option<usize>,
    },
    /// Goes on there.
    Jump(Pc),
    /// Stores the position in a register.
    StorePosition(Register),
    /// Saves what a group captured: from the position in `start` to the current one.
    Save { slot: usize, start: Register },
    /// Matches what a group captured last.
    Backreference {
        slot: usize,
        fold: bool,
        backward: bool,
    },
    /// Fails unless the condition on the position holds.
    Assertion(Assertion),
    /// Begins a counted loop. With `test_first` no iteration is due, so the loop goes on at `test`.
    LoopStart {
        start: Register,
        count: Register,
        min: u32,
        test_first: bool,
        test: Pc,
    },
    /// Begins another iteration, which goes on at `body`.
    LoopNext {
        start: Register,
        count: Register,
        body: Pc,
    },
    /// Goes on at `next` where another iteration must or may follow, and behind itself where the loop
    /// ends. `extra` is how many iterations may follow those that are due.
    LoopTest {
        start: Register,
        count: Register,
        extra: Option<u32>,
        lazy: bool,
        next: Pc,
    },
    /// Stores the height of the backtrack stack and the position.
    AtomicStart {
        height: Register,
        position: Register,
    },
    /// Removes the alternatives that were pushed since the start; with `rewind`, for a look-around,
    /// goes back to its position.
    AtomicEnd {
        height: Register,
        position: Register,
        rewind: bool,
    },
    /// Removes the alternatives that were pushed since the start, and fails: a negative look-around.
    AtomicFail { height: Register },
    /// Goes on at `otherwise` where the group captured nothing.
    IfCaptured { slot: usize, otherwise: Pc },
    /// Fails.
    Fail,
    /// The pattern matches.
    Match,
}

/// What the matcher runs.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) registers: usize,
    /// How many capture groups there are.
    pub(crate) slots: usize,
    /// How many instructions have a `memo`; `None` where success depends on more than the position
    /// (backreferences, conditions on groups, counted loops), so that failures can't be memoized.
    pub(crate) memos: Option<usize>,
}
