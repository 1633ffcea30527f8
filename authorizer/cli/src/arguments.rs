//! The whole command line, as one documented type.

mod attach;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use attach::{Attach, AttachFormat};
use oathgate_settings::cli::{DEFAULT_UNSAFE_PATHS, UNSAFE_PATHS};

use crate::command::Schema;

/// Ory Oathkeeper's access rules, checked, packaged for API Gateway, explained and served.
#[derive(Debug, Parser)]
#[command(
    name = "oathgate",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub(crate) enum Oathgate {
    /// Answer Oathkeeper's decision API on `serve.api` of the configuration
    Serve(Serve),
    /// Build, check, test and list access rules
    #[command(subcommand)]
    Rules(Rules),
    /// Write the folder that AWS Lambda runs
    Package(Package),
    /// List the headers the gate vouches for, as API Gateway must map them
    Headers(Headers),
    /// Decide one request and say why
    Explain(Explain),
    /// Ask a decision server whether it is ready; the exit code tells
    Health(Health),
    /// Print the JSON Schema of the configuration or of rule files, or facts for other programs
    Schema(Schema),
    /// Make, publish and rotate signing keys
    #[command(subcommand)]
    Credentials(Credentials),
    /// Put the gate in front of a REST API that exists, verify that it is, and take it off again
    Attach(Attach),
}

/// Where the configuration is, and what is laid over it.
#[derive(Args, Debug)]
pub(crate) struct Configuration {
    /// Oathkeeper's configuration file: YAML, JSON or TOML; of several, the later ones win
    #[arg(
        short = 'c',
        long = "config",
        value_name = "FILE",
        required = true,
        value_delimiter = ','
    )]
    pub(crate) files: Vec<PathBuf>,
    /// Set one configuration key, as in `--set access_rules.matching_strategy=glob`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}

/// What else than configuration and rules changes decisions: the same for everybody who decides.
#[derive(Args, Debug)]
pub(crate) struct Deciding {
    /// Decide as the function of a stage does: `publicHost`, `basePath` and `allowEncodedSlashes` of a stage
    /// file, such as `config/stages/dev.yml`. The variables that the function reads are laid over it
    #[arg(long, value_name = "FILE")]
    pub(crate) stage: Option<PathBuf>,
    /// What is done with a path that gate and backend could read differently. `allow` decides as Oathkeeper
    /// does, and is for backends that read paths as Oathkeeper does
    #[arg(
        long,
        env = UNSAFE_PATHS.name,
        hide_env_values = true,
        value_parser = ["refuse", "allow"],
        default_value = DEFAULT_UNSAFE_PATHS
    )]
    pub(crate) unsafe_paths: String,
}

/// How a command prints what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people
    #[default]
    Text,
    /// One JSON document for programs
    Json,
}

/// The configuration may be left out: variables may hold all of it.
#[derive(Args, Debug)]
#[command(mut_arg("files", |files| files.required(false)))]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    #[command(flatten)]
    pub(crate) deciding: Deciding,
    /// Taken and without effect, so that Oathkeeper's command line starts this server too: nothing is
    /// reported to anybody
    #[arg(long = "sqa-opt-out", alias = "disable-telemetry", hide = true)]
    pub(crate) silent: bool,
    /// Taken and without effect, as by Oathkeeper itself: once it named the port to open
    #[arg(value_parser = ["proxy", "api", "all"], hide = true)]
    pub(crate) port: Option<String>,
}

/// Arguments with a `--config` that stands before the command, as Oathkeeper takes it, put behind it.
pub(crate) fn command_first(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.peekable();
    let mut ordered: Vec<OsString> = arguments.next().into_iter().collect();
    let mut behind = Vec::new();
    while let Some(option) = arguments.next_if(names_a_configuration) {
        let takes_the_next = option == "-c" || option == "--config";
        behind.push(option);
        if takes_the_next {
            behind.extend(arguments.next());
        }
    }
    ordered.extend(arguments);
    ordered.extend(behind);
    ordered
}

fn names_a_configuration(argument: &OsString) -> bool {
    argument.to_str().is_some_and(|text| {
        matches!(text, "-c" | "--config")
            || text.starts_with("-c=")
            || text.starts_with("--config=")
    })
}

#[derive(Args, Debug)]
pub(crate) struct Health {
    /// Where the server answers
    #[arg(
        value_name = "URL",
        default_value = "http://127.0.0.1:4456/health/ready"
    )]
    pub(crate) url: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Evaluate a Jsonnet file into a rule file
    Build(RulesBuild),
    /// Find every mistake in a configuration and its rules
    Check(RulesCheck),
    /// Decide the requests of test files and compare what comes of them
    Test(RulesTest),
    /// Say in a line what each rule does
    List(RulesList),
}

