import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { GateReport, VouchedHeader } from "../gate-report";
import { InputError } from "../input-error";
import { SecretHeaderRotation } from "./secret-header-rotation";
import { mayRead } from "./secret-rights";
import type { SecretsFunctionOptions } from "./secrets-function";

/** A header that every allowed request has, with a secret by which the backend recognises the gate. */
export interface SecretHeaderOptions {
  /** The header's name: letters, digits and hyphens. No rule may set it, and no client may send it. */
  readonly name: string;
  /**
   * The secret: 32 to 1,024 visible ASCII characters.
   * @default one is made, of 64 random letters and digits that Secrets Manager chooses
   */
  readonly secret?: ISecret;
  /** Time after which the authorizer reads the secret again: 1 second to 1 day. @default Duration.minutes(5) */
  readonly ttl?: Duration;
  /** The time after which a secret that is made gets another value: 1 to 1000 whole days. @default it keeps its value */
  readonly rotateAfter?: Duration;
  /** What becomes of a secret that is made when the stack is destroyed. @default RemovalPolicy.DESTROY */
  readonly removalPolicy?: RemovalPolicy;
  /** The KMS key that a secret that is made is encrypted with. @default the account's key for Secrets Manager */
  readonly encryptionKey?: IKey;
}

/** How many characters a secret that is made has: as hard to guess as a key of more than 256 bits. */
const MADE_LENGTH = 64;

/**
 * The secret header: a secret, and the header in which the authorizer hands it to the backend.
 *
 * Secrets Manager makes the value, and the function reads it: it stands in no template, variable, output or log.
 */
export class SecretHeader extends Construct {
  readonly secret: ISecret;
  /** The header, mapped like those that rules set. */
  readonly header: VouchedHeader;

  private readonly encryptionKey: IKey | undefined;
  private readonly ttl: Duration;

  /**
   * @throws InputError where the header's name can't be one, or options contradict each other
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
        "`secretHeader.secret` is there already: leave out `rotateAfter`, `removalPolicy` and `encryptionKey`, which are for one that is made",
      );
    }
    this.header = { header: name, contextKey: name.toLowerCase() };
    this.ttl = options.ttl ?? Duration.minutes(5);
    this.encryptionKey = secret === undefined ? encryptionKey : secret.encryptionKey;
    this.secret =
      secret ??
      new Secret(this, "Secret", {
        description: "Shows a backend that a request comes from the gate",
        generateSecretString: { passwordLength: MADE_LENGTH, excludePunctuation: true },
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

  /** What a function must be allowed to read the secret, and nothing else. */
  readStatements(): PolicyStatement[] {
    return mayRead({ secretArn: this.secret.secretArn, encryptionKey: this.encryptionKey });
  }

  /** The variables that tell the authorizer which secret to show, in which header, and for how long to keep it. */
  readerEnvironment(): Record<string, string> {
    return {
      OATHGATE_BACKEND_SECRET: this.secret.secretArn,
      OATHGATE_BACKEND_SECRET_HEADER: this.header.header,
      OATHGATE_BACKEND_SECRET_TTL_SECONDS: String(this.ttl.toSeconds()),
    };
  }
}

/**
 * What a gate vouches for where it has a secret header, which is mapped with the headers of the rules.
 *
 * @throws InputError where a rule sets the secret header, or clients may send it
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
    throw new InputError(
      `\`secretHeader.name\` is \`${header}\`, which a rule sets: give one of them another name`,
    );
  }
  if (clientHeaders.some((name) => name.toLowerCase() === contextKey)) {
    throw new InputError(
      `\`clientHeaders\` names \`${header}\`, the secret header, which no client may send: leave it out`,
    );
  }
  return { ...report, vouchedHeaders: [...report.vouchedHeaders, secretHeader] };
}
