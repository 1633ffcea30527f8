import { Aws, CustomResource, Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Architecture } from "aws-cdk-lib/aws-lambda";
import { type CfnSecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { StageSettings } from "../../stages/stage-schema";
import type { FunctionSource } from "../function-sources";
import { FunctionIdentity } from "./function-identity";
import { rustFunction } from "./rust-code";

/** Props for `SigningKeys`. */
export interface SigningKeysProps {
  /** The code of the function that makes the first key. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  /** The first key's algorithm, the secret's encryption, and whether it outlives the stack. */
  readonly settings: StageSettings["signingKeys"];
  readonly logs: StageSettings["logs"];
  /** The local cloud's address. @default AWS itself */
  readonly awsEndpointUrl: string | undefined;
}

/**
 * The key set that tokens are signed with: a secret, and a custom resource that puts a first key into it.
 *
 * The secret is created without any value (neither `SecretString` nor `GenerateSecretString`), so no template, change set
 * or log ever holds one. The custom resource's function gets `SecretArn` and `Algorithm`. It makes a key set where the
 * secret has no value or an empty one, and leaves every other value alone, so a redeploy keeps the keys.
 */
export class SigningKeys extends Construct {
  /** The secret that holds the JSON Web Key Set. */
  readonly secret: Secret;

  /** Depend on this to be sure that there is a key. */
  readonly filled: CustomResource;

  private readonly kmsKeyArn: string | undefined;

  constructor(scope: Construct, id: string, props: SigningKeysProps) {
    super(scope, id);
    const { settings } = props;
    this.kmsKeyArn = settings.kmsKeyArn;

    this.secret = new Secret(this, "Secret", {
      description: "JSON Web Key Set that the gate signs its tokens with",
      removalPolicy: settings.retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      ...(settings.kmsKeyArn === undefined
        ? {}
        : { encryptionKey: Key.fromKeyArn(this, "EncryptionKey", settings.kmsKeyArn) }),
    });
    // CDK generates a password into a secret that is given no value; a key set has to come from the custom resource.
    (this.secret.node.defaultChild as CfnSecret).generateSecretString = undefined;

    const identity = new FunctionIdentity(this, "Maker", {
      purpose: "Puts the first key into the gate's signing secret",
      logs: props.logs,
      may: [
        new PolicyStatement({
          actions: ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
          resources: [this.secret.secretArn],
        }),
        ...this.mayUseKey("kms:Decrypt", "kms:GenerateDataKey"),
      ],
    });
    const maker = rustFunction(this, "Function", props.source, {
      description: "Puts the first key into the gate's signing secret",
      architecture: props.architecture,
      role: identity.role,
      logGroup: identity.logGroup,
      memorySize: 256,
      // Half a minute of it is for the rights of the new role to be known everywhere.
      timeout: Duration.seconds(90),
      environment: props.awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: props.awsEndpointUrl },
    });
    this.filled = new CustomResource(this, "FirstKey", {
      resourceType: "Custom::OathgateSigningKeys",
      serviceToken: maker.functionArn,
      serviceTimeout: Duration.minutes(3),
      properties: { SecretArn: this.secret.secretArn, Algorithm: settings.algorithm },
    });
  }

  /** What a function must be allowed to read the keys: this secret, and its encryption key where it has its own. */
  readStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [this.secret.secretArn] }),
      ...this.mayUseKey("kms:Decrypt"),
    ];
  }

  private mayUseKey(...actions: string[]): PolicyStatement[] {
    return this.kmsKeyArn === undefined
      ? []
      : [
          new PolicyStatement({
            actions,
            resources: [this.kmsKeyArn],
            conditions: { StringEquals: { "kms:ViaService": `secretsmanager.${Aws.REGION}.amazonaws.com` } },
          }),
        ];
  }
}
