//! The functions of sprig that are not offered.

/// A function of sprig that templates can't call here, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedFunction {
    /// Its name.
    pub name: &'static str,
    /// Why it is not offered.
    pub reason: &'static str,
}

const ENVIRONMENT: &str = "a template must not read the environment, which holds credentials";
const NETWORK: &str = "a template must not use the network";
const KEYS: &str = "keys and certificates are not made while a request waits";
const SLOW: &str = "it is slow by design, and would run for every request";

/// Every function of sprig's that is not offered.
pub const REFUSED_FUNCTIONS: &[RefusedFunction] = &[
    RefusedFunction {
        name: "bcrypt",
        reason: SLOW,
    },
    RefusedFunction {
        name: "buildCustomCert",
        reason: KEYS,
    },
    RefusedFunction {
        name: "derivePassword",
        reason: SLOW,
    },
    RefusedFunction {
        name: "env",
        reason: ENVIRONMENT,
    },
    RefusedFunction {
        name: "expandenv",
        reason: ENVIRONMENT,
    },
    RefusedFunction {
        name: "genCA",
        reason: KEYS,
    },
    RefusedFunction {
        name: "genCAWithKey",
        reason: KEYS,
    },
    RefusedFunction {
        name: "genPrivateKey",
        reason: KEYS,
    },
    RefusedFunction {
        name: "genSelfSignedCert",
        reason: KEYS,
    },
    RefusedFunction {
        name: "genSelfSignedCertWithKey",
        reason: KEYS,
    },
    RefusedFunction {
        name: "genSignedCert",
        reason: KEYS,
    },
    RefusedFunction {
        name: "genSignedCertWithKey",
        reason: KEYS,
    },
    RefusedFunction {
        name: "getHostByName",
        reason: NETWORK,
    },
    RefusedFunction {
        name: "htpasswd",
        reason: SLOW,
    },
];
