//! Oathkeeper takes `--config` before the command as well as after it.

use std::ffi::OsString;

/// The arguments with every `--config` in front of the command moved to the end.
pub(crate) fn command_first(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.peekable();
    let mut ordered: Vec<OsString> = arguments.next().into_iter().collect();
    let mut moved = Vec::new();
    while let Some(option) = arguments.next_if(names_a_configuration) {
        let has_separate_value = option == "-c" || option == "--config";
        moved.push(option);
        if has_separate_value {
            moved.extend(arguments.next());
        }
    }
    ordered.extend(arguments);
    ordered.extend(moved);
    ordered
}

fn names_a_configuration(argument: &OsString) -> bool {
    argument.to_str().is_some_and(|text| {
        matches!(text, "-c" | "--config")
            || text.starts_with("-c=")
            || text.starts_with("--config=")
    })
}
