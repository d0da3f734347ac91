import { userInfo } from 'node:os';

/** Who sits here, by what the system says; the API marks it as unverified where it checks no tokens. */
export function me(): string {
  try {
    return userInfo().username.slice(0, 100) || 'somebody';
  } catch {
    // There are containers whose user has no name.
    return 'somebody';
  }
}
