//! A handler as a key of the configuration.

use super::{Kind, Shape};

/// A handler's `enabled` and `config`.
pub(crate) const fn of_handler(
    config: Option<&'static Shape>,
    config_required: bool,
    enabled: bool,
) -> Shape {
    Shape::new(Kind::Handler {
        config,
        config_required,
        enabled,
    })
}
