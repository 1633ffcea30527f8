import { resolve } from "node:path";
import { variable } from "../lib/facts";
import type { FunctionSources } from "../lib/function-sources";
import type { Command, OathgateCli } from "../lib/oathgate-cli";
import { OathgateCode, type OathgateCodeContext } from "../lib/oathgate-code";

/** Names a folder of packages. */
const PREBUILT_VARIABLE = variable("PREBUILT_DIR");

/** Names a folder of built binaries. */
const BINARIES_VARIABLE = variable("BINARIES");

/**
 * The source of a stage's functions, by environment variables:
 *
 * - a folder of packages: its folders `authorizer` and `signing-keys` are deployed without packaging;
 * - a folder of binaries: the built `bootstrap` and `oathgate-signing-keys`, as cargo (`target/release`)
 *   or cargo-lambda (`target/lambda`) write them; they are packaged during synth;
 * - neither: cargo-lambda builds them while CDK bundles the stack, and they are packaged then.
 *
 * @param root the project's root
 * @param cli the program that checks and packages
 */
export function stageCode(
  root: string,
  cli: Pick<OathgateCli, "command">,
  environment: NodeJS.ProcessEnv = process.env,
): OathgateCode {
  return new StageCode(functionsOf(root, environment), cli.command);
}

function functionsOf(root: string, environment: NodeJS.ProcessEnv): OathgateCode {
  const prebuilt = environment[PREBUILT_VARIABLE];
  const binaries = environment[BINARIES_VARIABLE];
  if (prebuilt) {
    const folder = resolve(root, prebuilt);
    return OathgateCode.fromFolders(
      { authorizer: resolve(folder, "authorizer"), signingKeys: resolve(folder, "signing-keys") },
      PREBUILT_VARIABLE,
    );
  }
  return binaries
    ? OathgateCode.fromBinaries(resolve(root, binaries), BINARIES_VARIABLE)
    : OathgateCode.fromCargo(root);
}

/** Functions that are packaged by the same program that has checked the rules. */
class StageCode extends OathgateCode {
  constructor(
    private readonly functions: OathgateCode,
    private readonly command: Command,
  ) {
    super();
  }

  override program(): Command {
    return this.command;
  }

  override functionSources(context: OathgateCodeContext): FunctionSources {
    return this.functions.functionSources(context);
  }
}
