import { z } from "zod";
import { basePath } from "../../lib/prop-values";
import { regionalArn } from "./arn";
import { complainIn } from "./complain";

/** The policy that API Gateway requires for a regional domain with mutual TLS; its own default without. */
const LEGACY_TLS_POLICY = "TLS_1_2";

/** The default for a domain without mutual TLS: TLS 1.3, and TLS 1.2 with widely supported ciphers. */
const DEFAULT_TLS_POLICY = "SecurityPolicy_TLS13_1_2_2021_06";

/**
 * The security policies of API Gateway for regional domains, as of 2026, without the one that accepts TLS 1.0.
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
  /** The certificate authorities for client certificates: a PEM file in S3. */
  truststoreUri: z
    .string("must be an S3 object such as `s3://bucket/truststore.pem`")
    .regex(
      /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S+$/,
      "must be an S3 object such as `s3://bucket/truststore.pem`",
    ),
  /** The object's version. @default the latest one each time the domain is changed, but not when only the file changes */
  truststoreVersion: z
    .string("must be the version of an S3 object")
    .min(1, "must be the version of an S3 object")
    .optional(),
});

/** The custom domain of the API. */
export const domain = z
  .strictObject({
    /** The domain name, such as `api.example.com`. */
    name: z
      .string("must be a domain name")
      .max(253, "must be at most 253 characters")
      .regex(
        /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
        "must be a domain name in lower case, such as `api.example.com`, without a wildcard",
      ),
    /** The base path of the API, such as `/orders`. @default the domain's root */
    basePath: basePath.optional(),
    /** The domain's certificate in ACM. @default a new one, validated by DNS in the hosted zone */
    certificateArn: regionalArn(
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      "must be an ACM certificate's ARN",
    ).optional(),
    /** The hosted zone in Route 53 for the domain's records. @default the records are created elsewhere */
    hostedZoneId: z
      .string("must be a hosted zone's id")
      .regex(/^Z[A-Z0-9]{1,31}$/, "must be a hosted zone's id such as `Z0123456789ABCDEFGHIJ`")
      .optional(),
    /** @default SecurityPolicy_TLS13_1_2_2021_06; TLS_1_2 with mutual TLS */
    tlsPolicy: z.enum(TLS_POLICIES, `must be one of ${TLS_POLICIES.join(", ")}`).optional(),
    /** Require client certificates. @default not required */
    mutualTls: mutualTls.optional(),
  })
  .superRefine((domain, context) => {
    const complain = complainIn(context);
    if (domain.certificateArn === undefined && domain.hostedZoneId === undefined) {
      complain(
        ["certificateArn"],
        "must be set without `hostedZoneId`: the stack can validate a new certificate only in a hosted zone",
      );
    }
    if (domain.mutualTls !== undefined && (domain.tlsPolicy ?? LEGACY_TLS_POLICY) !== LEGACY_TLS_POLICY) {
      complain(
        ["tlsPolicy"],
        `must be ${LEGACY_TLS_POLICY} with \`mutualTls\`: API Gateway supports no other policy for it`,
      );
    }
  });

/** The domain of a stage that has one. */
export type DomainSettings = z.output<typeof domain>;

/** The security policy of a domain, and of the API behind it: API Gateway negotiates TLS by the API's policy. */
export function tlsPolicyOf(domain: DomainSettings): (typeof TLS_POLICIES)[number] {
  return domain.tlsPolicy ?? (domain.mutualTls === undefined ? DEFAULT_TLS_POLICY : LEGACY_TLS_POLICY);
}

/** The host that rules are written for and the base path, from a stage's own domain if it has one. */
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
