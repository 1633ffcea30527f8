import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { controlPlaneOf } from "../stages/deployed/control-plane";
import { readingSession } from "../stages/drift/session";
import { readCdkFlags } from "../stages/preflight/cdk-flags";
import { type AwsWorld, FakeAws, stubCredentials } from "./fake-aws";
import { stageIn } from "./project";
import { LEAST, ROOT } from "./synth";

const OURS = "111111111111";
const THEIRS = "222222222222";
const ME = { account: OURS, arn: `arn:aws:sts::${OURS}:assumed-role/dev/me` };
const HERE = "region: eu-central-1\n";

const aws = new FakeAws();
let endpoint = "";

beforeAll(async () => {
  endpoint = await aws.start();
});
afterAll(() => aws.stop());

beforeEach(() => {
  aws.asked.length = 0;
  stubCredentials(endpoint);
});

describe.each([
  ["changes a stage", controlPlaneOf],
  ["reads what a stage deployed", readingSession],
])("what %s", (_, open) => {
  const session = (settings: string, world: AwsWorld, environment: NodeJS.ProcessEnv = process.env) => {
    aws.world = world;
    return open(stageIn(ROOT, `${LEAST}${settings}`), readCdkFlags([], {}), environment);
  };
  const ready: AwsWorld = { keys: { KEY: ME } };

  it("has the caller's own credentials if no role of the stage's account trusts them", async () => {
    await expect(session(HERE, ready)).resolves.toBeDefined();
    expect(aws.asked[0]).toBe("GetCallerIdentity");
  });

  it("sends AWS no request about a stage of the local cloud", async () => {
    const local = `${HERE}awsEndpointUrl: http://127.0.0.1:4566\n`;
    await expect(session(local, ready, {})).rejects.toThrow(
      "the stage `dev` is for the local cloud at http://127.0.0.1:4566, but AWS_ENDPOINT_URL is not set",
    );
    expect(aws.asked).toEqual([]);
  });

  it("is refused if the credentials belong to another account", async () => {
    const theirs = `${HERE}account: "${THEIRS}"\n`;
    await expect(session(theirs, ready)).rejects.toThrow(new RegExp(`the account ${THEIRS}.*${ME.arn}`));
  });

  it("is refused if AWS does not accept the credentials", async () => {
    await expect(session(HERE, { keys: { KEY: { error: "ExpiredToken" } } })).rejects.toThrow("have expired");
  });
});
