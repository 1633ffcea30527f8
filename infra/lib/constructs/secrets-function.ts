import type { Duration } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Architecture, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { variableOf } from "../facts";
import type { FunctionSource } from "../function-sources";
import { FunctionIdentity, type FunctionLogOptions, loggingOptions } from "./function-identity";
import { rustFunction } from "./rust-code";

/** Props that all functions that maintain a gate's secrets have in common. */
export interface SecretsFunctionOptions {
  /** The code of these functions: one program with several tasks. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  readonly log: FunctionLogOptions;
  /** An endpoint that the function calls instead of AWS. @default AWS */
  readonly awsEndpointUrl?: string | undefined;
}

/** Props for `secretsFunction`. */
export interface SecretsFunctionProps extends SecretsFunctionOptions {
  /** The purpose of the function, for descriptions. */
  readonly purpose: string;
  /** The function's rights besides writing its own log. */
  readonly may: PolicyStatement[];
  /** The function's time-out. */
  readonly timeout: Duration;
  /** The function's variables, which select its task. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** The id of the function's identity. @default Identity */
  readonly identityId?: string;
}

/** Creates a function that maintains secrets, and its identity, which must exist before the function is invoked. */
export function secretsFunction(
  scope: Construct,
  props: SecretsFunctionProps,
): { readonly function: LambdaFunction; readonly identity: FunctionIdentity } {
  const { purpose, log, may, timeout, awsEndpointUrl, identityId = "Identity" } = props;
  const identity = new FunctionIdentity(scope, identityId, { purpose, log, may });
  return {
    identity,
    function: rustFunction(scope, "Function", props.source, {
      description: purpose,
      architecture: props.architecture,
      role: identity.role,
      logGroup: identity.logGroup,
      ...loggingOptions(log),
      memorySize: 256,
      timeout,
      environment: {
        ...props.environment,
        ...(awsEndpointUrl === undefined ? {} : { [variableOf("awsEndpointUrl")]: awsEndpointUrl }),
      },
    }),
  };
}
