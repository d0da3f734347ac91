import { foreignGroups, isReserved } from '../reserved.js';
import type { ClaimSettings } from './settings.js';

/** The identity in an ID token. */
export interface Identity {
  readonly username: string;
  readonly groups: readonly string[];
  /** Groups in the token that are ignored. */
  readonly ignored: readonly string[];
}

/** Why an ID token doesn't yield a usable user, in words for the person who has logged in. */
export class UnusableClaims extends Error {
  override readonly name = 'UnusableClaims';
}

/**
 * The user that Kubernetes' own OpenID Connect authenticator would derive from the claims.
 *
 * @throws UnusableClaims
 */
export function identityOf(claims: Readonly<Record<string, unknown>>, settings: ClaimSettings): Identity {
  for (const [claim, wanted] of Object.entries(settings.required)) {
    if (claims[claim] !== wanted) throw new UnusableClaims(`the claim "${claim}" is not "${wanted}"`);
  }
  const username = usernameOf(claims, settings);
  return { username, ...foreignGroups(groupsOf(claims, settings)) };
}

function usernameOf(claims: Readonly<Record<string, unknown>>, settings: ClaimSettings): string {
  const { usernameClaim, usernamePrefix } = settings;
  const name = claims[usernameClaim];
  if (typeof name !== 'string' || name === '') throw new UnusableClaims(`there is no claim "${usernameClaim}"`);
  // Otherwise anybody who may choose an address could take its owner's identity.
  if (usernameClaim === 'email' && 'email_verified' in claims && claims['email_verified'] !== true) {
    throw new UnusableClaims('the e-mail address is not verified');
  }
  const username = `${usernamePrefix}${name}`;
  if (isReserved(username)) throw new UnusableClaims(`the name "${username}" is Kubernetes' own`);
  return username;
}

function groupsOf(claims: Readonly<Record<string, unknown>>, { groupsClaim, groupsPrefix }: ClaimSettings): string[] {
  const claimed = groupsClaim === undefined ? undefined : claims[groupsClaim];
  if (claimed === undefined || claimed === null) return [];
  const groups: unknown[] = Array.isArray(claimed) ? claimed : [claimed];
  return groups.map((group) => {
    if (typeof group !== 'string')
      throw new UnusableClaims(`the claim "${groupsClaim}" holds something that is no name`);
    return `${groupsPrefix}${group}`;
  });
}
