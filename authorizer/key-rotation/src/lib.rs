//! The life cycle of signing keys, and the steps by which Secrets Manager rotates them.
//!
//! A rotation adds a key to the set that is published immediately and signs later (`nbf`), when everyone
//! who signs or verifies has read the set again. The previous key stays published (`exp`) until the
//! tokens that it signed have expired. So no token is ever signed with a key that is not published yet or
//! is no longer published, at any frequency of rotations.

#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::unreachable,
        reason = "tests may fail loudly"
    )
)]

mod document;
mod life_cycle;
mod policy;
mod proof;
mod random_value;
mod rotation;

pub use document::{Document, DocumentError};
pub use life_cycle::{LifeCycleError, Renewed, renew, revoke};
pub use policy::Policy;
pub use proof::{Defect, check_signing, check_successor};
pub use random_value::RandomValue;
pub use rotation::{Outcome, Rotation, RotationError, Step};
