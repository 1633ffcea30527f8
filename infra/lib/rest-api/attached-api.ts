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
   * What the gate is called: `oathgate attach --stage NAME` reads the parameters under `/oathgate/NAME/`. Lower-case letters,
   * digits and hyphens.
   */
  readonly name: string;
  /** The stage of the REST API whose requests the gate decides. */
  readonly stageName: string;
  /** Methods that anybody may call, such as `GET /health`. `oathgate attach` refuses names that the API has no method of. @default none */
  readonly exclude?: readonly string[];
  /** Lets pages of other origins read refusals. Preflights are the API's own. @default no cross-origin headers */
  readonly cors?: RefusalCorsOptions;
}

/** Props for `AttachedApi`. */
export interface AttachedApiProps extends AttachOptions {
  /** The REST API's id. */
  readonly restApiId: string;
  /** What decides. */
  readonly gate: ProtectingGate;
  /** The secret with the signing keys, for whoever looks for it. */
  readonly signingKeysSecretArn: string;
}

/** Characters that a standard parameter holds, which costs nothing, and those that an advanced one does. */
const PARAMETER_LENGTHS = { standard: 4096, advanced: 8192 } as const;

/** What stands for a value that is known when the stack is deployed: as long as a version's ARN can be. */
const LONGEST_ARN = "x".repeat(170);

/**
 * What CloudFormation can do for a REST API that is known by its id: the permission of the API's authorizers to call this
 * version of the function, and parameters with all that `oathgate attach` needs to do the rest.
 *
 * The authorizer itself is made by `oathgate attach`. CloudFormation would delete an earlier version's authorizer with the
 * update that makes the next one, while the API's methods and the deployment that is served still call it.
 */
export class AttachedApi extends Construct {
  readonly restApiId: string;
  /** The name of the parameter that `oathgate attach` reads. */
  readonly contractParameterName: string;

  /** @internal */
  constructor(scope: Construct, id: string, props: AttachedApiProps) {
    super(scope, id);
    const { restApiId, gate, name } = props;
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
      throw new InputError(
        `\`attachTo\`: \`name\` is 1 to 40 lower-case letters, digits and hyphens and begins with a letter, not \`${name}\``,
      );
    }
    this.restApiId = restApiId;
    const { version } = gate;

    const permission = authorizerPermission(this, {
      apiId: restApiId,
      // The authorizers come with `oathgate attach`, one for each version.
      authorizerId: "*",
      functionArn: version.functionArn,
    });
    renewWithVersion(permission, version);

    const contract = attachContract(props);
    const contractParameter = new StringParameter(this, "Contract", {
      parameterName: `/oathgate/${name}/contract`,
      description: "What `oathgate attach` puts in front of a REST API",
      stringValue: Stack.of(this).toJsonString(contract),
      tier: parameterTier(JSON.stringify(contract, withoutTokens)),
    });
    this.contractParameterName = `/oathgate/${name}/contract`;
    // Whoever reads it may call what it names, and gets signed tokens.
    contractParameter.node.addDependency(permission, version, ...gate.before);
    if (props.cors !== undefined && props.cors.allowOrigins.length > 1) {
      gate.allowOrigins(props.cors.allowOrigins);
    }
    for (const [suffix, value, description] of [
      ["function-version-arn", version.functionArn, "The version of the function that decides"],
      ["rest-api-id", restApiId, "The REST API that the gate is for"],
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

/** The cheapest parameter that holds a text. */
function parameterTier(text: string): ParameterTier {
  if (text.length <= PARAMETER_LENGTHS.standard) {
    return ParameterTier.STANDARD;
  }
  if (text.length <= PARAMETER_LENGTHS.advanced) {
    return ParameterTier.ADVANCED;
  }
  throw new InputError(
    `what the API is to map and answer has ${text.length} characters, and a parameter holds ${PARAMETER_LENGTHS.advanced}: vouch for fewer headers, or allow fewer origins`,
  );
}

/** A value as `JSON.stringify` writes it, with something as long for what is not known yet. */
function withoutTokens(_key: string, value: unknown): unknown {
  return typeof value === "string" && Token.isUnresolved(value) ? LONGEST_ARN : value;
}
