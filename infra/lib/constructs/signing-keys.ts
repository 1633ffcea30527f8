import { CustomResource, Duration, RemovalPolicy } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { type CfnSecret, type ISecret, type ReplicaRegion, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct, type IDependable } from "constructs";
import { SECRET_TTL_SECONDS, variableOf } from "../facts";
import { InputError } from "../input-error";
import { type KeyLifeCycle, KeyRotation, type KeyRotationOptions, keyLifeCycle } from "./key-rotation";
import { mayRead, mayWrite } from "./secret-rights";
import { type SecretsFunctionOptions, secretsFunction } from "./secrets-function";

/** An asymmetric signature algorithm: a backend can verify the tokens without being able to create them. */
export type SigningAlgorithm = "ES256" | "ES384" | "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512";

/** All of these algorithms. */
export const SIGNING_ALGORITHMS = [
  "ES256",
  "ES384",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
] as const satisfies readonly SigningAlgorithm[];

/** The keys that the `id_token` mutator signs with. */
export interface SigningKeysOptions {
  /** The algorithm of the first key. Signing with ES256 takes a fraction of the time of RS256. @default ES256 */
  readonly algorithm?: SigningAlgorithm;
  /**
   * What happens to the secret when the stack is destroyed.
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: it is kept, but a failed first deploy leaves no secret behind
   */
  readonly removalPolicy?: RemovalPolicy;
  /** Time after which the authorizer reads the secret again: 1 second to 1 day. @default Duration.minutes(5) */
  readonly ttl?: Duration;
  /** The KMS key that the secret is encrypted with. @default the account's key for Secrets Manager */
  readonly encryptionKey?: IKey;
  /** Other regions with a replica of the secret, which gates there can use. @default none */
  readonly replicaRegions?: ReplicaRegion[];
  /**
   * An existing secret with a key set, by its complete ARN: created by others, or replicated from another region. It is read and
   * never changed; its owner adds and rotates the keys.
   * @default a new secret with a first key
   */
  readonly secret?: ISecret;
  /** Rotation by Secrets Manager's schedule. @default the keys are not rotated */
  readonly rotation?: KeyRotationOptions;
}

/** Props for `SigningKeys`. */
export interface SigningKeysProps extends SecretsFunctionOptions {
  readonly options: SigningKeysOptions;
  /** The longest lifetime of the rules' tokens, in seconds. */
  readonly longestTokenSeconds: number;
}

/**
 * The key set that tokens are signed with: a secret, and a custom resource that writes a first key into it.
 *
 * The secret is created without any value (neither `SecretString` nor `GenerateSecretString`), so no template, change set
 * or log ever contains one. The custom resource's function receives `SecretArn` and `Algorithm`. It creates a key set if the
 * secret has no value or an empty one, and leaves every other value unchanged, so a redeploy keeps the keys.
 *
 * An existing secret is only read.
 */
export class SigningKeys extends Construct {
  /** The secret that holds the JSON Web Key Set. */
  readonly secret: ISecret;

  /** Depend on these for resources that need a first key. */
  readonly filled: readonly IDependable[];

  /** The times of the rotation; `undefined` without one. */
  readonly lifeCycle: KeyLifeCycle | undefined;

  /** How long readers cache the keys. */
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
    this.ttl = options.ttl ?? Duration.seconds(SECRET_TTL_SECONDS.default);

    this.lifeCycle = rotation && keyLifeCycle(rotation, this.ttl, longestTokenSeconds);
    if (secret !== undefined) {
      if (rotation !== undefined) {
        throw new InputError(
          "`signingKeys.rotation` can't be set with `signingKeys.secret`: the owner of that secret rotates it",
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
    // CDK generates a password for a secret without a value; the key set must come from the custom resource.
    (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
    return secret;
  }

  /** The custom resource that writes the first key into the secret. */
  private firstKey(functions: SecretsFunctionOptions, algorithm: SigningAlgorithm = "ES256"): CustomResource {
    const { function: maker } = secretsFunction(this, {
      ...functions,
      identityId: "Maker",
      purpose: "Writes the first key into the gate's signing secret",
      may: mayWrite({ secretArn: this.secret.secretArn, encryptionKey: this.encryptionKey }, [
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
      ]),
      // Includes half a minute for the new role's rights to propagate.
      timeout: Duration.seconds(90),
    });
    return new CustomResource(this, "FirstKey", {
      resourceType: "Custom::OathgateSigningKeys",
      serviceToken: maker.functionArn,
      serviceTimeout: Duration.minutes(3),
      properties: { SecretArn: this.secret.secretArn, Algorithm: algorithm },
    });
  }

  /** The rights that a function needs to read the keys: on this secret, and on its encryption key if it has one. */
  readStatements(): PolicyStatement[] {
    return mayRead({ secretArn: this.secret.secretArn, encryptionKey: this.encryptionKey });
  }

  /** The variables that name the secret and how long it is cached. */
  readerEnvironment(): Record<string, string> {
    return {
      [variableOf("signingKeys")]: this.secret.secretArn,
      [variableOf("signingKeys.ttlSeconds")]: String(this.ttl.toSeconds()),
    };
  }
}
