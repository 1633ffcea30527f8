import { describe, expect, it } from "vitest";
import { CLIENT_HEADERS, UNMAPPABLE_HEADERS } from "../lib/facts";
import { canCarryToken } from "../lib/v2-api/token-header";

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

  it.each(
    [...UNMAPPABLE_HEADERS, ...CLIENT_HEADERS].map((one) =>
      "header" in one ? one.header : `${one.prefix}token`,
    ),
  )("can't be one that API Gateway can't map or that clients send: %s", (name) => {
    expect(canCarryToken(name)).toBe(false);
  });
});
