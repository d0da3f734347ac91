import type { Forge } from '../crds/announcements.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import type { CommitService } from './port.js';

const SERVICES: Readonly<Record<Forge, CommitService>> = { github, gitlab };

export function commitServiceFor(forge: Forge): CommitService {
  return SERVICES[forge];
}
