import { placeOfArn } from "./arn";
import type { BackendSettings } from "./backend";

/** A resource in a stage's settings that must be in the region that the stage is deployed to. */
export interface PlacedArn {
  /** The setting's path. */
  readonly path: readonly string[];
  readonly arn: string;
  /** The kind of resource, with its article. */
  readonly what: string;
  /** Whether it must also be in the stage's account. */
  readonly ofAccount: boolean;
}

/** The settings with ARNs of resources. */
export interface NamingSettings {
  readonly signingKeys: { readonly kmsKeyArn?: string | undefined; readonly secretArn?: string | undefined };
  readonly backend?: BackendSettings | undefined;
  readonly logs: { readonly kmsKeyArn?: string | undefined };
  readonly domain?: { readonly certificateArn?: string | undefined } | undefined;
  readonly webAclArn?: string | undefined;
  readonly alarms?: { readonly topicArn?: string | undefined } | undefined;
}

/** The resources in a stage's settings that must be in its region, and some also in its account. */
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

/** The region and account that a stage is deployed to, as far as they are known. */
export interface StagePlace {
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

/** The mismatch between a resource's place and the stage's; `undefined` if there is none. */
export function misplaced(
  { arn, what, ofAccount }: PlacedArn,
  { region, account }: StagePlace,
): { readonly wanted: string; readonly is: string; readonly setting: "region" | "account" } | undefined {
  const place = placeOfArn(arn);
  if (region !== undefined && place.region !== region) {
    return { wanted: `${what} in the stage's region, \`${region}\``, is: place.region, setting: "region" };
  }
  if (ofAccount && account !== undefined && place.account !== account) {
    return {
      wanted: `${what} in the stage's account, \`${account}\``,
      is: place.account,
      setting: "account",
    };
  }
  return undefined;
}
