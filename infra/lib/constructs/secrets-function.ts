import type { Duration } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Architecture, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { FunctionSource } from "../function-sources";
import { FunctionIdentity, type FunctionLogOptions, loggingOptions } from "./function-identity";
import { rustFunction } from "./rust-code";

/** What every function that looks after a gate's secrets is made from. */
export interface SecretsFunctionOptions {
  /** The code of such functions: one program with several tasks. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  readonly log: FunctionLogOptions;
  /** An address that the function calls in place of AWS's own. @default AWS's */
  readonly awsEndpointUrl?: string | undefined;
}

/** One such function. */
export interface SecretsFunctionProps extends SecretsFunctionOptions {
  /** What the function does, as descriptions say it. */
  readonly purpose: string;
  /** What the function may do besides writing its own log. */
  readonly may: PolicyStatement[];
  /** How long it may take. */
  readonly timeout: Duration;
  /** The function's variables, which tell it its task. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** The id of the function's identity. @default Identity */
  readonly identityId?: string;
}

/** Makes a function that looks after secrets, and its identity, which is to be there before the function is called. */
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
        ...(awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: awsEndpointUrl }),
      },
    }),
  };
}
