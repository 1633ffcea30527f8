/** The description of a function, and so of its versions and aliases, that keeps this contract of headers. */
export function contractDescription(contract: string): string {
  return `Decides requests by Ory Oathkeeper's rules; contract of headers ${contract}`;
}

/** The contract that a version or an alias of this description keeps; nothing where the description is not one of ours. */
export function describedContract(description: string | undefined): string | undefined {
  return /; contract of headers ([0-9a-f]{16})$/.exec(description ?? "")?.[1];
}
