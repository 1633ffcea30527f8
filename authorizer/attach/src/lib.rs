//! Attaches the gate to an existing REST API of Amazon API Gateway, verifies that it is attached, and detaches it.
//!
//! A [`Contract`] states what a deployed gate requires of the API. [`Seen::read`] reads the API and what its stage serves.
//! From these two and the [`Record`] of the former state, [`attach::plan`] and [`detach::plan`] make a [`Plan`] without
//! further requests, and [`Work::apply`] carries it out: the record first, the stage last, and no change if the API is no
//! longer in the state that the plan was made from. [`verify::findings`] lists what differs from the contract.

pub mod api;
mod apply;
pub mod attach;
pub mod aws;
mod change;
mod contract;
pub mod detach;
mod digest;
mod format;
mod plan;
mod port;
mod record;
mod record_file;
mod seen;
mod served;
mod steps;
mod target;
pub mod verify;

pub use apply::{ApplyError, Work};
pub use change::{Change, Wording};
pub use contract::{Contract, ContractError, HEADER_PARAMETER, header_parameter};
pub use format::{Format, snippet};
pub use plan::{Options, Plan, RecordChange};
pub use port::{ApiGateway, RecordError, RecordStore, ServiceError};
pub use record::{Before, Record, RecordedAnswer};
pub use record_file::FileRecord;
pub use seen::{SeeError, Seen};
pub use served::{Served, ServedAuthorizer, ServedMethod};
pub use target::{Decider, Role, Target};
