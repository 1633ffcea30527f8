import { z } from "zod";
import { regionalArn } from "./arn";
import { secretHeader } from "./secret-header";
import { vpcLink } from "./vpc-link";

/**
 * The longest time that API Gateway waits for a backend, in seconds: with the default quota, with a higher one, and for a
 * streamed response.
 */
export const BACKEND_TIMEOUT_SECONDS = { withoutQuota: 29, buffered: 300, stream: 900 } as const;

/** How a response of the backend is forwarded. */
export const RESPONSE_TRANSFER_MODES = ["buffered", "stream"] as const;

/** The name of a client certificate within the stage, which is part of its logical id. */
const certificateName = z
  .string("must be a name, in quotes if it is a number")
  .regex(/^[A-Za-z0-9]{1,20}$/, "must be 1 to 20 letters and digits");

/** `true` is one certificate. For a rotation, the next one is created and made known to the backend before it is used. */
const clientCertificate = z.preprocess(
  (written) => (written === true ? {} : written === false ? undefined : written),
  z
    .strictObject(
      {
        /** The name of the certificate that API Gateway presents; each name is another certificate. @default first */
        current: certificateName.default("first"),
        /** The name of a second certificate, which is not presented yet. @default none */
        next: certificateName.optional(),
      },
      "must be `true`, or a map that names the certificates",
    )
    .refine(({ current, next }) => current !== next, {
      path: ["next"],
      message: "must be another name than `current`",
    })
    .optional(),
);

/** A backend that is not at a public URL, and how a backend recognises the gate. */
export const backend = z.strictObject({
  /** The Lambda function that handles allowed requests. */
  functionArn: regionalArn(
    /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$/,
    "must be a Lambda function's ARN, optionally with a version or an alias",
  ).optional(),
  /** A load balancer in a VPC. */
  vpcLink: vpcLink.optional(),
  /** Present a client certificate of API Gateway to the backend. @default false */
  clientCertificate,
  /** Send the backend a secret in a header of every allowed request. @default none */
  secretHeader: secretHeader.optional(),
});

/** The backend settings of a stage that has them. */
export type BackendSettings = z.output<typeof backend>;
