//! A page for each handler, in Markdown.

use std::fmt::Write as _;

use super::{Handler, HandlerOption, handlers};

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    /// The file's name.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
}

/// A page for each handler, after one that lists them all.
pub(crate) fn pages() -> Vec<Page> {
    let handlers = handlers();
    let file = |handler: &Handler| file(handler, &handlers);
    let mut pages = vec![Page {
        file: "README.md".to_owned(),
        text: index(&handlers),
    }];
    pages.extend(handlers.iter().map(|handler| Page {
        file: file(handler),
        text: page(handler),
    }));
    pages
}

/// The name, behind the kind where handlers of several kinds have it.
fn file(handler: &Handler, all: &[Handler]) -> String {
    let same_name = all
        .iter()
        .filter(|other| other.name == handler.name)
        .count();
    if same_name == 1 {
        format!("{}.md", handler.name)
    } else {
        format!("{}-{}.md", handler.kind.replace(' ', "-"), handler.name)
    }
}

fn index(all: &[Handler]) -> String {
    let mut text = "\
# Handlers

Every handler that rules can name. `make handler-pages` writes these pages from the handlers' own files.
"
    .to_owned();
    let mut section = "";
    for handler in all {
        if section != handler.section {
            section = handler.section;
            let _ = write!(
                text,
                "\n## `{section}`\n\n| name | what it does |\n|---|---|\n"
            );
        }
        let _ = writeln!(
            text,
            "| [`{}`]({}) | {} |",
            handler.name,
            file(handler, all),
            cell(handler.about)
        );
    }
    text
}

fn page(handler: &Handler) -> String {
    let Handler {
        name, kind, about, ..
    } = handler;
    let mut text = format!("# `{name}` ({kind})\n\n{about}\n\n## Options\n\n");
    if handler.options.is_empty() {
        text.push_str("None: a rule's `config` is ignored.\n");
    } else {
        text.push_str("| option | type | default | required | meaning |\n|---|---|---|---|---|\n");
        for option in &handler.options {
            text.push_str(&row(option));
        }
    }
    if !handler.templates.is_empty() {
        let _ = write!(
            text,
            "\n{} hold{} [templates](https://www.ory.sh/docs/oathkeeper/pipeline/mutator) of the session.\n",
            list(handler.templates),
            if handler.templates.len() == 1 {
                "s"
            } else {
                ""
            }
        );
    }
    if !handler.services.is_empty() {
        let _ = write!(
            text,
            "\nRequests are sent to the address in {}.\n",
            list(handler.services)
        );
    }
    if !handler.api_gateway.is_empty() {
        let _ = write!(text, "\n## Behind API Gateway\n\n{}\n", handler.api_gateway);
    }
    let _ = write!(
        text,
        "\n## Example\n\nIn the configuration:\n\n```yaml\n{}```\n\nIn a rule, whose own `config` is merged over the configuration's:\n\n```yaml\n{}```\n",
        configuration(handler),
        of_rule(handler)
    );
    text
}

fn row(option: &HandlerOption) -> String {
    let default = option.default.as_deref();
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        option.name,
        option.kind,
        default.map_or_else(String::new, |default| format!("`{default}`")),
        match option.required {
            "always" => "yes",
            "never" => "",
            other => other,
        },
        cell(option.about)
    )
}

/// The example as a configuration has it.
fn configuration(handler: &Handler) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (depth, key) in handler.section.split('.').chain([handler.name]).enumerate() {
        lines.push(format!("{}{key}:", "  ".repeat(depth)));
    }
    let depth = lines.len();
    lines.push(format!("{}enabled: true", "  ".repeat(depth)));
    if !handler.example.is_empty() {
        lines.push(format!("{}config:", "  ".repeat(depth)));
        let indent = "  ".repeat(depth + 1);
        lines.extend(
            handler
                .example
                .lines()
                .map(|line| format!("{indent}{line}")),
        );
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn of_rule(handler: &Handler) -> String {
    let key = handler.section.split('.').next().unwrap_or_default();
    match handler.kind {
        "authorizer" => format!("authorizer: {{handler: {}}}\n", handler.name),
        _ => format!("{key}: [{{handler: {}}}]\n", handler.name),
    }
}

fn list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
