import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadStage } from "../stages/stage";
import { ROOT, templateOf } from "./synth";

/** A template without what changes with the functions' code. */
function masked(template: object): object {
  const text = JSON.stringify(template)
    .replace(/[0-9a-f]{64}\.zip/g, "<asset>.zip")
    .replace(/((?:CurrentVersion|Permission|Authorizer)[0-9A-F]{8})[0-9a-f]{32}/g, "$1<version>")
    .replace(/(Deployment[0-9A-F]{8})[0-9a-f]{32}/g, "$1<deployment>");
  return JSON.parse(text);
}

describe("the template of a stage", () => {
  it.each(["dev", "prod", "local"])("is as it was reviewed: %s", async (name) => {
    const { settings } = loadStage(ROOT, name);
    const text = readFileSync(join(ROOT, "config/stages", `${name}.yml`), "utf8");
    // The same on every machine, whatever its own processor is.
    const stage = settings.architecture === "host" ? text.replace("host", "x86_64") : text;
    const template = masked(templateOf({ stage }).toJSON());
    await expect(`${JSON.stringify(template, null, 2)}\n`).toMatchFileSnapshot(
      `__snapshots__/${name}.template.json`,
    );
  });
});
