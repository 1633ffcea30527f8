import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canCarryToken } from "../lib/v2-api/token-header";
import { ROOT } from "./synth";

describe("a token header", () => {
  it.each(["X-Token", "x-gate-jwt", "Id-Token", "X_Token"])("can have a name of its own: %s", (name) => {
    expect(canCarryToken(name)).toBe(true);
  });

  it.each(["", "X Token", "Ü", "Authorization", "cookie", "X-Amzn-Token", "Origin", "Access-Control-Token"])(
    "can't be named %j",
    (name) => {
      expect(canCarryToken(name)).toBe(false);
    },
  );

  it("has no name that the function refuses to start with", () => {
    const source = readFileSync(join(ROOT, "authorizer/engine/src/gateway_header.rs"), "utf8").split(
      "#[cfg(test)]",
    )[0];
    const lists = [...(source ?? "").matchAll(/&\[&str\] = &\[([^\]]*)\]/g)].map(([, names = ""]) => names);
    const names = lists.flatMap((list) => [...list.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name));
    expect(names.length).toBeGreaterThan(40);
    const passed = names
      .flatMap((name) => (name.endsWith("-") ? [`${name}token`] : [name]))
      .filter(canCarryToken);
    expect(passed).toEqual([]);
  });
});
