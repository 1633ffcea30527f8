//! `oathgate attach`: puts the gate in front of an existing REST API.

mod output;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueEnum};
use oathgate_attach::{
    ApplyError, Contract, ContractError, FileRecord, Format, Options, Record, RecordError,
    RecordStore, SeeError, Seen, ServiceError, Work, attach,
    aws::{ParameterRecord, Parameters, RestApiClient, Session, SessionError},
    detach, snippet, verify,
};
use oathgate_http_client::Client;
use thiserror::Error;

use crate::{command::CommandError, exit::Exit};

/// The arguments of `oathgate attach`.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("mode").args(["apply", "verify", "detach", "format"])))]
pub(crate) struct Arguments {
    /// The stage of the gate, whose stack exports the contract as a parameter of Systems Manager
    #[arg(long, value_name = "NAME", required_unless_present = "contract")]
    stage: Option<String>,
    /// Read the contract from a file instead of the parameter `/oathgate/<stage>/contract`
    #[arg(long, value_name = "FILE", conflicts_with = "stage")]
    contract: Option<PathBuf>,
    /// Attach to this REST API instead of the one that the contract names
    #[arg(long, value_name = "ID")]
    rest_api_id: Option<String>,
    /// Attach for this stage of the REST API instead of the one that the contract names
    #[arg(long, value_name = "NAME")]
    api_stage: Option<String>,
    /// Print every change and make none; this is the default, and with --detach the plan of detaching
    #[arg(long, conflicts_with_all = ["apply", "verify", "format"])]
    plan: bool,
    /// Make the changes
    #[arg(long)]
    apply: bool,
    /// List what the gate needs and the API or its stage does not have; the exit code is 1 if there is anything
    #[arg(long)]
    verify: bool,
    /// Restore what was there before
    #[arg(long)]
    detach: bool,
    /// Print what to add to the code of an API that is deployed from code, and change nothing
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<CodeFormat>,
    /// Leave a method without the authorizer: `GET /health`. The choice is recorded for later runs
    #[arg(long, value_name = "METHOD", conflicts_with = "exclude_none")]
    exclude: Vec<String>,
    /// Leave no method without the authorizer, whatever earlier runs have recorded
    #[arg(long)]
    exclude_none: bool,
    /// Replace other authorizers by the gate; --detach restores them
    #[arg(long)]
    replace_authorizers: bool,
    /// Also deploy changes of the API that others have made and not deployed
    #[arg(long)]
    deploy_pending: bool,
    /// Keep the record of what was there before in a file instead of parameters of Systems Manager
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Seconds to wait before deleting the authorizer that the stage no longer uses
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain_seconds: u64,
    /// The region [default: that of the environment or the profile]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The profile of AWS's configuration [default: the credentials of the environment]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// The language of an API's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CodeFormat {
    /// A CloudFormation template
    Cloudformation,
    /// A SAM template
    Sam,
    /// An OpenAPI document
    Openapi,
    /// Terraform
    Terraform,
    /// CDK, in TypeScript
    Cdk,
}

impl From<CodeFormat> for Format {
    fn from(format: CodeFormat) -> Self {
        match format {
            CodeFormat::Cloudformation => Self::CloudFormation,
            CodeFormat::Sam => Self::Sam,
            CodeFormat::Openapi => Self::OpenApi,
            CodeFormat::Terraform => Self::Terraform,
            CodeFormat::Cdk => Self::Cdk,
        }
    }
}

/// Why the gate could not be attached, verified or detached.
#[derive(Debug, Error)]
pub(crate) enum AttachError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error("cannot read `{path}`: {error}")]
    File { path: String, error: io::Error },
    #[error("the contract in {place} cannot be used: {error}")]
    Contract { place: String, error: ContractError },
    #[error(
        "the stage `{stage}` exports no contract (parameter `{name}` in {region}): deploy it with `api: {{attach: …}}` first"
    )]
    NotDeployed {
        stage: String,
        name: String,
        region: String,
    },
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    See(#[from] SeeError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

/// Plans, applies, verifies, detaches or prints code, as the arguments choose.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    if let (Some(format), Some(path)) = (arguments.format, &arguments.contract) {
        let text = read_file(path)?;
        let contract = parsed(&text, path.display().to_string(), arguments)?;
        return print_code(&contract, format);
    }
    let client = Client::from_env()?;
    let session = Session::find(
        client,
        arguments.region.as_deref(),
        arguments.profile.as_deref(),
    )
    .await
    .map_err(AttachError::from)?;
    let parameters = Parameters::new(session.clone());
    let contract = contract(arguments, &parameters, session.region()).await?;
    if let Some(format) = arguments.format {
        return print_code(&contract, format);
    }
    let api = RestApiClient::new(&session, &contract.rest_api_id);
    match &arguments.record {
        Some(path) => with(arguments, &contract, &api, FileRecord::new(path.clone())).await,
        None => {
            let record = ParameterRecord::new(parameters, &contract.gate, &contract.rest_api_id);
            with(arguments, &contract, &api, record).await
        }
    }
}

