//! Compiles a syntax tree to a program.

mod repetition;

use super::{Instruction, Pc, Program, Register};
use crate::syntax::{Node, Tree};

/// The most instructions of a program.
const MAX_INSTRUCTIONS: usize = 20_000;
/// The target of a jump that is not known yet. Were it left, the matcher would give up.
const UNPATCHED: Pc = Pc::MAX;

impl Program {
    /// Compiles a syntax tree.
    ///
    /// # Errors
    /// The pattern is too large.
    pub(crate) fn compile(tree: &Tree) -> Result<Self, String> {
        let mut compiler = Compiler {
            instructions: Vec::new(),
            registers: tree.slots * 2,
            memos: 0,
            memoable: true,
            atomic_depth: 0,
        };
        compiler.node(&tree.root)?;
        compiler.push(Instruction::Match)?;
        let memos = compiler.memoable.then_some(compiler.memos);
        Ok(Self {
            instructions: compiler.instructions,
            registers: compiler.registers,
            slots: tree.slots,
            memos,
        })
    }
}

struct Compiler {
    instructions: Vec<Instruction>,
    registers: usize,
    memos: usize,
    memoable: bool,
    /// How many look-arounds and atomic groups are open. Inside them an instruction that was visited
    /// may have succeeded, so nothing is memoized.
    atomic_depth: usize,
}

impl Compiler {
    fn push(&mut self, instruction: Instruction) -> Result<Pc, String> {
        if self.instructions.len() >= MAX_INSTRUCTIONS {
            return Err("the pattern is too large".to_owned());
        }
        self.instructions.push(instruction);
        Ok(self.instructions.len() - 1)
    }

    fn register(&mut self) -> Register {
        self.registers += 1;
        self.registers - 1
    }

    fn memo(&mut self) -> Option<usize> {
        if self.atomic_depth > 0 {
            return None;
        }
        self.memos += 1;
        Some(self.memos - 1)
    }

    fn here(&self) -> Pc {
        self.instructions.len()
    }

    /// Points a jump whose target was not known at the next instruction.
    fn patch(&mut self, jump: Pc) {
        let here = self.here();
        match self.instructions.get_mut(jump) {
            Some(Instruction::Split { first, second, .. }) => {
                let target = if *first == UNPATCHED { first } else { second };
                *target = here;
            }
            Some(
                Instruction::IfCaptured {
                    otherwise: target, ..
                }
                | Instruction::Jump(target)
                | Instruction::LoopStart { test: target, .. },
            ) => *target = here,
            _ => {}
        }
    }

    /// Tries the next instruction first, and then a target that is patched later.
    fn split(&mut self, memo: Option<usize>) -> Result<Pc, String> {
        self.push(Instruction::Split {
            first: self.here() + 1,
            second: UNPATCHED,
            memo,
        })
    }

    /// Tries a target that is patched later, and then the next instruction.
    fn lazy_split(&mut self, memo: Option<usize>) -> Result<Pc, String> {
        self.push(Instruction::Split {
            first: UNPATCHED,
            second: self.here() + 1,
            memo,
        })
    }

    fn node(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Empty => {}
            Node::Never => {
                self.push(Instruction::Fail)?;
            }
            Node::Char { c, backward } => {
                self.push(Instruction::Literal {
                    text: c.to_string().into(),
                    backward: *backward,
                })?;
            }
            Node::Class { class, backward } => {
                self.push(Instruction::Class {
                    class: class.clone(),
                    backward: *backward,
                })?;
            }
            Node::Concat(items) => self.concat(items)?,
            Node::Alternation(items) => self.alternation(items)?,
            Node::Repetition {
                node,
                min,
                max,
                lazy,
            } => self.repetition(node, *min, *max, *lazy)?,
            Node::Capture { slot, node } => {
                let start = self.register();
                self.push(Instruction::StorePosition(start))?;
                self.node(node)?;
                self.push(Instruction::Save { slot: *slot, start })?;
            }
            Node::Backreference {
                slot,
                fold,
                backward,
            } => {
                self.memoable = false;
                self.push(Instruction::Backreference {
                    slot: *slot,
                    fold: *fold,
                    backward: *backward,
                })?;
            }
            Node::Assertion(assertion) => {
                self.push(Instruction::Assertion(*assertion))?;
            }
            Node::Lookaround {
                node,
                negative: false,
            } => self.atomic(node, true)?,
            Node::Atomic(node) => self.atomic(node, false)?,
            Node::Lookaround {
                node,
                negative: true,
            } => {
                let (height, _) = self.atomic_start()?;
                let escape = self.split(None)?;
                self.node(node)?;
                self.push(Instruction::AtomicFail { height })?;
                self.patch(escape);
                self.atomic_depth -= 1;
            }
            Node::IfCaptured { slot, yes, no } => {
                self.memoable = false;
                let test = self.push(Instruction::IfCaptured {
                    slot: *slot,
                    otherwise: UNPATCHED,
                })?;
                self.branches(test, yes, no)?;
            }
            Node::IfMatches { condition, yes, no } => {
                let (height, position) = self.atomic_start()?;
                let test = self.split(None)?;
                self.node(condition)?;
                self.push(Instruction::AtomicEnd {
                    height,
                    position,
                    rewind: true,
                })?;
                self.atomic_depth -= 1;
                self.branches(test, yes, no)?;
            }
        }
        Ok(())
    }

    fn branches(&mut self, test: Pc, yes: &Node, no: &Node) -> Result<(), String> {
        self.node(yes)?;
        let end = self.push(Instruction::Jump(UNPATCHED))?;
        self.patch(test);
        self.node(no)?;
        self.patch(end);
        Ok(())
    }

    fn atomic_start(&mut self) -> Result<(Register, Register), String> {
        let (height, position) = (self.register(), self.register());
        self.push(Instruction::AtomicStart { height, position })?;
        self.atomic_depth += 1;
        Ok((height, position))
    }

    fn atomic(&mut self, node: &Node, rewind: bool) -> Result<(), String> {
        let (height, position) = self.atomic_start()?;
        self.node(node)?;
        self.push(Instruction::AtomicEnd {
            height,
            position,
            rewind,
        })?;
        self.atomic_depth -= 1;
        Ok(())
    }

    /// Joins characters that follow each other to one literal.
    fn concat(&mut self, items: &[Node]) -> Result<(), String> {
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
            self.push(Instruction::Literal {
                text: run.into_iter().collect::<String>().into(),
                backward: *backward,
            })?;
        }
        Ok(())
    }

    fn alternation(&mut self, items: &[Node]) -> Result<(), String> {
        let mut ends = Vec::new();
        let Some((last, before)) = items.split_last() else {
            self.push(Instruction::Fail)?;
            return Ok(());
        };
        for item in before {
            let memo = self.memo();
            let test = self.split(memo)?;
            self.node(item)?;
            ends.push(self.push(Instruction::Jump(UNPATCHED))?);
            self.patch(test);
        }
        self.node(last)?;
        for end in ends {
            self.patch(end);
        }
        Ok(())
    }
}
