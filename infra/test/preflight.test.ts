import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { InputError } from "../lib/input-error";
import { MIN_BOOTSTRAP_VERSION } from "../stages/preflight/bootstrap-version";
import { readCdkFlags } from "../stages/preflight/cdk-flags";
import { type CdkCommand, preflight } from "../stages/preflight/preflight";
import { parseStage } from "../stages/stage";
import { type AwsWorld, FakeAws, stubCredentials } from "./fake-aws";
import { projectOf } from "./project";
import { LEAST, ROOT, templateOf } from "./synth";

const OURS = "111111111111";
const THEIRS = "222222222222";
const REGION = "eu-central-1";
const ME = { account: OURS, arn: `arn:aws:sts::${OURS}:assumed-role/dev/me` };
const roleOf = (account: string, role: string) =>
  `arn:aws:iam::${account}:role/cdk-hnb659fds-${role}-${account}-${REGION}`;

const aws = new FakeAws();
let endpoint = "";

beforeAll(async () => {
  endpoint = await aws.start();
});
afterAll(() => aws.stop());

beforeEach(() => {
  aws.asked.length = 0;
  stubCredentials(endpoint);
  vi.stubEnv("AWS_REGION", REGION);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
});

/** What comes of a preflight: its lines, or its refusal. */
async function outcome(
  world: AwsWorld,
  {
    command = "deploy",
    stage = "",
    flags = [],
  }: { command?: CdkCommand; stage?: string; flags?: string[] } = {},
): Promise<string> {
  aws.world = world;
  const settings = parseStage("dev.yml", `${LEAST}${stage}`);
  try {
    const lines = await preflight({
      command,
      stage: { name: "dev", root: ROOT, settings },
      choice: "dev",
      flags: readCdkFlags(flags, {}),
      environment: process.env,
    });
    return lines.join("\n");
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return `refused: ${(error as InputError).message}`;
  }
}

const ready: AwsWorld = { keys: { KEY: ME }, versions: { [`${OURS}/${REGION}`]: "21" } };
const theirs = `account: "${THEIRS}"\n`;

