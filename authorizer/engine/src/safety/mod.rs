//! What keeps a request from being read in two ways: by the gate in one, by the backend in another.
//!
//! Rules are matched against the path as it is written. Backends decode it, some of them twice; some drop
//! `;parameters`, resolve dot segments, merge slashes or take a backslash for one. So a path is refused
//! where a reading of it holds something no path should, and where a reading leads to another rule, or to
//! none. The same holds of credentials that are there twice.

mod authorization;
mod client_cookies;
mod dot_segments;
mod handed_on;
mod host;
mod overrides;
mod path;
mod policy;
mod readings;
mod spelling;
mod vouched;

pub(crate) use authorization::one_authorization;
pub(crate) use client_cookies::is_read_as;
pub(crate) use handed_on::{check as check_handed_on, fits};
pub use host::normalize_host;
pub(crate) use overrides::overrides_lead_to_one_rule;
pub use path::UnsafePath;
pub(crate) use path::{leads_to_one_rule, requested_path};
pub use policy::{PathPolicy, Treatment, UnknownTreatment};
pub use spelling::is_same_path;
pub use vouched::{ForgedHeaders, Forgery, ValueError, VouchedHeaderOptions, VouchedHeaders};
