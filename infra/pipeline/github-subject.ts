import { InputError } from "../lib/input-error";

/** GitHub's issuer of OpenID Connect tokens, without the scheme: what IAM calls the provider and its condition keys. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** The audience that `aws-actions/configure-aws-credentials` asks GitHub for. */
export const AUDIENCE = "sts.amazonaws.com";

const REPOSITORY =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?<owner>@\d+)?\/[A-Za-z0-9._-]{1,100}?(?<repository>@\d+)?$/;

/**
 * Checks how a repository is named in the subject (`sub`) of GitHub's tokens: `owner/name`, or `owner@1/name@2` where its
 * subjects are immutable. Letters count in their case, as the condition compares them.
 *
 * @throws InputError where it is not such a name, so that no condition is wider than one repository
 */
export function checkedRepository(text: string | undefined): string {
  const found = REPOSITORY.exec(text ?? "");
  if (text === undefined || found === null) {
    throw new InputError(
      `REPOSITORY is ${text === undefined ? "missing" : `\`${text}\``}; it must be a repository of GitHub such as ` +
        "`octocat/gate`, or `octocat@123456/gate@456789` where its OpenID Connect subjects are immutable",
    );
  }
  if ((found.groups?.owner === undefined) !== (found.groups?.repository === undefined)) {
    throw new InputError(
      `REPOSITORY is \`${text}\`; GitHub writes both ids or none: \`owner@123456/name@456789\` or \`owner/name\``,
    );
  }
  return text;
}

/** The subject of a job that a pull request starts, of the repository itself; forks get no token. */
export function pullRequestSubject(repository: string): string {
  return `repo:${repository}:pull_request`;
}

/** The subject of a job on a branch that names no environment. */
export function branchSubject(repository: string, branch: string): string {
  return `repo:${repository}:ref:refs/heads/${branch}`;
}

/** The subject of a job that names an environment, on whatever branch that environment admits. */
export function environmentSubject(repository: string, environment: string): string {
  return `repo:${repository}:environment:${environment}`;
}

/**
 * Checks a branch's name, which stands in a subject: no patterns, so that the condition means this branch alone.
 *
 * @throws InputError where it is not a name that git allows
 */
export function checkedBranch(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/.test(text) || /\.\.|\/\/|\/$|\.lock$/.test(text)) {
    throw new InputError(`BRANCH is \`${text}\`; it must be the name of one branch, such as \`main\``);
  }
  return text;
}
