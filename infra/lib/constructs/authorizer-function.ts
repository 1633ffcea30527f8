import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  type Architecture,
  type CfnFunction,
  type Function as LambdaFunction,
  Tracing,
  type Version,
} from "aws-cdk-lib/aws-lambda";
import type { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { variableOf } from "../facts";
import type { FunctionSource } from "../function-sources";
import { InputError } from "../input-error";
import { contractDescription } from "../rollout/contract-description";
import { FunctionIdentity, type FunctionLogOptions, loggingOptions } from "./function-identity";
import { type FunctionNetworkOptions, networkStatements } from "./function-network";
import { rustFunction } from "./rust-code";
import type { SecretHeader } from "./secret-header";
import type { SigningKeys } from "./signing-keys";

/** Props for `AuthorizerFunction`. */
export interface AuthorizerFunctionProps {
  /** The packaged gate. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  /** Memory in MiB. */
  readonly memorySize: number;
  /** Time after which an unfinished decision becomes a refusal. */
  readonly timeout: Duration;
  /** The keys that the function signs with. It may read this secret and that of `secretHeader`, and no other. */
  readonly signingKeys: SigningKeys;
  /** The secret header that the function sends to the backend. @default none */
  readonly secretHeader?: SecretHeader | undefined;
  /** The VPC that the function is attached to. @default none */
  readonly network?: FunctionNetworkOptions | undefined;
  /** The function's log. */
  readonly log: FunctionLogOptions;
  /** Whether X-Ray traces the function. */
  readonly tracing: boolean;
  /** The most concurrent environments. @default the account's unreserved concurrency */
  readonly reservedConcurrentExecutions?: number | undefined;
  /** The digest of the header contract that its decisions keep. */
  readonly contract: string;
  /** The function's environment variables, besides those of its secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The function that decides every request.
 *
 * Each deployment of the API calls one published version, never an alias that moves between header contracts: a version's
 * code, rules and variables are fixed, and so are the header mappings of the deployment that calls it. They change together,
 * in the one step in which the API's stage is pointed at another deployment.
 *
 * Earlier versions are kept because a deployment takes a while to reach all of API Gateway. They are deleted with the function.
 */
export class AuthorizerFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  /** The function's current published version. */
  readonly version: Version;
  private allowedOrigins: string | undefined;

  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    super(scope, id);
    const { signingKeys, secretHeader, network } = props;

    const identity = new FunctionIdentity(this, "Identity", {
      purpose: "Decides the requests of one API",
      log: props.log,
      may: [
        ...signingKeys.readStatements(),
        ...(secretHeader?.readStatements() ?? []),
        ...(network === undefined ? [] : networkStatements(this)),
        ...(props.tracing ? [mayTrace()] : []),
      ],
    });
    this.function = rustFunction(this, "Function", props.source, {
      description: contractDescription(props.contract),
      architecture: props.architecture,
      role: identity.role,
      logGroup: identity.logGroup,
      ...loggingOptions(props.log),
      ...(props.reservedConcurrentExecutions === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrentExecutions }),
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: {
        ...signingKeys.readerEnvironment(),
        ...secretHeader?.readerEnvironment(),
        ...props.environment,
      },
      ...(network === undefined ? {} : inVpc(network)),
      // A failed deploy deletes its version: Lambda does not publish the same code and configuration twice in a row.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
    });
    if (props.tracing) {
      // CDK's own `tracing` would add a second policy.
      (this.function.node.defaultChild as CfnFunction).tracingConfig = { mode: Tracing.ACTIVE };
    }
    this.logGroup = identity.logGroup;
    this.version = this.function.currentVersion;
  }

  /**
   * Sets the origins whose pages may read refusals, if there are several.
   *
   * @throws InputError if other origins are set already: a function has one list
   */
  allowOrigins(origins: readonly string[]): void {
    const list = origins.join(",");
    if (this.allowedOrigins !== undefined && this.allowedOrigins !== list) {
      throw new InputError(
        "`cors.allowOrigins` differs from that of another API behind the same gate: create a separate gate for this API",
      );
    }
    this.allowedOrigins = list;
    this.function.addEnvironment(variableOf("cors.allowOrigins"), list);
  }
}

function inVpc({ vpc, vpcSubnets, securityGroups }: FunctionNetworkOptions) {
  return {
    vpc,
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    ...(securityGroups === undefined ? {} : { securityGroups: [...securityGroups] }),
  };
}

/** The right to send traces. X-Ray's actions support no resource-level permissions. */
function mayTrace(): PolicyStatement {
  return new PolicyStatement({
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    resources: ["*"],
  });
}
