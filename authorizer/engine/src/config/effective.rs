//! The configuration as one JSON document, for the function that decides by it.

use serde_json::{Value, json};

use super::{Config, Handlers, Level, build::build, shape::CONFIG, validate::validate};
use crate::finding::{Finding, Findings, Severity};

impl Config {
    /// What decisions and the log depend on, as a configuration file in JSON: variables and options are
    /// laid over it already, and defaults filled in. Where rules come from and where a server listens is
    /// left out.
    #[must_use]
    pub fn effective(&self) -> Value {
        let mut errors = json!({"handlers": handlers(&self.errors.handlers)});
        if let (Some(fallback), Some(errors)) = (&self.errors.fallback, errors.as_object_mut()) {
            errors.insert("fallback".to_owned(), json!(fallback));
        }
        json!({
            "access_rules": {"matching_strategy": self.access_rules.matching_strategy.as_str()},
            "authenticators": handlers(&self.authenticators),
            "authorizers": handlers(&self.authorizers),
            "mutators": handlers(&self.mutators),
            "errors": errors,
            "log": {"level": level(self.log.level)},
        })
    }

    /// Takes what [`Config::effective`] gave, with the checks that a file gets. Nothing is filled in:
    /// it was, before it was written. Where keys were set is not kept.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn from_effective(text: &[u8]) -> Result<Self, Findings> {
        let value: Value = serde_json::from_slice(text)
            .map_err(|error| Findings(vec![Finding::error(error.to_string())]))?;
        let mut mistakes = validate(&CONFIG, &value);
        mistakes.retain(|finding| finding.severity == Severity::Error);
        if mistakes.is_empty() {
            Ok(build(&value, &value))
        } else {
            Err(Findings(mistakes))
        }
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}

fn handlers(handlers: &Handlers) -> Value {
    let entries = handlers.0.iter().map(|(name, settings)| {
        let mut entry = json!({"enabled": settings.enabled});
        if let (Some(config), Some(entry)) = (&settings.config, entry.as_object_mut()) {
            entry.insert("config".to_owned(), config.clone());
        }
        (name.clone(), entry)
    });
    Value::Object(entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Format;

    fn configs() -> Vec<(String, Config)> {
        let suites = std::fs::read_dir("../../conformance/suites").unwrap();
        let mut configs: Vec<(String, Config)> = suites
            .map(|suite| suite.unwrap().path().join("config.yml"))
            .filter_map(|file| {
                Some((
                    file.display().to_string(),
                    std::fs::read_to_string(&file).ok()?,
                ))
            })
            .filter_map(|(name, text)| {
                let text = text
                    .replace("${API_PORT}", "4456")
                    .replace("${PROXY_PORT}", "4455")
                    .replace("${STUB}", "http://a.example")
                    .replace("${DIR}", "file:///a");
                let config = Config::parse(&text, Format::Yaml, [("", ""); 0]).ok()?;
                Some((name, config))
            })
            .collect();
        let text = "{log: {level: warn}, authenticators: {anonymous: {enabled: true}}}";
        let own = Config::parse(text, Format::Yaml, [("", ""); 0]).unwrap();
        configs.push(("own".to_owned(), own));
        configs
    }

    #[test]
    fn it_says_all_that_a_decision_depends_on() {
        let configs = configs();
        assert!(configs.len() > 30, "{}", configs.len());
        for (name, config) in configs {
            let text = config.effective().to_string();
            let again = Config::from_effective(text.as_bytes()).unwrap();
            assert_eq!(again.effective().to_string(), text, "{name}");
            assert_eq!(again.log.level, config.log.level, "{name}");
            let shown = |config: &Config| {
                format!(
                    "{:?} {:?} {:?} {:?} {:?}",
                    config.access_rules.matching_strategy,
                    config.authenticators,
                    config.authorizers,
                    config.mutators,
                    config.errors
                )
            };
            assert_eq!(shown(&again), shown(&config), "{name}");
            // Filling in defaults once more changes nothing.
            let filled = Config::parse(&text, Format::Json, [("", ""); 0]).unwrap();
            assert_eq!(filled.effective().to_string(), text, "{name}");
        }
    }

    #[test]
    fn it_is_checked_as_a_file_is() {
        let handlers = json!({"jwt": {"enabled": true, "config": {"jwks_urls": ["no url"], "jwks_ttk": "1s"}}});
        let text = json!({"authenticators": handlers}).to_string();
        let findings = Config::from_effective(text.as_bytes()).unwrap_err();
        let file = Config::parse(&text, Format::Json, [("", ""); 0]).unwrap_err();
        let messages = |findings: &Findings| {
            let mut all: Vec<_> = findings
                .0
                .iter()
                .map(|finding| finding.message.clone())
                .collect();
            all.sort();
            all
        };
        assert_eq!(messages(&findings), messages(&file));
        assert!(Config::from_effective(b"{").is_err());
    }
}
