//! `oathgate attach`: the gate in front of a REST API that exists.

use std::{
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use oathgate_attach::{
    ApplyError, Contract, ContractError, FileRecord, Format, Options, Plan, Record, RecordError,
    RecordStore, SeeError, Seen, ServiceError, Work, attach,
    aws::{ParameterRecord, Parameters, RestApiClient, Session, SessionError},
    detach, snippet, verify,
};
use oathgate_http_client::Client;
use thiserror::Error;

use crate::{
    arguments::{Attach, AttachFormat},
    command::CommandError,
    exit::Exit,
};

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
        "the stage `{stage}` exports no contract (`{name}` in {region}): deploy it with `api: {{attach: …}}` first"
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

/// Does one of the command's five things.
pub(crate) async fn run(arguments: &Attach) -> Result<Exit, CommandError> {
    if let (Some(format), Some(path)) = (arguments.format, &arguments.contract) {
        let text = read_file(path)?;
        let contract = parsed(&text, path.display().to_string(), arguments)?;
        return print(&contract, format);
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
        return print(&contract, format);
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

fn print(contract: &Contract, format: AttachFormat) -> Result<Exit, CommandError> {
    let format = match format {
        AttachFormat::Cloudformation => Format::CloudFormation,
        AttachFormat::Sam => Format::Sam,
        AttachFormat::Openapi => Format::OpenApi,
        AttachFormat::Terraform => Format::Terraform,
        AttachFormat::Cdk => Format::Cdk,
    };
    io::stdout().write_all(snippet(contract, format).as_bytes())?;
    Ok(Exit::Success)
}

/// What the gate asks for, with what the command line says otherwise.
async fn contract(
    arguments: &Attach,
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

/// A contract, with what the command line says otherwise.
fn parsed(text: &str, place: String, arguments: &Attach) -> Result<Contract, AttachError> {
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
    arguments: &Attach,
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
        return verified(&seen, contract, record.as_ref(), &options);
    }
    let plan = if arguments.detach {
        detach::plan(&seen, contract, record.as_ref(), &options)
    } else {
        attach::plan(&seen, contract, record.as_ref(), &options)
    };
    let applies = arguments.apply || (arguments.detach && !arguments.plan);
    show(
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

fn verified(
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
    let subject = subject(seen, contract);
    if findings.is_empty() {
        writeln!(out, "{subject}: everything is as the gate needs it")?;
        return Ok(Exit::Success);
    }
    writeln!(out, "{subject}: {} findings", findings.len())?;
    Ok(Exit::Findings)
}

fn show(
    plan: &Plan,
    seen: &Seen,
    contract: &Contract,
    place: &str,
    record: Option<&Record>,
    applies: bool,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", subject(seen, contract))?;
    for line in plan.lines(seen, contract) {
        writeln!(out, "  {line}")?;
    }
    if plan.changes.is_empty() {
        return writeln!(out, "nothing is to be changed");
    }
    let kept = if record.is_some() {
        "is kept"
    } else {
        "will be kept"
    };
    writeln!(out, "what was there before {kept} in {place}")?;
    let count = plan.changes.len();
    if !plan.refusals.is_empty() {
        writeln!(
            out,
            "{count} changes, none of which is made: see the errors above"
        )
    } else if applies {
        writeln!(out, "{count} changes are being made")
    } else {
        writeln!(
            out,
            "{count} changes, none of which is made without --apply"
        )
    }
}

fn subject(seen: &Seen, contract: &Contract) -> String {
    format!(
        "REST API `{}` ({}), stage `{}`; gate `{}`, version {}",
        seen.api.id,
        seen.api.name,
        seen.stage.name,
        contract.gate,
        contract.version()
    )
}