/// What a Jsonnet file is evaluated with.
#[derive(Args, Debug)]
pub(crate) struct Jsonnet {
    /// Give the text of an external variable: `NAME=TEXT`, or `NAME` to take it from the environment
    #[arg(long = "ext-str", value_name = "NAME[=TEXT]")]
    pub(crate) ext_str: Vec<String>,
    /// Give the code of an external variable: `NAME=CODE`, or `NAME` to take it from the environment
    #[arg(long = "ext-code", value_name = "NAME[=CODE]")]
    pub(crate) ext_code: Vec<String>,
    /// Where imports are looked for beside the file's own folder
    #[arg(short = 'J', long = "jpath", value_name = "DIR")]
    pub(crate) search: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RulesBuild {
    /// The Jsonnet file
    #[arg(value_name = "FILE")]
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) jsonnet: Jsonnet,
    /// Where to write; standard output if left out
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RulesCheck {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// Check for a deployment behind API Gateway, as `package` does: what it cannot do is an error
    #[arg(long)]
    pub(crate) api_gateway: bool,
    /// The one host that a deployment decides about, its stage's `publicHost`: find rules of other hosts
    #[arg(long, value_name = "HOST")]
    pub(crate) public_host: Option<String>,
    /// The header that holds the backend's secret, its stage's `backend.secretHeader.name`: find rules that set it
    #[arg(long, value_name = "NAME")]
    pub(crate) secret_header: Option<String>,
    /// Also fail on warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct RulesTest {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    #[command(flatten)]
    pub(crate) deciding: Deciding,
    #[command(flatten)]
    pub(crate) jsonnet: Jsonnet,
    /// Also fail where a rule has no test
    #[arg(long)]
    pub(crate) strict: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// The test files: Jsonnet or JSON
    #[arg(value_name = "FILE", required = true)]
    pub(crate) tests: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RulesList {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct Package {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// The compiled Lambda binary
    #[arg(long, value_name = "BIN")]
    pub(crate) bootstrap: PathBuf,
    /// The folder to write; an earlier package in it is replaced
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Headers {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// Headers that the stage leaves to clients where a rule sets none, as its `clientHeaders`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) client_headers: Vec<String>,
    /// Name the rules that match a GET for a path of the API's own, such as `/.well-known/jwks.json`; shown as JSON
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    pub(crate) public_path: Vec<String>,
    /// The one host that a deployment decides about, its stage's `publicHost`, for `--public-path`
    #[arg(long, value_name = "HOST")]
    pub(crate) public_host: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    #[command(flatten)]
    pub(crate) deciding: Deciding,
    /// The request's method
    #[arg(short = 'X', long, default_value = "GET", value_name = "METHOD")]
    pub(crate) method: String,
    /// A header of the request: `Name: value`
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub(crate) headers: Vec<String>,
    /// The address of the client
    #[arg(long, value_name = "IP")]
    pub(crate) remote_addr: Option<std::net::IpAddr>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// The URL that is asked for
    #[arg(value_name = "URL")]
    pub(crate) url: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Credentials {
    /// Print a JSON Web Key Set with one new private key
    Generate(CredentialsGenerate),
    /// Print the public halves of a key set, for whoever verifies tokens
    Public(CredentialsPublic),
    /// Add the next key to a key set, or take out keys that others may know
    Rotate(CredentialsRotate),
}

/// A key set of a file or of AWS Secrets Manager.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(crate) struct KeySetPlace {
    /// The file with the key set; standard input if left out
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The name or ARN of a secret of AWS Secrets Manager, asked with the credentials of the environment
    #[arg(long, value_name = "ID")]
    pub(crate) secret: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CredentialsPublic {
    #[command(flatten)]
    pub(crate) place: KeySetPlace,
}

#[derive(Args, Debug)]
pub(crate) struct CredentialsRotate {
    #[command(flatten)]
    pub(crate) place: KeySetPlace,
    /// The new key's algorithm; that of the newest key if left out
    #[arg(long, value_name = "ALGORITHM")]
    pub(crate) alg: Option<String>,
    /// Seconds that the new key is published before it signs: longer than anybody keeps the key set
    #[arg(long, value_name = "SECONDS", default_value = "3900")]
    pub(crate) publish_ahead: std::num::NonZeroU32,
    /// Seconds that a key stays published after it has signed for the last time: longer than any token lives
    #[arg(long, value_name = "SECONDS", default_value = "3600")]
    pub(crate) retire_after: std::num::NonZeroU32,
    /// Take out the key with this id, at once: tokens that it signed are not verified any more. Where no other key signs, a
    /// new one does at once, and whoever verifies has to read the key set again first
    #[arg(long, value_name = "KID")]
    pub(crate) revoke: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CredentialsGenerate {
    /// The signature algorithm
    #[arg(long, default_value = "ES256", value_name = "ALGORITHM")]
    pub(crate) alg: String,
    /// The key's id; a random one if left out
    #[arg(long, value_name = "ID")]
    pub(crate) kid: Option<String>,
    /// The key's size in bits, for RSA: 2048, 3072 or 4096
    #[arg(long, value_name = "BITS")]
    pub(crate) bits: Option<u32>,
}
