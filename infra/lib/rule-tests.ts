import { decisionVariables, secretHeaderVariable } from "./decision-settings";
import { existingFile } from "./gate-folder";
import { type GateSources, nameOfProp } from "./gate-sources";
import type { OathgateCli } from "./oathgate-cli";

/**
 * Runs the tests of a gate's rules, with the rules' external variables and the settings of its function.
 *
 * @param configFile the laid-out configuration
 * @returns the results, an empty text if the gate has no tests
 * @throws InputError if a test fails, or if the file with the tests does not exist
 */
export function testRules(
  sources: GateSources,
  configFile: string,
  cli: Pick<OathgateCli, "testRules">,
): string {
  const { ruleTests, ruleValues = {}, secretHeader } = sources;
  return ruleTests === undefined
    ? ""
    : cli.testRules(
        configFile,
        existingFile(sources, "ruleTests", ruleTests),
        ruleValues,
        nameOfProp(sources, "ruleTests"),
        {
          ...decisionVariables(sources),
          ...(secretHeader === undefined ? {} : secretHeaderVariable(secretHeader.name)),
        },
      );
}
