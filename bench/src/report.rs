//! The figures side by side.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{event::Mix, figures::Figures};

/// Every row of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
}

/// One subject under one kind of event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) subject: String,
    pub(crate) rules: usize,
    pub(crate) mix: String,
    pub(crate) figures: Figures,
}

impl Row {
    pub(crate) fn new(subject: &str, rules: usize, mix: Mix, figures: Figures) -> Self {
        Self {
            subject: subject.to_owned(),
            rules,
            mix: mix.to_string(),
            figures,
        }
    }
}

impl Report {
    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The empty bootstrap's figures: with a round trip for events that need one.
    pub(crate) fn floor_of(&self, row: &Row) -> Figures {
        let asks = row.mix == Mix::Session.to_string();
        let name = if asks {
            "floor + one round trip"
        } else {
            "floor"
        };
        let found = self.rows.iter().find(|other| other.subject == name);
        found.map(|row| row.figures.clone()).unwrap_or_default()
    }

    /// A Markdown table, each time with its ratio to the floor.
    pub(crate) fn table(&self) -> String {
        let mut out = String::from(
            "| | rules | event | init ms | first ms | warm p50 µs | warm p99 µs | CPU µs | peak MB | binary MB |\n\
             |---|---|---|---|---|---|---|---|---|---|\n",
        );
        for row in &self.rows {
            let floor = self.floor_of(row);
            let figures = &row.figures;
            let rules = if row.rules == 0 {
                "–".to_owned()
            } else {
                row.rules.to_string()
            };
            // Writing into a String cannot fail.
            let _ = writeln!(
                out,
                "| {} | {rules} | {} | {} | {:.2} | {} | {:.0} | {:.0} | {:.1} | {:.1} |",
                row.subject,
                row.mix,
                beside(figures.init_ms, floor.init_ms, 2),
                figures.first_ms,
                beside(figures.warm_p50_us, floor.warm_p50_us, 0),
                figures.warm_p99_us,
                figures.cpu_us,
                figures.peak_mb,
                figures.binary_mb,
            );
        }
        out
    }

    /// Where a ratio to the floor has grown by more than `margin` since `earlier`.
    pub(crate) fn worse_than(&self, earlier: &Self, margin: f64) -> Vec<String> {
        let mut worse = Vec::new();
        for row in &self.rows {
            let before = earlier.rows.iter().find(|other| {
                (&other.subject, other.rules, &other.mix) == (&row.subject, row.rules, &row.mix)
            });
            let Some(before) = before else { continue };
            let (floor, floor_before) = (self.floor_of(row), earlier.floor_of(before));
            let figures = [
                (
                    "init",
                    row.figures.init_ms / floor.init_ms,
                    before.figures.init_ms / floor_before.init_ms,
                ),
                (
                    "warm p50",
                    row.figures.warm_p50_us / floor.warm_p50_us,
                    before.figures.warm_p50_us / floor_before.warm_p50_us,
                ),
            ];
            for (name, now, then) in figures {
                if now > then * (1.0 + margin) {
                    worse.push(format!(
                        "{}, {} rules, {}: {name} was {then:.2} × the floor and is {now:.2} ×",
                        row.subject, row.rules, row.mix
                    ));
                }
            }
        }
        worse
    }
}

fn beside(value: f64, floor: f64, digits: usize) -> String {
    if floor <= 0.0 || (value - floor).abs() < f64::EPSILON {
        format!("{value:.digits$}")
    } else {
        format!("{value:.digits$} ({:.2} ×)", value / floor)
    }
}
