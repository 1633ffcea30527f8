import { CustomResource, Duration, RemovalPolicy } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { type CfnSecret, type ISecret, type ReplicaRegion, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct, type IDependable } from "constructs";
import { InputError } from "../input-error";
import { type KeyLifeCycle, KeyRotation, type KeyRotationOptions, keyLifeCycle } from "./key-rotation";
import { mayRead, mayWrite } from "./secret-rights";
import { type SecretsFunctionOptions, secretsFunction } from "./secrets-function";

/** An algorithm that tokens are signed with. A backend can check such tokens without being able to make them. */
export type SigningAlgorithm = "ES256" | "ES384" | "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512";

/** The keys that the `id_token` mutator signs with. */
export interface SigningKeysOptions {
  /** The first key's algorithm. Signing with ES256 takes a fraction of the time of RS256. @default ES256 */
  readonly algorithm?: SigningAlgorithm;
  /**
   * What becomes of the secret when the stack is destroyed.
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: it stays, and a first deploy that fails leaves none
   */
  readonly removalPolicy?: RemovalPolicy;
  /** Time after which the authorizer reads the secret again: 1 second to 1 day. @default Duration.minutes(5) */
  readonly ttl?: Duration;
  /** The KMS key that the secret is encrypted with. @default the account's key for Secrets Manager */
  readonly encryptionKey?: IKey;
  /** Other regions that hold a replica of the secret, which gates there can adopt. @default none */
  readonly replicaRegions?: ReplicaRegion[];
  /**
   * A secret with a key set that is there already, known by its whole ARN: made by others, or replicated from another region.
   * It is read and never changed; whoever owns it puts keys into it and rotates them.
   * @default the gate makes a secret, and a first key in it
   */
  readonly secret?: ISecret;
  /** Rotation by Secrets Manager's schedule. @default the keys stay until somebody changes them */
  readonly rotation?: KeyRotationOptions;
}

/** Props for `SigningKeys`. */
export interface SigningKeysProps extends SecretsFunctionOptions {
  readonly options: SigningKeysOptions;
  /** How long a token of the rules is valid at most, in seconds. */
  readonly longestTokenSeconds: number;
}

/**
 * The key set that tokens are signed with: a secret, and a custom resource that puts a first key into it.
 *
 * The secret is created without any value (neither `SecretString` nor `GenerateSecretString`), so no template, change set
 * or log ever holds one. The custom resource's function gets `SecretArn` and `Algorithm`. It makes a key set where the
 * secret has no value or an empty one, and leaves every other value alone, so a redeploy keeps the keys.
 *
 * A secret that is there already is read as it is.
 */
export class SigningKeys extends Construct {
  /** The secret that holds the JSON Web Key Set. */
  readonly secret: ISecret;

  /** Depend on these to be sure that there is a key. */
  readonly filled: readonly IDependable[];

  /** How the keys follow each other, where they are rotated. */
  readonly lifeCycle: KeyLifeCycle | undefined;

  /** How long whoever reads the keys keeps them. */
  readonly ttl: Duration;

  private readonly encryptionKey: IKey | undefined;

  constructor(
    scope: Construct,
    id: string,
    { options, longestTokenSeconds, ...functions }: SigningKeysProps,
  ) {
    super(scope, id);
    const { secret, rotation } = options;
    this.encryptionKey = options.encryptionKey;
    this.ttl = options.ttl ?? Duration.minutes(5);

    this.lifeCycle = rotation && keyLifeCycle(rotation, this.ttl, longestTokenSeconds);
    if (secret !== undefined) {
      if (rotation !== undefined) {
        throw new InputError(
          "`signingKeys.rotation` can't be set with `signingKeys.secret`: whoever owns that secret rotates it",
        );
      }
      this.secret = secret;
      this.filled = [];
      return;
    }
    this.secret = this.newSecret(options);
    const firstKey = this.firstKey(functions, options.algorithm);
    this.filled = [firstKey];
    if (this.lifeCycle !== undefined) {
      new KeyRotation(this, "Rotation", {
        ...functions,
        secretArn: this.secret.secretArn,
        encryptionKey: this.encryptionKey,
        lifeCycle: this.lifeCycle,
        after: firstKey,
      });
    }
  }

  private newSecret({
    removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    replicaRegions = [],
  }: SigningKeysOptions): Secret {
    const secret = new Secret(this, "Secret", {
      description: "JSON Web Key Set that the gate signs its tokens with",
      removalPolicy,
      ...(this.encryptionKey === undefined ? {} : { encryptionKey: this.encryptionKey }),
      ...(replicaRegions.length === 0 ? {} : { replicaRegions }),
    });
    // CDK generates a password into a secret that is given no value; a key set has to come from the custom resource.
    (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
    return secret;
  }

  /** The custom resource that puts the first key into the secret. */
  private firstKey(functions: SecretsFunctionOptions, algorithm: SigningAlgorithm = "ES256"): CustomResource {
    const { function: maker } = secretsFunction(this, {
      ...functions,
      identityId: "Maker",
      purpose: "Puts the first key into the gate's signing secret",
      may: mayWrite({ secretArn: this.secret.secretArn, encryptionKey: this.encryptionKey }, [
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
      ]),
      // Half a minute of it is for the rights of the new role to be known everywhere.
      timeout: Duration.seconds(90),
    });
    return new CustomResource(this, "FirstKey", {
      resourceType: "Custom::OathgateSigningKeys",
      serviceToken: maker.functionArn,
      serviceTimeout: Duration.minutes(3),
      properties: { SecretArn: this.secret.secretArn, Algorithm: algorithm },
    });
  }

  /** What a function must be allowed to read the keys: this secret, and its encryption key where it has its own. */
  readStatements(): PolicyStatement[] {
    return mayRead({ secretArn: this.secret.secretArn, encryptionKey: this.encryptionKey });
  }

  /** The variables that tell a function where its keys are, and for how long to keep them. */
  readerEnvironment(): Record<string, string> {
    return {
      OATHGATE_JWKS_SECRET: this.secret.secretArn,
      OATHGATE_JWKS_TTL_SECONDS: String(this.ttl.toSeconds()),
    };
  }
}
