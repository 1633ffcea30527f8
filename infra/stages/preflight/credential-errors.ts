import { InputError } from "../../lib/input-error";

/** A profile needs a code of an MFA device, which CDK's command line prompts for. */
export class MfaCodeNeeded extends Error {
  override readonly name = "MfaCodeNeeded";

  constructor(device: string) {
    super(`a code of the MFA device ${device} is required`);
  }
}

const EXPIRED = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
const UNKNOWN_KEY = ["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"];
const WRONG_SIGNATURE = ["SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"];
const NOT_FOUND = [
  "CredentialsProviderError",
  "TokenProviderError",
  "SharedIniFileCredentialsProviderFailure",
];
const UNREACHABLE = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH"];

/** Whether AWS denied a request for lack of rights. */
export function isAccessDenied(error: unknown): boolean {
  return ["AccessDenied", "AccessDeniedException"].includes(nameOf(error));
}

/** Whether a parameter does not exist. */
export function isParameterNotFound(error: unknown): boolean {
  return nameOf(error) === "ParameterNotFound";
}

/**
 * Explains why credentials could not be used, and what to do about it.
 *
 * AWS's own message about a wrong signature is left out because it can contain a session token.
 *
 * @param region the region of the request
 */
export function credentialsRefused(error: unknown, region: string): InputError {
  const name = nameOf(error);
  if (NOT_FOUND.includes(name)) {
    return new InputError(
      `there are no AWS credentials: ${messageOf(error)}\n` +
        "sign in with `aws sso login`, name a profile in AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    );
  }
  if (EXPIRED.includes(name)) {
    return new InputError(
      "the AWS credentials have expired: sign in again (`aws sso login`), or set new ones in the environment",
    );
  }
  if (UNKNOWN_KEY.includes(name)) {
    return new InputError(
      `AWS does not know the credentials (${name}): they were deleted or mistyped, or the region ${region} is not ` +
        `enabled for the account (\`aws account enable-region --region-name ${region}\`)`,
    );
  }
  if (WRONG_SIGNATURE.includes(name)) {
    return new InputError(
      `AWS rejects the signature of these credentials (${name}): AWS_SECRET_ACCESS_KEY does not belong to ` +
        "AWS_ACCESS_KEY_ID, or this machine's clock is wrong",
    );
  }
  const unreachable = [nameOf(error), ...codesOf(error)].find(
    (code) => UNREACHABLE.includes(code) || code === "TimeoutError",
  );
  if (unreachable !== undefined) {
    const place = process.env.AWS_ENDPOINT_URL ?? `AWS in the region ${region}`;
    return new InputError(
      `${place} cannot be reached (${unreachable}): check the region's name, AWS_ENDPOINT_URL and the network`,
    );
  }
  return new InputError(`a request to AWS with these credentials failed: ${name}: ${messageOf(error)}`);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error codes of a failed connection; a host with several addresses has one for each. */
function codesOf(error: unknown): string[] {
  const all = error instanceof AggregateError ? [error, ...error.errors] : [error];
  return all.flatMap((one) => (one instanceof Error && "code" in one ? [String(one.code)] : []));
}