describe("before cdk runs", () => {
  it("prints account, region and role of the deploy", async () => {
    expect(await outcome(ready)).toBe(
      `deploy of the stage dev: account ${OURS}, region ${REGION}, as ${ME.arn}, at ${endpoint} in place of AWS`,
    );
  });

  const refusals: Record<string, [AwsWorld, Parameters<typeof outcome>[1], string[]]> = {
    "credentials that have expired": [
      { keys: { KEY: { error: "ExpiredToken" } } },
      {},
      ["have expired", "`aws sso login`"],
    ],
    "credentials that AWS does not know": [
      { keys: {} },
      {},
      ["does not know the credentials", "enable-region"],
    ],
    "a secret of another key": [
      { keys: { KEY: { error: "SignatureDoesNotMatch" } } },
      {},
      ["AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID"],
    ],
    "a profile that is not there": [
      ready,
      { flags: ["--profile", "nobody"] },
      ["no AWS credentials", "[nobody]"],
    ],
    "what AWS refuses for another reason": [
      { keys: { KEY: { error: "RegionDisabledException" } } },
      {},
      ["a request to AWS with these credentials failed: RegionDisabledException"],
    ],
    "an account that is not bootstrapped": [
      { keys: { KEY: ME } },
      {},
      [`${OURS} is not bootstrapped for CDK in ${REGION}`, "`make bootstrap STAGE=dev`"],
    ],
    "an account that is bootstrapped in another region": [
      ready,
      { stage: "region: eu-west-1\n" },
      [`${OURS} is not bootstrapped for CDK in eu-west-1`],
    ],
    "a bootstrap stack of before": [
      { ...ready, versions: { [`${OURS}/${REGION}`]: "5" } },
      { command: "diff" },
      ["with version 5, but 6 or newer is required", "`make bootstrap STAGE=dev`"],
    ],
    "a bootstrap stack of another qualifier": [
      ready,
      { flags: ["-c", "@aws-cdk/core:bootstrapQualifier=ours"] },
      ["there is no parameter /cdk-bootstrap/ours/version"],
    ],
    "another account than the stage's, whose roles do not trust it": [
      ready,
      { stage: theirs },
      [`is in the account ${THEIRS}`, `belong to ${OURS}`, roleOf(THEIRS, "deploy-role"), `--trust ${OURS}`],
    ],
    "another account than the stage's, to be destroyed": [
      ready,
      { stage: theirs, command: "destroy" },
      [`is in the account ${THEIRS}`],
    ],
    "another account than the stage's, to be bootstrapped": [
      ready,
      { stage: theirs, command: "bootstrap" },
      [`use credentials of ${THEIRS}`],
    ],
    "a stage of the local cloud, when requests would go to AWS": [
      ready,
      { stage: "awsEndpointUrl: http://127.0.0.1:4566\n" },
      ["AWS_ENDPOINT_URL is not set", "local.cloud env"],
    ],
  };

  it.each(Object.entries(refusals))("is refused: %s", async (name, [world, run, said]) => {
    if (name.includes("local cloud")) {
      vi.stubEnv("AWS_ENDPOINT_URL", undefined);
    }
    const refusal = await outcome(world, run);
    expect(refusal).toMatch(/^refused: /);
    for (const words of said) {
      expect(refusal).toContain(words);
    }
    // AWS's message about a signature can contain a session token.
    if (name === "a secret of another key") {
      expect(refusal).not.toContain("said-by-aws");
    }
  });

  it("is refused: no credentials at all", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    expect(await outcome(ready)).toContain("there are no AWS credentials");
  });

  it("is refused: no region", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    expect(await outcome(ready)).toContain("no region is configured");
  });

  it("is refused: no response from AWS", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    expect(await outcome(ready)).toContain("http://127.0.0.1:9 cannot be reached (ECONNREFUSED)");
  });

  it("goes to another account through roles that trust it", async () => {
    const trusted = {
      keys: { KEY: ME },
      versions: { [`${THEIRS}/${REGION}`]: "21" },
      roles: { [roleOf(THEIRS, "deploy-role")]: [OURS] },
    };
    expect(await outcome(trusted, { stage: theirs })).toContain(`account ${THEIRS}`);
  });

  it("reads the version as CDK's role where the caller may not", async () => {
    const piped = { ...ready, readers: [], roles: { [roleOf(OURS, "lookup-role")]: [OURS] } };
    expect(await outcome(piped, { command: "diff" })).not.toContain("not checked");
    const old = { ...piped, versions: { [`${OURS}/${REGION}`]: "1" } };
    expect(await outcome(old, { command: "diff" })).toContain("with version 1");
  });

  it("reports what could not be checked, without refusing", async () => {
    const said = await outcome({ ...ready, readers: [] });
    expect(said).toContain("could not check whether the account is bootstrapped");
    expect(said).not.toContain("refused");
  });

  it.each([
    ["bootstrap", ["GetCallerIdentity"]],
    ["destroy", ["GetCallerIdentity", "DescribeStacks"]],
  ] as const)("requires no bootstrap stack for %s", async (command, asked) => {
    expect(await outcome({ keys: { KEY: ME } }, { command })).toContain(`account ${OURS}`);
    expect(aws.asked).toEqual(asked);
  });

  describe("and destroys", () => {
    const destroy = (world: Partial<AwsWorld>, stage = "") =>
      outcome({ keys: { KEY: ME }, ...world }, { command: "destroy", stage });

    it("nothing that the stage's file protects, without a request to AWS", async () => {
      expect(await destroy({}, "terminationProtection: true\n")).toBe(
        "refused: the stage `dev` is protected and was not destroyed: set `terminationProtection: false` in its file, deploy that (`make deploy STAGE=dev`), and then destroy it",
      );
      expect(aws.asked).toEqual([]);
    });

    it("nothing that is protected in AWS, whatever the stage's file now sets", async () => {
      expect(await destroy({ stacks: { "oathgate-dev": { protected: true } } })).toBe(
        "refused: the stack oathgate-dev is protected in AWS and was not destroyed, although the file of the stage `dev` does not protect it: deploy the stage (`make deploy STAGE=dev`), which removes the protection, and then destroy it",
      );
    });

    it("what is not protected, or not there", async () => {
      const worlds: Partial<AwsWorld>[] = [
        { stacks: { "oathgate-dev": { protected: false } } },
        { stacks: {} },
      ];
      for (const world of worlds) {
        expect(await destroy(world)).toMatch(/^destroy of the stage dev/);
      }
    });

    it("what it may not read, with a note: CloudFormation decides", async () => {
      expect(await destroy({ stacks: "hidden" })).toContain(
        "could not check whether oathgate-dev is protected",
      );
    });

    it("nothing in another account that is protected there", async () => {
      const trusted: AwsWorld = {
        keys: { KEY: ME },
        versions: { [`${THEIRS}/${REGION}`]: "21" },
        roles: { [roleOf(THEIRS, "deploy-role")]: [OURS] },
        stacks: { "oathgate-dev": { protected: true } },
      };
      expect(await outcome(trusted, { command: "destroy", stage: theirs })).toContain("is protected in AWS");
    });
  });

  it("announces that cdk prompts for a code if a profile needs one", async () => {
    const folder = projectOf({
      config: [
        "[profile base]\naws_access_key_id = KEY\naws_secret_access_key = secret",
        "[profile careful]\nsource_profile = base\nmfa_serial = arn:aws:iam::111111111111:mfa/me",
        `role_arn = arn:aws:iam::${OURS}:role/any\n`,
      ].join("\n"),
    });
    vi.stubEnv("AWS_CONFIG_FILE", `${folder}/config`);
    expect(await outcome(ready, { flags: ["--profile", "careful"] })).toBe(
      "the credentials were not checked: a code of the MFA device arn:aws:iam::111111111111:mfa/me is required, which cdk will prompt for",
    );
  });

  it("requires the same version as the stack's own template", () => {
    const { Rules } = templateOf().toJSON();
    const [refused] = Rules.CheckBootstrapVersion.Assertions[0].Assert["Fn::Not"][0]["Fn::Contains"];
    expect(MIN_BOOTSTRAP_VERSION).toBe(Math.max(...refused.map(Number)) + 1);
  });
});

