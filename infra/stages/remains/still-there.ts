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

/** Asks AWS whether a resource is there, and gives a line about it for each that is. */
type Question = (session: AwsSession, id: string) => Promise<string[]>;

const QUESTIONS: Readonly<Record<string, Question>> = {
  "AWS::SecretsManager::Secret": secret,
  "AWS::Logs::LogGroup": logGroups,
  "AWS::KMS::Key": key,
};

/** What AWS says of a resource that may be left: a line for each that is there, or that could not be looked for. */
export async function stillThere(session: AwsSession, { type, id }: KnownResource): Promise<string[]> {
  const ask = QUESTIONS[type];
  if (ask === undefined) {
    return [`${type} ${id}, which CloudFormation kept; whether it is still there was not looked for`];
  }
  try {
    return await ask(session, id);
  } catch (error) {
    if (isAccessDenied(error)) {
      return [`perhaps ${type} ${id}: the credentials may not look for it`];
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
        : `the secret ${id}, which is deleted since ${found.DeletedDate.toISOString()} and can be restored for some days`,
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
      // What ends with a slash is the beginning of names.
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
        : `the KMS key ${id}, which KMS deletes on ${until.toISOString()}`,
    ];
  } catch (error) {
    if (error instanceof NotFoundException) {
      return [];
    }
    throw error;
  }
}
