import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PRINTED_REPORT, ROOT } from "./synth";

const manifest = JSON.parse(readFileSync(join(ROOT, "infra/package.json"), "utf8"));
const project = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const needed = { ...manifest.dependencies, ...manifest.peerDependencies };

/** A folder of somebody who has installed the package: its dependencies, what it expects to be there, nothing else. */
const consumer = realpathSync(mkdtempSync(join(tmpdir(), "oathgate-package-")));
const installed = join(consumer, "node_modules/oathgate-cdk");
afterAll(() => rmSync(consumer, { recursive: true }));

beforeAll(() => {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", consumer, join(ROOT, "infra")]);
  const [packed = ""] = readdirSync(consumer);
  mkdirSync(join(consumer, "node_modules/@types"), { recursive: true });
  execFileSync("tar", ["-xzf", join(consumer, packed), "-C", consumer]);
  renameSync(join(consumer, "package"), installed);
  for (const name of [...Object.keys(needed), "@types/node"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(consumer, "node_modules", name));
  }
}, 120_000);

const APP = `
import { App, Duration, Stack } from "aws-cdk-lib";
import { MockIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { type CheckedGate, InputError, Oathgate, OathgateCode, type OathgateProps } from "oathgate-cdk";

const stack = new Stack(new App(), "own");
const api = new RestApi(stack, "Api");
api.root.addMethod("GET", new MockIntegration());
const checked: CheckedGate = { vouchedHeaders: [], redirects: false, rules: [] };
const code = OathgateCode.fromFolders({ authorizer: "function", signingKeys: "function" });
const props: OathgateProps = { config: "gate/config.yml", timeout: Duration.seconds(5) };
const gate = new Oathgate(stack, "Gate", { ...props, code, checked });
gate.protect(api, { exclude: ["GET /"] });
try {
  new Oathgate(stack, "Second", props);
  console.log("made with what comes with the package");
} catch (error) {
  console.log(error instanceof InputError ? error.message : error);
}
console.log(Object.keys((stack.node.root as App).synth().getStackByName("own").template.Resources).length > 0);
`;

describe("the npm package", () => {
  it("contains built JavaScript, types, a README, the API page and the licence, nothing else", () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
    const built = files.filter((file) => file.startsWith("dist/"));
    expect(files.filter((file) => !built.includes(file)).sort()).toEqual([
      "API.md",
      "LICENSE",
      "README.md",
      "package.json",
    ]);
    expect(built.filter((file) => !/\.(js|d\.ts)$/.test(file))).toEqual(["dist/facts.json"]);
    expect(built).toContain("dist/index.js");
    expect(built).toContain("dist/index.d.ts");
    expect(files.filter((file) => /\.test\.|stages|stage-/.test(file))).toEqual([]);
  });

  it("depends on what it imports and on nothing else, in the versions that are tested here", () => {
    const imported = new Set<string>();
    for (const file of readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".js")) {
        continue;
      }
      const text = readFileSync(join(installed, "dist", file), "utf8");
      for (const [, name = ""] of text.matchAll(/require\("([^."][^"]*)"\)/g)) {
        imported.add(name.split("/")[0] ?? "");
      }
    }
    const own = [...imported].filter((name) => !name.startsWith("node:")).sort();
    expect(own).toEqual(Object.keys(needed).sort());
    for (const [name, range] of Object.entries<string>(needed)) {
      expect(range.replace("^", ""), name).toBe(project.dependencies[name]);
    }
  });

  it("compiles in a strict project that checks the types of its libraries too, and runs there", () => {
    writeFileSync(join(consumer, "app.ts"), APP);
    mkdirSync(join(consumer, "function"));
    writeFileSync(join(consumer, "function/bootstrap"), "");
    const options = {
      compilerOptions: {
        strict: true,
        skipLibCheck: false,
        target: "es2023",
        module: "node20",
        types: ["node"],
      },
      files: ["app.ts"],
    };
    writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify(options));
    const run = (program: string, ...args: string[]) =>
      execFileSync(program, args, {
        cwd: consumer,
        encoding: "utf8",
        env: { ...withoutProgram(), OATHGATE_FAKE: JSON.stringify(ANSWERS) },
      });
    run(join(ROOT, "node_modules/.bin/tsc"), "-p", ".");
    const app = () => run(process.execPath, "app.js").trim().split("\n");
    expect(app()).toEqual([
      expect.stringMatching(/^there is no `oathgate` program to check the rules with: /),
      "true",
    ]);
    addFile("gate/config.yml", "");
    addFile(
      `node_modules/oathgate-cdk/binaries/${process.platform}-${process.arch}/oathgate`,
      `#!/bin/sh\nexec '${process.execPath}' '${join(__dirname, "fixtures/oathgate.mjs")}' "$@"\n`,
    );
    expect(app()).toEqual([
      expect.stringMatching(/^`code`: this package of oathgate-cdk was built without binaries for arm64: /),
      "true",
    ]);
    for (const name of ["bootstrap", "oathgate-signing-keys"]) {
      addFile(`node_modules/oathgate-cdk/binaries/lambda-arm64/${name}/bootstrap`, name);
    }
    expect(app()).toEqual(["made with what comes with the package", "true"]);
  });

  it("has an API page that matches the doc comments", () => {
    const generate = join(ROOT, "infra/api-page/generate");
    expect(
      existsSync(join(dirname(generate), "node_modules")),
      "run `make infra/api-page/node_modules`",
    ).toBe(true);
    const page = join(consumer, "API.md");
    execFileSync(generate, [page]);
    expect(readFileSync(join(ROOT, "infra/API.md"), "utf8"), "run `make api-page`").toBe(
      readFileSync(page, "utf8"),
    );
  });
});

/** What the program of the package says, which the placeholder for it repeats. */
const ANSWERS = { headers: { stdout: JSON.stringify(PRINTED_REPORT) }, list: { stdout: "[]" } };

/** Writes a file of the consumer's, which may be run. */
function addFile(path: string, text: string): void {
  mkdirSync(dirname(join(consumer, path)), { recursive: true });
  writeFileSync(join(consumer, path), text, { mode: 0o755 });
}

function withoutProgram(): NodeJS.ProcessEnv {
  const { OATHGATE_CLI: _, ...others } = process.env;
  return others;
}
