import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";

/** What the fake knows of its accounts. */
export interface AwsWorld {
  /** Access keys: the account and the ARN behind each, or the error that AWS has for it. */
  readonly keys: Record<string, { account: string; arn: string } | { error: string }>;
  /** Roles: the accounts that may assume each. */
  readonly roles?: Record<string, readonly string[]>;
  /** Versions of bootstrap stacks by `account/region`. */
  readonly versions?: Record<string, string>;
  /** The name of the parameter that holds them. */
  readonly parameter?: string;
  /** The existing stacks, or that reading them is denied. @default no stacks */
  readonly stacks?: Record<string, { readonly protected: boolean }> | "hidden";
  /** Access keys that may read parameters; every role may. */
  readonly readers?: readonly string[];
}

/** A server that responds like STS, CloudFormation and the Systems Manager to the requests of a preflight. */
export class FakeAws {
  /** The actions that were requested so far, such as `GetCallerIdentity`. */
  readonly asked: string[] = [];
  world: AwsWorld = { keys: {} };
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const { authorization = "", "x-amz-target": target = "" } = request.headers;
        const [, key = "", region = ""] = /Credential=([^/]*)\/\d*\/([^/]*)/.exec(authorization) ?? [];
        const answer = String(target).startsWith("AmazonSSM.")
          ? this.parameter(key, region, JSON.parse(body).Name)
          : this.sts(key, new URLSearchParams(body));
        response.writeHead(answer.status, { "Content-Type": answer.type }).end(answer.text);
      });
    });
  }

  /** Starts listening, and gives the address. */
  async start(): Promise<string> {
    await new Promise<void>((started) => this.server.listen(0, "127.0.0.1", started));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private sts(key: string, form: URLSearchParams): Answer {
    const action = form.get("Action") ?? "";
    this.asked.push(action);
    if (action === "DescribeStacks") {
      return this.stack(form.get("StackName") ?? "");
    }
    const caller = this.world.keys[key];
    if (caller === undefined || "error" in caller) {
      return xmlError(403, caller?.error ?? "InvalidClientTokenId");
    }
    if (action === "GetCallerIdentity") {
      return xml(action, `<Arn>${caller.arn}</Arn><UserId>U</UserId><Account>${caller.account}</Account>`);
    }
    const role = form.get("RoleArn") ?? "";
    if (!this.world.roles?.[role]?.includes(caller.account)) {
      return xmlError(403, "AccessDenied");
    }
    const secrets = `<AccessKeyId>${role.replaceAll("/", "|")}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>`;
    const until = "<Expiration>2099-01-01T00:00:00Z</Expiration>";
    return xml(action, `<Credentials>${secrets}<SessionToken>t</SessionToken>${until}</Credentials>`);
  }

  private stack(name: string): Answer {
    const { stacks = {} } = this.world;
    if (stacks === "hidden") {
      return xmlError(403, "AccessDenied");
    }
    const found = stacks[name];
    if (found === undefined) {
      return xmlError(400, "ValidationError", `Stack with id ${name} does not exist`);
    }
    const fields = {
      StackName: name,
      CreationTime: "2026-01-01T00:00:00Z",
      StackStatus: "CREATE_COMPLETE",
      EnableTerminationProtection: String(found.protected),
    };
    const member = Object.entries(fields).map(([field, value]) => `<${field}>${value}</${field}>`);
    return xml("DescribeStacks", `<Stacks><member>${member.join("")}</member></Stacks>`);
  }

  private parameter(key: string, region: string, name: string): Answer {
    this.asked.push(`GetParameter ${name}`);
    const caller = this.world.keys[key];
    const account = key.startsWith("arn:")
      ? key.split(":")[4]
      : caller && "account" in caller
        ? caller.account
        : "";
    if (!key.startsWith("arn:") && this.world.readers?.includes(key) === false) {
      return json(400, { __type: "AccessDeniedException" });
    }
    const version = this.world.versions?.[`${account}/${region}`];
    return version === undefined || name !== (this.world.parameter ?? "/cdk-bootstrap/hnb659fds/version")
      ? json(400, { __type: "ParameterNotFound" })
      : json(200, { Parameter: { Name: name, Value: version } });
  }
}

/** Lets the environment of this test name the access key `KEY` and a server in place of AWS, and nothing else of AWS's. */
export function stubCredentials(endpoint: string): void {
  for (const name of Object.keys(process.env).filter((name) => /^(AWS|AMAZON)_/.test(name))) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "KEY");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function xml(action: string, result: string): Answer {
  const text = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`;
  return { status: 200, type: "text/xml", text };
}

function xmlError(status: number, code: string, message = "said-by-aws"): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return {
    status,
    type: "text/xml",
    text: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`,
  };
}

function json(status: number, body: unknown): Answer {
  return { status, type: "application/x-amz-json-1.1", text: JSON.stringify(body) };
}
