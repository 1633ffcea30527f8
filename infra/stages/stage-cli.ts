import { builtCli, namedCli, OathgateCli } from "../lib/oathgate-cli";

/**
 * The `oathgate` program of this project: the one that the environment names, or else the one that cargo builds.
 *
 * @param root the project's root
 */
export function stageCli(root: string, environment: NodeJS.ProcessEnv = process.env): OathgateCli {
  return new OathgateCli(root, namedCli(root, environment) ?? builtCli(root, environment));
}
