import type { Post } from '../alerts/port.js';
import type { Forge } from '../crds/announcements.js';

/** The state of a release, in words that every forge has. */
export type CommitState = 'pending' | 'success' | 'failure';

export interface CommitStatus {
  readonly state: CommitState;
  /** Distinguishes the statuses of several Canaries: a commit may be released by several. */
  readonly context: string;
  readonly description: string;
}

/** A commit of a repository, and the access to it. The token is a secret. */
export interface CommitPlace {
  readonly repository: string;
  readonly commit: string;
  readonly token: string;
  /** Base URL of a self-hosted forge's API; the public one's where undefined. */
  readonly address: string | undefined;
}

/** A forge that shows statuses beside commits. Pure: the same status gives the same request, which may be repeated. */
export interface CommitService {
  readonly forge: Forge;
  status(status: CommitStatus, place: CommitPlace): Post;
}
