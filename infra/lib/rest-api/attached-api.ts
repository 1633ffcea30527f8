import { Stack, Token } from "aws-cdk-lib";
import { ParameterTier, StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import { authorizerPermission } from "../constructs/authorizer-permission";
import { InputError } from "../input-error";
import { attachContract } from "./attach-contract";
import type { ProtectingGate } from "./protect";
import type { RefusalCorsOptions } from "./protect-options";
import { renewWithVersion } from "./renewed-with-version";

/** Options of `Oathgate.attachTo`. */
export interface AttachOptions {
  /**
   * The gate's name: `oathgate attach --stage NAME` reads the parameters under `/oathgate/NAME/`. Lower-case letters, digits and
   * hyphens.
   */
  readonly name: string;
  /** The stage of the REST API whose requests the gate decides. */
  readonly stageName: string;
  /** Public methods, such as `GET /health`. `oathgate attach` refuses names that are not methods of the API. @default none */
  readonly exclude?: readonly string[];
  /** Lets pages of other origins read refusals. The API itself handles preflights. @default no cross-origin headers */
  readonly cors?: RefusalCorsOptions;
}

/** Props for `AttachedApi`. */
export interface AttachedApiProps extends AttachOptions {
  /** The REST API's id. */
  readonly restApiId: string;
  /** The gate that decides. */
  readonly gate: ProtectingGate;
  /** The ARN of the secret with the signing keys, to be exported. */
  readonly signingKeysSecretArn: string;
}

/** The most characters of a standard parameter, which is free of charge, and of an advanced one. */
const PARAMETER_LENGTHS = { standard: 4096, advanced: 8192 } as const;

/** The placeholder for a value that is only known when the stack is deployed: as long as the longest ARN of a version. */
const LONGEST_ARN = "x".repeat(170);

/**
 * What CloudFormation can create for an existing REST API: the permission of the API's authorizers to invoke this version of the
 * function, and the parameters that `oathgate attach` needs for the rest.
 *
 * `oathgate attach` creates the authorizer. CloudFormation would delete an earlier version's authorizer in the update that
 * creates the next one, while the API's methods and the served deployment still use it.
 */
export class AttachedApi extends Construct {
  readonly restApiId: string;
  /** The name of the parameter with the contract, which `oathgate attach` reads. */
  readonly contractParameterName: string;

  /** @internal */
  constructor(scope: Construct, id: string, props: AttachedApiProps) {
    super(scope, id);
    const { restApiId, gate, name } = props;
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
      throw new InputError(
        `\`attachTo\`: \`name\` must be 1 to 40 lower-case letters, digits and hyphens and begin with a letter; it is \`${name}\``,
      );
    }
    this.restApiId = restApiId;
    const { version } = gate;

    const permission = authorizerPermission(this, {
      apiId: restApiId,
      // `oathgate attach` creates the authorizers, one for each version.
      authorizerId: "*",
      functionArn: version.functionArn,
    });
    renewWithVersion(permission, version);

    const contract = attachContract(props);
    const contractParameter = new StringParameter(this, "Contract", {
      parameterName: `/oathgate/${name}/contract`,
      description: "The contract that oathgate attach applies to a REST API",
      stringValue: Stack.of(this).toJsonString(contract),
      tier: parameterTier(JSON.stringify(contract, withoutTokens)),
    });
    this.contractParameterName = `/oathgate/${name}/contract`;
    // A reader of the contract uses the version that it names, which must be ready to decide and to sign.
    contractParameter.node.addDependency(permission, version, ...gate.before);
    if (props.cors !== undefined && props.cors.allowOrigins.length > 1) {
      gate.allowOrigins(props.cors.allowOrigins);
    }
    for (const [suffix, value, description] of [
      ["function-version-arn", version.functionArn, "The version of the function that decides"],
      ["rest-api-id", restApiId, "The REST API that the gate is attached to"],
      ["rest-api-stage", props.stageName, "The stage of that API"],
      ["signing-keys-secret-arn", props.signingKeysSecretArn, "The secret with the signing keys"],
    ] as const) {
      new StringParameter(this, suffix, {
        parameterName: `/oathgate/${name}/${suffix}`,
        description,
        stringValue: value,
      });
    }
  }
}

/**
 * The cheapest parameter tier for a text.
 *
 * @throws InputError if the text is too long for any parameter
 */
function parameterTier(text: string): ParameterTier {
  if (text.length <= PARAMETER_LENGTHS.standard) {
    return ParameterTier.STANDARD;
  }
  if (text.length <= PARAMETER_LENGTHS.advanced) {
    return ParameterTier.ADVANCED;
  }
  throw new InputError(
    `the contract for \`oathgate attach\` has ${text.length} characters, more than the ${PARAMETER_LENGTHS.advanced} of a parameter: let the rules set fewer headers, or allow fewer origins`,
  );
}

/** A replacer for `JSON.stringify` that writes `LONGEST_ARN` for tokens. */
function withoutTokens(_key: string, value: unknown): unknown {
  return typeof value === "string" && Token.isUnresolved(value) ? LONGEST_ARN : value;
}
