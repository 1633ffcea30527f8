import { describe, expect, it } from "vitest";
import { rulesInReview } from "../lib/rules-in-review";
import { RULES, templateOf } from "./synth";

const [health, page] = RULES as [(typeof RULES)[number], (typeof RULES)[number]];

describe("the rules in a review", () => {
  it("have a line each in the template's metadata", () => {
    expect(templateOf().toJSON().Metadata).toEqual({
      "Rule health": "GET,HEAD https://api.example.com/health : noop -> allow -> noop (0123456789ab)",
      "Rule page":
        "GET https://api.example.com/<(app|settings)/.*> : cookie_session -> allow -> header, id_token; errors: redirect (ba9876543210)",
    });
  });

  it("are distinguished if they have the same id", () => {
    expect(Object.keys(rulesInReview([health, page, health, health]))).toEqual([
      "Rule health",
      "Rule page",
      "Rule health (2)",
      "Rule health (3)",
    ]);
  });

  it("fit into a template, however many there are", () => {
    const many = Array.from({ length: 501 }, () => health);
    const changed = [...many.slice(1), page];
    expect(rulesInReview(many)).toEqual({ Rules: expect.stringMatching(/^501 \([0-9a-f]{12}\)$/) });
    expect(rulesInReview(changed)).not.toEqual(rulesInReview(many));
    expect(Object.keys(rulesInReview(many.slice(1)))).toHaveLength(500);
  });
});
