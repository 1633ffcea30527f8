import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { SECRET_TTL_SECONDS, variableOf } from "../facts";
import type { GateReport, VouchedHeader } from "../gate-report";
import { InputError } from "../input-error";
import { SecretHeaderRotation } from "./secret-header-rotation";
import { mayRead } from "./secret-rights";
import type { SecretsFunctionOptions } from "./secrets-function";

/** A header with a secret in every allowed request, by which the backend recognises the gate. */
export interface SecretHeaderOptions {
  /** The header's name: letters, digits and hyphens. Rules must not set it, and requests in which clients send it are refused. */
  readonly name: string;
  /**
   * The secret: 32 to 1,024 visible ASCII characters.
   * @default a new one, with 64 random letters and digits that Secrets Manager generates
   */
  readonly secret?: ISecret;
  /** Time after which the authorizer reads the secret again: 1 second to 1 day. @default Duration.minutes(5) */
  readonly ttl?: Duration;
  /** The time after which a new secret is rotated, 1 to 1000 whole days. @default it is not rotated */
  readonly rotateAfter?: Duration;
  /** What happens to a new secret when the stack is destroyed. @default RemovalPolicy.DESTROY */
  readonly removalPolicy?: RemovalPolicy;
  /** The KMS key that encrypts a new secret. @default the account's key for Secrets Manager */
  readonly encryptionKey?: IKey;
}

/** The number of characters of a generated secret: as hard to guess as a key of more than 256 bits. */
const GENERATED_LENGTH = 64;

/**
 * The secret header: a secret, and the header in which the authorizer passes it to the backend.
 *
 * Secrets Manager generates the value and the function reads it, so it is in no template, variable, output or log.
 */
export class SecretHeader extends Construct {
  readonly secret: ISecret;
  /** The header, mapped like those that rules set. */
  readonly header: VouchedHeader;

  private readonly encryptionKey: IKey | undefined;
  private readonly ttl: Duration;

  /**
   * @throws InputError if the header's name is not valid, or if options contradict each other
   */
  constructor(scope: Construct, id: string, options: SecretHeaderOptions, rotating: SecretsFunctionOptions) {
    super(scope, id);
    const { name, secret, rotateAfter, removalPolicy, encryptionKey } = options;
    if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) {
      throw new InputError(
        `\`secretHeader.name\` must be 1 to 64 letters, digits and hyphens, such as \`X-Gate-Secret\`; it is \`${name}\``,
      );
    }
    if (secret !== undefined && (rotateAfter ?? removalPolicy ?? encryptionKey) !== undefined) {
      throw new InputError(
        "`secretHeader.secret` is an existing secret: remove `rotateAfter`, `removalPolicy` and `encryptionKey`, which apply to a new one",
      );
    }
    this.header = { header: name, contextKey: name.toLowerCase() };
    this.ttl = options.ttl ?? Duration.seconds(SECRET_TTL_SECONDS.default);
    this.encryptionKey = secret === undefined ? encryptionKey : secret.encryptionKey;
    this.secret =
      secret ??
      new Secret(this, "Secret", {
        description: "Proves to a backend that a request comes from the gate",
        generateSecretString: { passwordLength: GENERATED_LENGTH, excludePunctuation: true },
        removalPolicy: removalPolicy ?? RemovalPolicy.DESTROY,
        ...(encryptionKey === undefined ? {} : { encryptionKey }),
      });
    if (rotateAfter !== undefined) {
      new SecretHeaderRotation(this, "Rotation", {
        ...rotating,
        secretArn: this.secret.secretArn,
        encryptionKey,
        every: rotateAfter,
      });
    }
  }

  /** The rights that a function needs to read this secret and no other. */
  readStatements(): PolicyStatement[] {
    return mayRead({ secretArn: this.secret.secretArn, encryptionKey: this.encryptionKey });
  }

  /** The authorizer's variables: the secret, the header, and how long the secret is cached. */
  readerEnvironment(): Record<string, string> {
    return {
      [variableOf("backend.secretHeader")]: this.secret.secretArn,
      [variableOf("backend.secretHeader.name")]: this.header.header,
      [variableOf("backend.secretHeader.ttlSeconds")]: String(this.ttl.toSeconds()),
    };
  }
}

/**
 * Adds the secret header, if there is one, to the vouched headers: it is mapped like those that rules set.
 *
 * @throws InputError if a rule sets the secret header, or if `clientHeaders` names it
 */
export function withSecretHeader(
  report: GateReport,
  secretHeader: VouchedHeader | undefined,
  clientHeaders: readonly string[] = [],
): GateReport {
  if (secretHeader === undefined) {
    return report;
  }
  const { header, contextKey } = secretHeader;
  if (report.vouchedHeaders.some((vouched) => vouched.contextKey === contextKey)) {
    throw new InputError(`\`secretHeader.name\` is \`${header}\`, which a rule sets: rename one of the two`);
  }
  if (clientHeaders.some((name) => name.toLowerCase() === contextKey)) {
    throw new InputError(
      `\`clientHeaders\` names \`${header}\`, the secret header, which clients must not send: remove it`,
    );
  }
  return { ...report, vouchedHeaders: [...report.vouchedHeaders, secretHeader] };
}
