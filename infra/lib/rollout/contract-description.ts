/** The description of a function with this header contract, and so of its versions and aliases. */
export function contractDescription(contract: string): string {
  return `Decides requests by Ory Oathkeeper's rules; contract of headers ${contract}`;
}

/** The digest of the header contract in the description of a version or an alias; `undefined` in any other description. */
export function describedContract(description: string | undefined): string | undefined {
  return /; contract of headers ([0-9a-f]{16})$/.exec(description ?? "")?.[1];
}
