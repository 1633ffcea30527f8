import { createHash } from "node:crypto";
import type { Stack } from "aws-cdk-lib";
import type { ListedRule } from "./gate-report";

/** The most rules that are listed one by one: a template has at most a megabyte. */
const MAX_LISTED_RULES = 500;

/**
 * The rules as the template's metadata lists them, so that `cdk diff` shows which of them a change affects: one key for each
 * rule, because `cdk diff` shows a key as a whole. More than 500 rules are summed up by their number and one digest.
 *
 * The configuration of handlers is left out because it may contain a secret; the digest at the end of a line changes with it.
 */
export function rulesInReview(rules: readonly ListedRule[]): Record<string, string> {
  if (rules.length > MAX_LISTED_RULES) {
    const all = createHash("sha256").update(JSON.stringify(rules)).digest("hex").slice(0, 12);
    return { Rules: `${rules.length} (${all})` };
  }
  const lines: Record<string, string> = {};
  for (const rule of rules) {
    let name = `Rule ${rule.id}`;
    for (let time = 2; name in lines; time += 1) {
      name = `Rule ${rule.id} (${time})`;
    }
    lines[name] = line(rule);
  }
  return lines;
}

/**
 * Adds the rules to a stack's metadata.
 *
 * @param gate the gate's id, which distinguishes its rules from those of another gate of the stack
 */
export function addRulesToMetadata(stack: Stack, gate: string, rules: readonly ListedRule[]): void {
  const lines = Object.entries(rulesInReview(rules));
  const { metadata = {} } = stack.templateOptions;
  const taken = lines.some(([key]) => key in metadata);
  for (const [key, value] of lines) {
    stack.addMetadata(taken ? `${gate}: ${key}` : key, value);
  }
}

function line(rule: ListedRule): string {
  const steps = [rule.authenticators.join(", "), rule.authorizer, rule.mutators.join(", ")].join(" -> ");
  const errors = rule.errors.length === 0 ? "" : `; errors: ${rule.errors.join(", ")}`;
  return `${rule.methods.join(",")} ${rule.url} : ${steps}${errors} (${rule.digest})`;
}
