//! How the response with a policy is written.
//!
//! The types of `aws_lambda_events` write `null` for a missing key of a usage plan, and an array for one action
//! and for one resource. Here a missing member is left out, and one text is a text, as in
//! [AWS's example](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html).

use aws_lambda_events::{
    apigw::{ApiGatewayCustomAuthorizerPolicy, ApiGatewayCustomAuthorizerResponse},
    iam::{IamPolicyCondition, IamPolicyEffect, IamPolicyStatement},
};
use serde::{Serialize, Serializer};

use crate::context::Context;

#[derive(Serialize)]
#[serde(
    remote = "ApiGatewayCustomAuthorizerResponse<Context>",
    rename_all = "camelCase"
)]
pub(super) struct Response {
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<String>,
    #[serde(with = "Policy")]
    policy_document: ApiGatewayCustomAuthorizerPolicy,
    context: Context,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_identifier_key: Option<String>,
}

#[derive(Serialize)]
#[serde(remote = "ApiGatewayCustomAuthorizerPolicy", rename_all = "PascalCase")]
struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(serialize_with = "statements")]
    statement: Vec<IamPolicyStatement>,
}

#[derive(Serialize)]
#[serde(remote = "IamPolicyStatement", rename_all = "PascalCase")]
struct Statement {
    #[serde(serialize_with = "one_or_many")]
    action: Vec<String>,
    effect: IamPolicyEffect,
    #[serde(serialize_with = "one_or_many")]
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<IamPolicyCondition>,
}

fn statements<S: Serializer>(
    statements: &[IamPolicyStatement],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct AsDocumented<'s>(#[serde(with = "Statement")] &'s IamPolicyStatement);

    serializer.collect_seq(statements.iter().map(AsDocumented))
}

/// A text where there is one, else an array of them.
fn one_or_many<S: Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match texts {
        [text] => serializer.serialize_str(text),
        texts => serializer.collect_seq(texts),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{Value, json};

    use super::*;

    type AwsResponse = ApiGatewayCustomAuthorizerResponse<Context>;

    fn written(response: &AwsResponse) -> Value {
        Response::serialize(response, serde_json::value::Serializer).unwrap()
    }

    #[test]
    fn a_missing_member_is_left_out() {
        assert_eq!(
            written(&AwsResponse::default()),
            json!({"policyDocument": {"Statement": []}, "context": {}})
        );
    }

    #[test]
    fn every_member_that_is_there_is_written() {
        let mut statement = IamPolicyStatement::default();
        statement.action = vec!["execute-api:Invoke".to_owned()];
        statement.effect = IamPolicyEffect::Deny;
        statement.resource = vec!["a".to_owned(), "b".to_owned()];
        let address = HashMap::from([("aws:SourceIp".to_owned(), vec!["192.0.2.1".to_owned()])]);
        statement.condition = Some(HashMap::from([("IpAddress".to_owned(), address)]));
        let mut response = AwsResponse::default();
        response.principal_id = Some("alice".to_owned());
        response.policy_document.version = Some("2012-10-17".to_owned());
        response.policy_document.statement = vec![statement];
        response.context = Context::from([("x-user".to_owned(), "alice".to_owned())]);
        response.usage_identifier_key = Some("key".to_owned());
        assert_eq!(
            written(&response),
            json!({
                "principalId": "alice",
                "policyDocument": {"Version": "2012-10-17", "Statement": [{
                    "Action": "execute-api:Invoke",
                    "Effect": "Deny",
                    "Resource": ["a", "b"],
                    "Condition": {"IpAddress": {"aws:SourceIp": ["192.0.2.1"]}},
                }]},
                "context": {"x-user": "alice"},
                "usageIdentifierKey": "key",
            })
        );
    }
}
