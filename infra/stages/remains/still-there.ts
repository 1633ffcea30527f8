import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeKeyCommand, KMSClient, NotFoundException } from "@aws-sdk/client-kms";
import {
  DescribeSecretCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { AwsSession } from "../preflight/aws-session";
import { isAccessDenied } from "../preflight/credential-errors";
import type { KnownResource } from "./stack-history";

/** Looks a resource up in AWS. Returns one line for each that exists. */
type Lookup = (session: AwsSession, id: string) => Promise<string[]>;

const LOOKUPS: Readonly<Record<string, Lookup>> = {
  "AWS::SecretsManager::Secret": secret,
  "AWS::Logs::LogGroup": logGroups,
  "AWS::KMS::Key": key,
};

/** Looks up a resource that may remain. Returns one line for each that exists or could not be looked up. */
export async function stillThere(session: AwsSession, { type, id }: KnownResource): Promise<string[]> {
  const lookUp = LOOKUPS[type];
  if (lookUp === undefined) {
    return [`${type} ${id}, which CloudFormation kept; whether it still exists was not checked`];
  }
  try {
    return await lookUp(session, id);
  } catch (error) {
    if (isAccessDenied(error)) {
      return [`possibly ${type} ${id}: the credentials may not read it`];
    }
    throw error;
  }
}

async function secret(session: AwsSession, id: string): Promise<string[]> {
  try {
    const found = await new SecretsManagerClient(session.config).send(
      new DescribeSecretCommand({ SecretId: id }),
    );
    return [
      found.DeletedDate === undefined
        ? `the secret ${id}`
        : `the secret ${id}, which was deleted on ${found.DeletedDate.toISOString()} and can be restored for some days`,
    ];
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return [];
    }
    throw error;
  }
}

async function logGroups(session: AwsSession, id: string): Promise<string[]> {
  const found = await new CloudWatchLogsClient(session.config).send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: id }),
  );
  return (
    (found.logGroups ?? [])
      .map(({ logGroupName = "" }) => logGroupName)
      // An id that ends with a slash is a prefix of names.
      .filter((name) => name === id || id.endsWith("/"))
      .map((name) => `the log group ${name}`)
  );
}

async function key(session: AwsSession, id: string): Promise<string[]> {
  try {
    const { KeyMetadata } = await new KMSClient(session.config).send(new DescribeKeyCommand({ KeyId: id }));
    const until = KeyMetadata?.DeletionDate;
    return [
      until === undefined
        ? `the KMS key ${id}`
        : `the KMS key ${id}, which KMS will delete on ${until.toISOString()}`,
    ];
  } catch (error) {
    if (error instanceof NotFoundException) {
      return [];
    }
    throw error;
  }
}
