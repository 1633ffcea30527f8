//! `oathgate attach`'s arguments.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Put the gate in front of a REST API that exists.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("mode").args(["apply", "verify", "detach", "format"])))]
pub(crate) struct Attach {
    /// The gate's stage, whose stack exports what is needed as parameters of the Systems Manager
    #[arg(long, value_name = "NAME", required_unless_present = "contract")]
    pub(crate) stage: Option<String>,
    /// Read what the gate asks for from a file instead of the parameter `/oathgate/<stage>/contract`
    #[arg(long, value_name = "FILE", conflicts_with = "stage")]
    pub(crate) contract: Option<PathBuf>,
    /// Attach to this REST API instead of the one that the stage names
    #[arg(long, value_name = "ID")]
    pub(crate) rest_api_id: Option<String>,
    /// Attach for this stage of the REST API instead of the one that the gate's stage names
    #[arg(long, value_name = "NAME")]
    pub(crate) api_stage: Option<String>,
    /// Show every change and change nothing: what happens if nothing else is said; with --detach, its changes
    #[arg(long, conflicts_with_all = ["apply", "verify", "format"])]
    pub(crate) plan: bool,
    /// Make the changes
    #[arg(long)]
    pub(crate) apply: bool,
    /// List what the gate needs and the API or its stage does not have; 1 where there is something
    #[arg(long)]
    pub(crate) verify: bool,
    /// Restore what was there before
    #[arg(long)]
    pub(crate) detach: bool,
    /// Print what belongs into the code of an API that is deployed from code, and change nothing
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<AttachFormat>,
    /// Leave a method without the authorizer: `GET /health`. Said once, it holds for later runs
    #[arg(long, value_name = "METHOD", conflicts_with = "exclude_none")]
    pub(crate) exclude: Vec<String>,
    /// Leave no method without the authorizer, whatever earlier runs were told
    #[arg(long)]
    pub(crate) exclude_none: bool,
    /// Put the gate in place of other authorizers, which --detach puts back
    #[arg(long)]
    pub(crate) replace_authorizers: bool,
    /// Deploy what others have changed of the API and not deployed yet
    #[arg(long)]
    pub(crate) deploy_pending: bool,
    /// Keep the record of what was there before in a file instead of parameters of the Systems Manager
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Seconds to wait, once the stage serves something else, before its authorizer is deleted
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) drain_seconds: u64,
    /// The region; otherwise that of the environment or the profile
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The profile of AWS's configuration; otherwise the credentials of the environment
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

/// What an API is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AttachFormat {
    /// A CloudFormation template
    Cloudformation,
    /// A SAM template
    Sam,
    /// An OpenAPI document
    Openapi,
    /// Terraform's language
    Terraform,
    /// TypeScript for CDK
    Cdk,
}
