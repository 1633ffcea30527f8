import { InputError } from "../lib/input-error";
import { regionOfArn } from "./schema/signing-keys";
import type { Stage } from "./stage";

/**
 * Refuses a KMS key of another region than the one that is deployed to, where the stage names none: the CDK command line
 * says then which region the credentials in use are for.
 *
 * @throws InputError where Secrets Manager could not use the key
 */
export function checkRegion(stage: Stage, environment: NodeJS.ProcessEnv = process.env): void {
  const { region = environment.CDK_DEFAULT_REGION, signingKeys } = stage.settings;
  const { kmsKeyArn } = signingKeys;
  if (kmsKeyArn !== undefined && region && regionOfArn(kmsKeyArn) !== region) {
    throw new InputError(
      `\`signingKeys.kmsKeyArn\` of the stage \`${stage.name}\` is a key of ${regionOfArn(kmsKeyArn)}, and the stage is deployed to ${region}: name a key of that region, or set \`region\``,
    );
  }
}