describe("CDK_FLAGS", () => {
  const qualifier = "@aws-cdk/core:bootstrapQualifier";

  it.each([
    [["--profile", "prod", "--require-approval", "never"], { profile: "prod", qualifier: "hnb659fds" }],
    [["--profile=prod", "-c", "some=thing"], { profile: "prod", qualifier: "hnb659fds" }],
    [["--context", `${qualifier}=ours`, "--force"], { qualifier: "ours" }],
    [
      ["--qualifier", "ours", "--toolkit-stack-name", "OurToolkit"],
      { qualifier: "ours", toolkitStack: "OurToolkit" },
    ],
    [
      ["--cloudformation-execution-policies", "arn:aws:iam::aws:policy/PowerUserAccess"],
      { qualifier: "hnb659fds", executionPolicies: "arn:aws:iam::aws:policy/PowerUserAccess" },
    ],
    [[], { qualifier: "hnb659fds" }],
  ])("are read: %j", (args, flags) => {
    expect(readCdkFlags(args, {})).toEqual({ toolkitStack: "CDKToolkit", ...flags });
  });

  it("come before cdk.json", () => {
    expect(readCdkFlags([], { [qualifier]: "theirs" }).qualifier).toBe("theirs");
    expect(readCdkFlags(["-c", `${qualifier}=ours`], { [qualifier]: "theirs" }).qualifier).toBe("ours");
  });
});
