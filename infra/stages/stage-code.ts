import { resolve } from "node:path";
import type { FunctionSources } from "../lib/function-sources";
import type { Command, OathgateCli } from "../lib/oathgate-cli";
import { OathgateCode, type OathgateCodeContext } from "../lib/oathgate-code";

/**
 * The source of a stage's functions, by environment variables:
 *
 * - `OATHGATE_PREBUILT_DIR`: its folders `authorizer` and `signing-keys` are deployed without packaging;
 * - `OATHGATE_BINARIES`: a folder with the built `bootstrap` and `oathgate-signing-keys`, as cargo (`target/release`)
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
  const { OATHGATE_PREBUILT_DIR: prebuilt, OATHGATE_BINARIES: binaries } = environment;
  if (prebuilt) {
    const folder = resolve(root, prebuilt);
    return OathgateCode.fromFolders(
      { authorizer: resolve(folder, "authorizer"), signingKeys: resolve(folder, "signing-keys") },
      "OATHGATE_PREBUILT_DIR",
    );
  }
  return binaries
    ? OathgateCode.fromBinaries(resolve(root, binaries), "OATHGATE_BINARIES")
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
