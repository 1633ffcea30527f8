import { placeOfArn } from "./arn";
import type { BackendSettings } from "./backend";

/** What a stage names that must be where the stage is deployed. */
export interface PlacedArn {
  /** The setting's path. */
  readonly path: readonly string[];
  readonly arn: string;
  /** What it is, with its article. */
  readonly what: string;
  /** Whether it must be of the stage's account as well. */
  readonly ofAccount: boolean;
}

/** The settings that name resources by their ARNs. */
export interface NamingSettings {
  readonly signingKeys: { readonly kmsKeyArn?: string | undefined; readonly secretArn?: string | undefined };
  readonly backend?: BackendSettings | undefined;
  readonly logs: { readonly kmsKeyArn?: string | undefined };
  readonly domain?: { readonly certificateArn?: string | undefined } | undefined;
  readonly webAclArn?: string | undefined;
  readonly alarms?: { readonly topicArn?: string | undefined } | undefined;
}

/** The resources that a stage names by their ARNs and that have to be in its region, or in its account as well. */
export function placedArns(settings: NamingSettings): PlacedArn[] {
  const { signingKeys, backend, logs, domain, webAclArn, alarms } = settings;
  const named = [
    { path: ["signingKeys", "kmsKeyArn"], arn: signingKeys.kmsKeyArn, what: "a key", ofAccount: false },
    { path: ["signingKeys", "secretArn"], arn: signingKeys.secretArn, what: "a secret", ofAccount: false },
    { path: ["backend", "functionArn"], arn: backend?.functionArn, what: "a function", ofAccount: true },
    {
      path: ["backend", "vpcLink", "loadBalancerArn"],
      arn: backend?.vpcLink?.loadBalancerArn,
      what: "a load balancer",
      ofAccount: true,
    },
    {
      path: ["backend", "secretHeader", "secretArn"],
      arn: backend?.secretHeader?.secretArn,
      what: "a secret",
      ofAccount: true,
    },
    {
      path: ["backend", "secretHeader", "kmsKeyArn"],
      arn: backend?.secretHeader?.kmsKeyArn,
      what: "a key",
      ofAccount: false,
    },
    { path: ["logs", "kmsKeyArn"], arn: logs.kmsKeyArn, what: "a key", ofAccount: false },
    {
      path: ["domain", "certificateArn"],
      arn: domain?.certificateArn,
      what: "a certificate",
      ofAccount: true,
    },
    { path: ["webAclArn"], arn: webAclArn, what: "a web ACL", ofAccount: true },
    { path: ["alarms", "topicArn"], arn: alarms?.topicArn, what: "a topic", ofAccount: false },
  ];
  return named.flatMap(({ arn, ...rest }) => (arn === undefined ? [] : [{ arn, ...rest }]));
}

/** Where a stage is deployed, as far as that is known. */
export interface StagePlace {
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

/** What is wrong with where a resource is: what it ought to be, and what it is; nothing where it fits. */
export function misplaced(
  { arn, what, ofAccount }: PlacedArn,
  { region, account }: StagePlace,
): { readonly wanted: string; readonly is: string; readonly setting: "region" | "account" } | undefined {
  const place = placeOfArn(arn);
  if (region !== undefined && place.region !== region) {
    return { wanted: `${what} of the stage's region, \`${region}\``, is: place.region, setting: "region" };
  }
  if (ofAccount && account !== undefined && place.account !== account) {
    return {
      wanted: `${what} of the stage's account, \`${account}\``,
      is: place.account,
      setting: "account",
    };
  }
  return undefined;
}
