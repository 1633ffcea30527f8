import { Aws } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";

/** A secret and its encryption key, as policies name them. */
export interface EncryptedSecret {
  readonly secretArn: string;
  /** The KMS key that the secret is encrypted with. @default the account's key for Secrets Manager, which needs no right */
  readonly encryptionKey: IKey | undefined;
}

/** The rights that a function needs to read one secret. */
export function mayRead(secret: EncryptedSecret): PolicyStatement[] {
  return mayUse(secret, ["secretsmanager:GetSecretValue"], ["kms:Decrypt"]);
}

/**
 * The rights that a function needs to read one secret and write values into it.
 *
 * @param actions the actions on the secret
 */
export function mayWrite(secret: EncryptedSecret, actions: string[]): PolicyStatement[] {
  return mayUse(secret, actions, ["kms:Decrypt", "kms:GenerateDataKey"]);
}

function mayUse(
  { secretArn, encryptionKey }: EncryptedSecret,
  actions: string[],
  keyActions: string[],
): PolicyStatement[] {
  return [
    new PolicyStatement({ actions, resources: [secretArn] }),
    ...(encryptionKey === undefined
      ? []
      : [
          new PolicyStatement({
            actions: keyActions,
            resources: [encryptionKey.keyArn],
            conditions: { StringEquals: { "kms:ViaService": `secretsmanager.${Aws.REGION}.amazonaws.com` } },
          }),
        ]),
  ];
}
