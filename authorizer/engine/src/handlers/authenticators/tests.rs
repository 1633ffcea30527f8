//! What the tests of authenticators share.

pub(super) mod probe;
