import { InputError } from "../lib/input-error";

/** GitHub's issuer of OpenID Connect tokens without the scheme, as in the names of IAM's provider and condition keys. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** The audience of the tokens that `aws-actions/configure-aws-credentials` requests. */
export const AUDIENCE = "sts.amazonaws.com";

const REPOSITORY =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?<owner>@\d+)?\/[A-Za-z0-9._-]{1,100}?(?<repository>@\d+)?$/;

/**
 * Checks the name of a repository in the subject (`sub`) of GitHub's tokens: `owner/name`, or `owner@1/name@2` if its subjects
 * are immutable. It is case-sensitive, like the condition that compares it.
 *
 * @throws InputError if it is not such a name, so that no condition matches more than one repository
 */
export function checkedRepository(text: string | undefined): string {
  const found = REPOSITORY.exec(text ?? "");
  if (text === undefined || found === null) {
    throw new InputError(
      `REPOSITORY is ${text === undefined ? "missing" : `\`${text}\``}; it must be a repository of GitHub such as ` +
        "`octocat/gate`, or `octocat@123456/gate@456789` if its OpenID Connect subjects are immutable",
    );
  }
  if ((found.groups?.owner === undefined) !== (found.groups?.repository === undefined)) {
    throw new InputError(
      `REPOSITORY is \`${text}\`; it must have both ids or none: \`owner@123456/name@456789\` or \`owner/name\``,
    );
  }
  return text;
}

/** The subject of a job for a pull request from the repository itself; forks get no token. */
export function pullRequestSubject(repository: string): string {
  return `repo:${repository}:pull_request`;
}

/** The subject of a job on a branch without an environment. */
export function branchSubject(repository: string, branch: string): string {
  return `repo:${repository}:ref:refs/heads/${branch}`;
}

/** The subject of a job with an environment, on any branch that the environment admits. */
export function environmentSubject(repository: string, environment: string): string {
  return `repo:${repository}:environment:${environment}`;
}

/**
 * Checks a branch's name for a subject: it must not be a pattern, so that the condition matches only this branch.
 *
 * @throws InputError if it is not a valid name in git
 */
export function checkedBranch(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/.test(text) || /\.\.|\/\/|\/$|\.lock$/.test(text)) {
    throw new InputError(`BRANCH is \`${text}\`; it must be the name of one branch, such as \`main\``);
  }
  return text;
}
