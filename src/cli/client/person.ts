import { userInfo } from 'node:os';

/** The user of this computer; the API marks the name as unverified where it checks no tokens. */
export function me(): string {
  try {
    return userInfo().username.slice(0, 100) || 'somebody';
  } catch {
    // In some containers the user has no name.
    return 'somebody';
  }
}
