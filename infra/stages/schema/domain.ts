import { z } from "zod";
import { basePath } from "../../lib/prop-values";
import { regionalArn } from "./arn";
import { complainIn } from "./complain";

/** What API Gateway takes for a regional domain with mutual TLS, and its own default for one without. */
const LEGACY_TLS_POLICY = "TLS_1_2";

/** What a domain without mutual TLS has where the stage says nothing: TLS 1.3, and 1.2 with the ciphers that most clients have. */
const DEFAULT_TLS_POLICY = "SecurityPolicy_TLS13_1_2_2021_06";

/**
 * The security policies of API Gateway for regional domains, as of 2026, without the one that takes TLS 1.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
 */
export const TLS_POLICIES = [
  LEGACY_TLS_POLICY,
  DEFAULT_TLS_POLICY,
  "SecurityPolicy_TLS13_1_2_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_3_2025_09",
  "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
] as const;

const mutualTls = z.strictObject({
  /** The certificates of who may issue clients' certificates: a PEM file in S3. */
  truststoreUri: z
    .string("must be an S3 object such as `s3://bucket/truststore.pem`")
    .regex(
      /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S+$/,
      "must be an S3 object such as `s3://bucket/truststore.pem`",
    ),
  /** The object's version. @default the latest, which API Gateway reads when the domain is changed, not when the file is */
  truststoreVersion: z
    .string("must be the version of an S3 object")
    .min(1, "must be the version of an S3 object")
    .optional(),
});

/** The domain name under which clients know the API. */
export const domain = z
  .strictObject({
    /** Such as `api.example.com`. */
    name: z
      .string("must be a domain name")
      .max(253, "must be at most 253 characters")
      .regex(
        /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
        "must be a domain name in lower case, such as `api.example.com`, without a wildcard",
      ),
    /** Where the domain has the API, such as `/orders`. @default the domain's root */
    basePath: basePath.optional(),
    /** The domain's certificate in ACM. @default one is made, and validated by DNS in the hosted zone */
    certificateArn: regionalArn(
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      "must be an ACM certificate's ARN",
    ).optional(),
    /** The hosted zone in Route 53 that gets the domain's records. @default the records are made elsewhere */
    hostedZoneId: z
      .string("must be a hosted zone's id")
      .regex(/^Z[A-Z0-9]{1,31}$/, "must be a hosted zone's id such as `Z0123456789ABCDEFGHIJ`")
      .optional(),
    /** @default SecurityPolicy_TLS13_1_2_2021_06; TLS_1_2 with mutual TLS */
    tlsPolicy: z.enum(TLS_POLICIES, `must be one of ${TLS_POLICIES.join(", ")}`).optional(),
    /** Clients need a certificate of their own. @default they need none */
    mutualTls: mutualTls.optional(),
  })
  .superRefine((domain, context) => {
    const complain = complainIn(context);
    if (domain.certificateArn === undefined && domain.hostedZoneId === undefined) {
      complain(
        ["certificateArn"],
        "must be given where there is no `hostedZoneId`: only in a hosted zone can the stack have a certificate of its own validated",
      );
    }
    if (domain.mutualTls !== undefined && (domain.tlsPolicy ?? LEGACY_TLS_POLICY) !== LEGACY_TLS_POLICY) {
      complain(
        ["tlsPolicy"],
        `must be ${LEGACY_TLS_POLICY} with \`mutualTls\`: API Gateway takes no other policy for it`,
      );
    }
  });

/** The domain of a stage that has one. */
export type DomainSettings = z.output<typeof domain>;

/** The security policy of a domain, and of the API behind it, by which API Gateway negotiates under every name. */
export function tlsPolicyOf(domain: DomainSettings): (typeof TLS_POLICIES)[number] {
  return domain.tlsPolicy ?? (domain.mutualTls === undefined ? DEFAULT_TLS_POLICY : LEGACY_TLS_POLICY);
}

/** What rules and function have to know of a stage's own domain: the host that rules are written for, and the base path. */
export function hostAndBasePath(stage: {
  readonly publicHost?: string | undefined;
  readonly domain?: DomainSettings | undefined;
}): { publicHost?: string; basePath?: string } {
  const { domain, publicHost = domain?.name } = stage;
  return {
    ...(publicHost === undefined ? {} : { publicHost }),
    ...(domain?.basePath === undefined ? {} : { basePath: domain.basePath }),
  };
}
