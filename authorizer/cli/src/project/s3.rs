//! Rule files in Amazon S3: one signed GET, with the credentials of the environment.

use std::{env, time::SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use oathgate_http_client::aws::domain_of;
use oathgate_settings::all::AWS_ENDPOINT_URL;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

/// What is escaped in a key: everything but RFC 3986's unreserved characters and the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Why the request for an object cannot be made.
#[derive(Debug, Error)]
pub(crate) enum S3Error {
    #[error(
        "the environment variable `{0}` is not set: `eval \"$(aws configure export-credentials --format env)\"` sets \
         the credentials of a profile"
    )]
    Missing(&'static str),
    #[error("the bucket's region is not known: add `?region=…` to the URL, or set `AWS_REGION`")]
    Region,
    #[error("the request cannot be signed: {0}")]
    Signing(String),
}

/// A signed GET request: its URL and its headers.
#[derive(Debug)]
pub(crate) struct SignedRequest {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// The GET request for an object, signed by
/// [Signature Version 4](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
/// `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` names another endpoint than AWS's own.
pub(crate) fn get(bucket: &str, key: &str, region: Option<&str>) -> Result<SignedRequest, S3Error> {
    signed(bucket, key, region, &|name| {
        env::var(name).ok().filter(|text| !text.is_empty())
    })
}

fn signed(
    bucket: &str,
    key: &str,
    region: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<SignedRequest, S3Error> {
    let needed = |name| variable(name).ok_or(S3Error::Missing(name));
    let region = region
        .map(str::to_owned)
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .ok_or(S3Error::Region)?;
    let identity = Credentials::new(
        needed("AWS_ACCESS_KEY_ID")?,
        needed("AWS_SECRET_ACCESS_KEY")?,
        variable("AWS_SESSION_TOKEN"),
        None,
        "environment",
    )
    .into();
    let endpoint = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable(AWS_ENDPOINT_URL.name));
    let url = url(bucket, key, &region, endpoint.as_deref());

    let mut settings = SigningSettings::default();
    // As S3 alone expects: keys are not paths, so they are neither escaped twice nor normalized.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let failed = |error: &dyn std::fmt::Display| S3Error::Signing(error.to_string());
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .map_err(|error| failed(&error))?
        .into();
    let request = SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(&[]))
        .map_err(|error| failed(&error))?;
    let (instructions, _) = sign(request, &parameters)
        .map_err(|error| failed(&error))?
        .into_parts();
    let headers = instructions.headers();
    let headers = headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok(SignedRequest { url, headers })
}

/// The URL of an object. A bucket has its own host name, unless its name contains a dot, which no certificate covers.
fn url(bucket: &str, key: &str, region: &str, endpoint: Option<&str>) -> String {
    let key = utf8_percent_encode(key, ESCAPED);
    let domain = domain_of(region);
    match endpoint {
        Some(endpoint) => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
        None if bucket.contains('.') => {
            format!("https://s3.{region}.{domain}/{bucket}/{key}")
        }
        None => format!("https://{bucket}.s3.{region}.{domain}/{key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        let text = match name {
            "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY" => "the secret",
            "AWS_SESSION_TOKEN" => "the token",
            _ => return None,
        };
        Some(text.to_owned())
    }

    #[test]
    fn the_url_has_the_bucket_s_host_and_the_escaped_key() {
        let at = |bucket| url(bucket, "rules/a b+ü.json", "eu-west-1", None);
        assert_eq!(
            at("gate"),
            "https://gate.s3.eu-west-1.amazonaws.com/rules/a%20b%2B%C3%BC.json"
        );
        assert_eq!(
            at("gate.example.com"),
            "https://s3.eu-west-1.amazonaws.com/gate.example.com/rules/a%20b%2B%C3%BC.json"
        );
        let local = url(
            "gate",
            "rules.json",
            "eu-west-1",
            Some("http://127.0.0.1:4566/"),
        );
        assert_eq!(local, "http://127.0.0.1:4566/gate/rules.json");
    }

    #[test]
    fn each_partition_has_its_own_domain() {
        for (region, domain) in [
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
        ] {
            assert_eq!(
                url("gate", "a.json", region, None),
                format!("https://gate.s3.{region}.{domain}/a.json")
            );
        }
    }

    #[test]
    fn a_signed_request_does_not_contain_the_secret() {
        let request = signed("gate", "rules.json", Some("eu-west-1"), &environment).unwrap();
        let header = |wanted: &str| {
            let found = request.headers.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str()).unwrap()
        };
        assert!(header("authorization").contains("Credential=AKIDEXAMPLE/"));
        assert!(header("authorization").contains("/eu-west-1/s3/aws4_request"));
        assert_eq!(header("x-amz-security-token"), "the token");
        assert!(!format!("{:?}", request.headers).contains("the secret"));
    }

    #[test]
    fn a_missing_variable_is_named() {
        let without_region = signed("gate", "rules.json", None, &environment).unwrap_err();
        assert!(without_region.to_string().contains("AWS_REGION"));
        let without_credentials =
            signed("gate", "rules.json", Some("eu-west-1"), &|_| None).unwrap_err();
        assert!(
            without_credentials
                .to_string()
                .contains("AWS_ACCESS_KEY_ID")
        );
    }
}
