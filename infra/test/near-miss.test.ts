import { describe, expect, it } from "vitest";
import { nearMiss } from "../lib/near-miss";

const SETTINGS = ["backend", "backendUrl", "basePath", "cors", "tags", "vpc"];

describe("a suggestion for a misspelt word", () => {
  it.each<[string, string, string]>([
    ["transposed letters", "backendUlr", "backendUrl"],
    ["a missing letter", "basPath", "basePath"],
    ["an additional letter", "corss", "cors"],
    ["a replaced letter", "togs", "tags"],
    ["another case", "BASEPATH", "basePath"],
    ["the nearest of several words", "backend_", "backend"],
    ["one edit of a short word", "vpn", "vpc"],
  ])("finds %s: %s -> %s", (_, written, meant) => {
    expect(nearMiss(written, SETTINGS)).toBe(meant);
  });

  it.each<[string, string, readonly string[]]>([
    ["more than a third of the letters differ", "vps1", SETTINGS],
    ["the words have nothing in common", "timeout", SETTINGS],
    ["nothing is known", "cors", []],
  ])("is not made if %s", (_, written, known) => {
    expect(nearMiss(written, known)).toBeUndefined();
  });

  it("is the first of equally near words", () => {
    expect(nearMiss("cat", ["bat", "hat"])).toBe("bat");
  });
});
