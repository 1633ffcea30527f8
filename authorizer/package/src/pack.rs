//! Writes packed rules.

use oathgate_engine::{config::Config, manifest::Manifest, rules::RuleDefinition};
use oathgate_router::{CheckedRoutes, RouteEntry};

use crate::{
    PackedError,
    header::{Header, Lengths, NUMBER, PROGRAM, number_of},
    pages::Checksums,
};

/// Packs a configuration and its rules, in matching order: the content of
/// [`gate.packed`](crate::files::PACKED).
///
/// # Errors
/// More than four gibibytes of rules.
pub fn pack(config: &Config, rules: &[RuleDefinition]) -> Result<Vec<u8>, PackedError> {
    let manifest = serde_json::to_vec(&Manifest::of(config, rules)).map_err(unserialisable)?;
    let settings = serde_json::to_vec(&config.effective()).map_err(unserialisable)?;
    let routes = CheckedRoutes::build(
        config.access_rules.matching_strategy,
        rules.iter().map(RouteEntry::from),
    );
    let routes = routes.as_bytes()?;
    let mut table = Vec::with_capacity(rules.len() * NUMBER);
    let mut texts = Vec::new();
    for rule in rules {
        serde_json::to_writer(&mut texts, rule).map_err(unserialisable)?;
        table.extend_from_slice(&number_of(texts.len())?);
    }
    let lengths = Lengths {
        program: PROGRAM.len(),
        config: settings.len(),
        manifest: manifest.len(),
        table: table.len(),
        routes: routes.len(),
        rules: texts.len(),
    };
    let body = [&*table, &*routes, &*texts].concat();
    let Checksums { checksums, roots } = Checksums::of(&body);
    let first = [PROGRAM.as_bytes(), &settings, &manifest, &roots].concat();
    let header = Header::write(lengths, &first)?;
    Ok([header, first, checksums, body].concat())
}

fn unserialisable(error: serde_json::Error) -> PackedError {
    PackedError::Config(error.to_string())
}
