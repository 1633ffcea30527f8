//! What all rules of a gate use together.

use oathgate_jose::{KeySets, VerifiedSignatures};

use super::{
    authenticators::{KeptIntrospections, PreAuthorizations, ReadAnswers},
    mutators::{HydratedSessions, SignedTokens},
    session_cache::SessionCache,
    token_cache::TokenCache,
};

/// Caches and key sets that live as long as the gate and serve every rule of it.
///
/// A handler reaches them through [`Settings::shared`](super::Settings::shared) when it is built and
/// keeps the `Arc` of what it needs.
#[derive(Debug, Default)]
pub struct Shared {
    /// Key sets by URL, to sign and to verify with.
    pub key_sets: KeySets,
    /// Responses of session services that were read before.
    pub(crate) read_answers: ReadAnswers,
    /// Signatures of tokens that `jwt` verified.
    pub(crate) verified_signatures: VerifiedSignatures,
    /// Responses that `hydrator` keeps.
    pub hydrated_sessions: HydratedSessions,
    /// Tokens that `id_token` signed.
    pub signed_tokens: SignedTokens,
    /// Credentials that `oauth2_client_credentials` got tokens for.
    pub(crate) client_tokens: TokenCache,
    /// Responses that `oauth2_introspection` keeps.
    pub(crate) introspections: KeptIntrospections,
    /// Responses of session services, where they are kept.
    pub(crate) sessions: SessionCache,
    /// The gate's own tokens, which `oauth2_introspection` shows.
    pub(crate) pre_authorizations: PreAuthorizations,
}