fn print_code(contract: &Contract, format: CodeFormat) -> Result<Exit, CommandError> {
    let code = snippet(contract, format.into());
    io::stdout().write_all(code.as_bytes())?;
    Ok(Exit::Success)
}

/// The gate's contract, with the overrides of the command line.
async fn contract(
    arguments: &Arguments,
    parameters: &Parameters,
    region: &str,
) -> Result<Contract, AttachError> {
    let (place, text) = match (&arguments.contract, &arguments.stage) {
        (Some(path), _) => (path.display().to_string(), read_file(path)?),
        (None, stage) => {
            let stage = stage.as_deref().unwrap_or_default();
            let name = format!("/oathgate/{stage}/contract");
            let text = parameters.read(&name).await.map_err(|error| match error {
                ServiceError::NotThere { .. } => AttachError::NotDeployed {
                    stage: stage.to_owned(),
                    name: name.clone(),
                    region: region.to_owned(),
                },
                other => other.into(),
            })?;
            (format!("the parameter `{name}`"), text)
        }
    };
    parsed(&text, place, arguments)
}

/// A contract, with the overrides of the command line.
fn parsed(text: &str, place: String, arguments: &Arguments) -> Result<Contract, AttachError> {
    let mut contract =
        Contract::parse(text).map_err(|error| AttachError::Contract { place, error })?;
    if let Some(id) = &arguments.rest_api_id {
        contract.rest_api_id.clone_from(id);
    }
    if let Some(stage) = &arguments.api_stage {
        contract.stage.clone_from(stage);
    }
    Ok(contract)
}

fn read_file(path: &Path) -> Result<String, AttachError> {
    std::fs::read_to_string(path).map_err(|error| AttachError::File {
        path: path.display().to_string(),
        error,
    })
}

async fn with(
    arguments: &Arguments,
    contract: &Contract,
    api: &RestApiClient,
    mut records: impl RecordStore,
) -> Result<Exit, CommandError> {
    let record = records.load().await.map_err(AttachError::from)?;
    let seen = Seen::read(api, &contract.rest_api_id, &contract.stage)
        .await
        .map_err(AttachError::from)?;
    let options = Options {
        exclude: arguments.exclude.clone(),
        exclude_none: arguments.exclude_none,
        replace_authorizers: arguments.replace_authorizers,
        deploy_pending: arguments.deploy_pending,
    };
    if arguments.verify {
        return verify_api(&seen, contract, record.as_ref(), &options);
    }
    let plan = if arguments.detach {
        detach::plan(&seen, contract, record.as_ref(), &options)
    } else {
        attach::plan(&seen, contract, record.as_ref(), &options)
    };
    let applies = arguments.apply || (arguments.detach && !arguments.plan);
    output::print_plan(
        &plan,
        &seen,
        contract,
        &records.place(),
        record.as_ref(),
        applies,
    )?;
    if !plan.refusals.is_empty() {
        return Ok(Exit::Findings);
    }
    if !applies {
        return Ok(Exit::Success);
    }
    let mut work = Work {
        api,
        records: &mut records,
        drain: Duration::from_secs(arguments.drain_seconds),
    };
    work.apply(&plan, &seen).await.map_err(AttachError::from)?;
    writeln!(io::stdout(), "done")?;
    Ok(Exit::Success)
}

fn verify_api(
    seen: &Seen,
    contract: &Contract,
    record: Option<&Record>,
    options: &Options,
) -> Result<Exit, CommandError> {
    let findings = verify::findings(seen, contract, record, options);
    let mut out = io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    let subject = output::subject(seen, contract);
    if findings.is_empty() {
        writeln!(out, "{subject}: everything is as the gate needs it")?;
        return Ok(Exit::Success);
    }
    writeln!(out, "{subject}: {} findings", findings.len())?;
    Ok(Exit::Findings)
}
