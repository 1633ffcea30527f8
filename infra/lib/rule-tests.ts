import { existingFile } from "./gate-folder";
import { type GateSources, nameOfProp } from "./gate-sources";
import type { OathgateCli } from "./oathgate-cli";
import { requestReading } from "./request-reading";

/**
 * Runs the tests of a gate's rules, with the rules' values and as its function decides.
 *
 * @param configFile the laid-out configuration
 * @returns what came of them; nothing where there are none
 * @throws InputError where a test fails, or where the named tests are not there
 */
export function testRules(
  sources: GateSources,
  configFile: string,
  cli: Pick<OathgateCli, "testRules">,
): string {
  const { ruleTests, ruleValues = {} } = sources;
  return ruleTests === undefined
    ? ""
    : cli.testRules(
        configFile,
        existingFile(sources, "ruleTests", ruleTests),
        ruleValues,
        nameOfProp(sources, "ruleTests"),
        requestReading(sources),
      );
}
