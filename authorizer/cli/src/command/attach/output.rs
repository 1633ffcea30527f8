//! The plan of a run, as lines of text.

use std::io::{self, Write as _};

use oathgate_attach::{Contract, Plan, Record, Seen};

/// Prints the plan: its changes, where the record of what was there before is kept, and whether it is applied.
pub(super) fn print_plan(
    plan: &Plan,
    seen: &Seen,
    contract: &Contract,
    place: &str,
    record: Option<&Record>,
    applies: bool,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", subject(seen, contract))?;
    for line in plan.lines(seen, contract) {
        writeln!(out, "  {line}")?;
    }
    if plan.changes.is_empty() {
        return writeln!(out, "nothing to change");
    }
    let kept = if record.is_some() {
        "is kept"
    } else {
        "will be kept"
    };
    writeln!(out, "the record of what was there before {kept} in {place}")?;
    let count = plan.changes.len();
    if !plan.refusals.is_empty() {
        writeln!(out, "{count} changes, none is made: see the errors above")
    } else if applies {
        writeln!(out, "{count} changes are made")
    } else {
        writeln!(out, "{count} changes, none is made without --apply")
    }
}

/// The API, its stage and the gate, as one line.
pub(super) fn subject(seen: &Seen, contract: &Contract) -> String {
    format!(
        "REST API `{}` ({}), stage `{}`; gate `{}`, version {}",
        seen.api.id,
        seen.api.name,
        seen.stage.name,
        contract.gate,
        contract.version()
    )
}
