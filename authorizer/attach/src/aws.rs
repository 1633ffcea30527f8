//! AWS, by its SDK over the project's one HTTP client.

mod api_gateway;
mod failure;
mod parameters;
mod session;

pub use api_gateway::RestApiClient;
pub use parameters::{ParameterRecord, Parameters};
pub use session::{Session, SessionError};
