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

/** Seconds are all that this may take: one repeat, and no long wait for a region that is not there. */
const CLIENT_LIMITS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 },
};

/** Whose credentials these are. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

type Credentials = STSClientConfig["credentials"];

/** Requests to AWS, or to where `AWS_ENDPOINT_URL` points, with one set of credentials in one region. */
export class AwsSession {
  /** What a client of the SDK is made with. */
  readonly config;

  constructor(
    readonly region: string,
    credentials: Credentials,
  ) {
    this.config = { ...CLIENT_LIMITS, region, credentials };
  }

  /** Whose credentials these are, which AWS tells everybody whatever they may do. */
  async caller(): Promise<Caller> {
    const { Account = "", Arn = "" } = await new STSClient(this.config).send(
      new GetCallerIdentityCommand({}),
    );
    return { account: Account, arn: Arn };
  }

  /** A parameter of the Systems Manager. */
  async parameter(name: string): Promise<string> {
    const { Parameter } = await new SSMClient(this.config).send(new GetParameterCommand({ Name: name }));
    return Parameter?.Value ?? "";
  }

  /** The same with the credentials of a role. */
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

/** The credentials that CDK's command line uses, found in its order: flag, variables, profile, sign-in, machine. */
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

/** The region that CDK's command line uses for a stage that names none; nothing where nobody chose one. */
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
