import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  STSClient,
  type STSClientConfig,
} from "@aws-sdk/client-sts";
import {
  createCredentialChain,
  fromEnv,
  fromIni,
  fromNodeProviderChain,
} from "@aws-sdk/credential-providers";
import type { CdkFlags } from "./cdk-flags";
import { MfaCodeNeeded } from "./credential-errors";

/** Short limits, because a preflight may take only seconds: one retry, and no long wait for a region that does not exist. */
const CLIENT_LIMITS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 },
};

/** The identity of the caller. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

type Credentials = STSClientConfig["credentials"];

/** A session with AWS, or with the endpoint in `AWS_ENDPOINT_URL`: one set of credentials in one region. */
export class AwsSession {
  /** The configuration for clients of the SDK. */
  readonly config;

  constructor(
    readonly region: string,
    credentials: Credentials,
  ) {
    this.config = { ...CLIENT_LIMITS, region, credentials };
  }

  /** The identity of the caller, which needs no rights. */
  async caller(): Promise<Caller> {
    const { Account = "", Arn = "" } = await new STSClient(this.config).send(
      new GetCallerIdentityCommand({}),
    );
    return { account: Account, arn: Arn };
  }

  /** The value of a parameter in Systems Manager. */
  async parameter(name: string): Promise<string> {
    const { Parameter } = await new SSMClient(this.config).send(new GetParameterCommand({ Name: name }));
    return Parameter?.Value ?? "";
  }

  /** A session with the credentials of a role. */
  async assuming(roleArn: string): Promise<AwsSession> {
    const { Credentials: given } = await new STSClient(this.config).send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "oathgate" }),
    );
    return new AwsSession(this.region, {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
    });
  }
}

/** The credentials that CDK's command line uses, searched in the same order: flag, variables, profile, sign-in, machine. */
export function cdkCredentials(flags: CdkFlags, environment: NodeJS.ProcessEnv): Credentials {
  const mfaCodeProvider = async (device: string): Promise<string> => {
    throw new MfaCodeNeeded(device);
  };
  if (flags.profile !== undefined) {
    return fromIni({ profile: flags.profile, mfaCodeProvider });
  }
  const profile = environment.AWS_PROFILE || environment.AWS_DEFAULT_PROFILE;
  const chain = fromNodeProviderChain({ ...(profile ? { profile } : {}), mfaCodeProvider });
  return environment.AWS_ACCESS_KEY_ID && environment.AWS_SECRET_ACCESS_KEY
    ? createCredentialChain(fromEnv(), chain)
    : chain;
}

/** The region that CDK's command line uses for a stage without one; `undefined` if none is configured. */
export async function cdkRegion(
  flags: CdkFlags,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const chosen =
    environment.AWS_REGION ||
    environment.AMAZON_REGION ||
    environment.AWS_DEFAULT_REGION ||
    environment.AMAZON_DEFAULT_REGION;
  if (chosen) {
    return chosen;
  }
  const profile = flags.profile ?? (environment.AWS_PROFILE || environment.AWS_DEFAULT_PROFILE);
  try {
    return await new STSClient({ ...(profile ? { profile } : {}) }).config.region();
  } catch {
    return undefined;
  }
}
