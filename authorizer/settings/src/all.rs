//! The variables that both functions and the command line program read.

use crate::{Program::All, SetBy, Unset::Means, Values, Variable};

/// `OATHGATE_CA_FILE`: certificates to trust.
pub const CA_FILE: Variable = Variable {
    name: "OATHGATE_CA_FILE",
    program: All,
    set_by: SetBy::Operator,
    about: "a PEM file of certificates to trust in addition to the public ones. A program does not start with a file that does not exist or contains no certificate",
    values: Values::Text,
    unset: Means("the file that `SSL_CERT_FILE` names, if any"),
};

/// `AWS_ENDPOINT_URL`: where AWS's services are.
pub const AWS_ENDPOINT_URL: Variable = Variable {
    name: "AWS_ENDPOINT_URL",
    program: All,
    set_by: SetBy::Setting("awsEndpointUrl"),
    about: "the URL at which AWS's services are called, for the local cloud",
    values: Values::Text,
    unset: Means("AWS's own endpoints"),
};

/// Every variable of all programs.
pub const VARIABLES: &[Variable] = &[CA_FILE, AWS_ENDPOINT_URL];
