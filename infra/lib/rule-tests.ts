import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "../stages/stage";
import { InputError } from "./input-error";
import type { OathgateCli } from "./oathgate-cli";

const TESTS_BY_DEFAULT = "rules/tests.jsonnet";

/**
 * Runs the tests of a stage's rules, with the stage's values and as its function decides.
 *
 * @param configFile the stage's laid-out configuration
 * @returns what came of them; nothing where there are none
 * @throws InputError where a test fails, or where the stage names tests that are not there
 */
export function testRules(stage: Stage, configFile: string, cli: Pick<OathgateCli, "testRules">): string {
  const { tests, values } = stage.settings.rules;
  const file = tests ?? TESTS_BY_DEFAULT;
  if (existsSync(join(stage.root, file))) {
    return cli.testRules(configFile, join(stage.root, file), values, stage.file);
  }
  if (tests !== undefined) {
    throw new InputError(`\`rules.tests\` of the stage \`${stage.name}\` names ${file}, which is no file`);
  }
  return "";
}
