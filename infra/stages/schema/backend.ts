import { z } from "zod";
import { regionalArn } from "./arn";
import { secretHeader } from "./secret-header";
import { vpcLink } from "./vpc-link";

/** Seconds that API Gateway waits for a backend: without asking AWS, at most for a whole answer, and for one it streams. */
export const BACKEND_TIMEOUT_SECONDS = { unasked: 29, buffered: 300, stream: 900 } as const;

/** How an answer of the backend is handed on. */
export const RESPONSE_TRANSFER_MODES = ["buffered", "stream"] as const;

/** A client certificate's name within the stage, of which its logical id is made. */
const certificateName = z
  .string("must be a name, in quotes where it is a number")
  .regex(/^[A-Za-z0-9]{1,20}$/, "must be 1 to 20 letters and digits");

/** `true` is one certificate; to rotate it, the next one is made, and known to the backend, before it takes over. */
const clientCertificate = z.preprocess(
  (written) => (written === true ? {} : written === false ? undefined : written),
  z
    .strictObject(
      {
        /** The name of the certificate that API Gateway presents; another name is another certificate. @default first */
        current: certificateName.default("first"),
        /** The name of one that is made beside it and not presented yet. @default none */
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

/** A backend that is not at a public URL, and how a backend recognises the gateway. */
export const backend = z.strictObject({
  /** The Lambda function that answers allowed requests. */
  functionArn: regionalArn(
    /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$/,
    "must be a Lambda function's ARN, with nothing behind the name but a version or an alias",
  ).optional(),
  /** A load balancer in a VPC. */
  vpcLink: vpcLink.optional(),
  /** Present a client certificate of API Gateway's to the backend. @default false */
  clientCertificate,
  /** Show the backend a secret in a header of every request that is allowed. @default none */
  secretHeader: secretHeader.optional(),
});

/** The backend settings of a stage that has them. */
export type BackendSettings = z.output<typeof backend>;
