//! A pattern's tree as steps for the matcher.

mod builder;

use crate::syntax::{Assertion, Class};

/// Where to go on: the number of a step.
pub(crate) type Pc = usize;
/// The number of a register: two for each slot of a capture, then those that steps need.
pub(crate) type Reg = usize;

/// One step of a [`Program`].
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// This text; `back` where it must stand before the place.
    Text {
        text: Box<str>,
        backward: bool,
    },
    /// One character of a class.
    One {
        class: Class,
        backward: bool,
    },
    /// As many characters of a class as there are from `min` to `max`, or as few.
    Run {
        class: Class,
        min: u32,
        max: u32,
        lazy: bool,
        backward: bool,
        memo: Option<usize>,
    },
    /// Tries the next step first, then `otherwise`; `memo` numbers the steps that need not be
    /// tried twice at the same place.
    Try {
        otherwise: Pc,
        memo: Option<usize>,
    },
    /// Tries `first`, then the next step.
    TryLast {
        first: Pc,
        memo: Option<usize>,
    },
    Go(Pc),
    /// Keeps the place.
    Mark(Reg),
    /// Fills a slot from the mark to the place.
    Fill {
        slot: usize,
        mark: Reg,
    },
    Again {
        slot: usize,
        fold: bool,
        backward: bool,
    },
    Place(Assertion),
    /// Sets up a repetition of what may be empty; with `first` no round is due, so the test comes first.
    RoundsBegin {
        mark: Reg,
        count: Reg,
        min: u32,
        first: bool,
        test: Pc,
    },
    /// Begins one more round.
    RoundsNext {
        mark: Reg,
        count: Reg,
        body: Pc,
    },
    /// Decides whether a round must, may or cannot follow; goes on after itself.
    RoundsTest {
        mark: Reg,
        count: Reg,
        extra: Option<u32>,
        lazy: bool,
        next: Pc,
    },
    /// Keeps how much there is to try again, and the place.
    Guard {
        height: Reg,
        place: Reg,
    },
    /// Forgets what there was to try since the guard; `rewind` goes back to its place.
    Commit {
        height: Reg,
        place: Reg,
        rewind: bool,
    },
    /// Forgets what there was to try since the guard, and fails.
    Refuse {
        height: Reg,
    },
    IfTaken {
        slot: usize,
        otherwise: Pc,
    },
    Fail,
    Done,
}

/// What the matcher runs.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) registers: usize,
    pub(crate) slots: usize,
    /// How many steps have a `memo`; `None` where what is tried depends on more than the place,
    /// so that nothing can be remembered.
    pub(crate) memos: Option<usize>,
}
