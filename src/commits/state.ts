import type { Topic } from '../domain/notices/notice.js';
import type { CommitState } from './port.js';

/** What an alert means for the commit under release. */
export function commitStateOf(topic: Topic): CommitState {
  switch (topic) {
    case 'progressing':
    case 'waiting':
      return 'pending';
    case 'initialized':
    case 'promoted':
      return 'success';
    case 'failed':
    case 'stopped':
      return 'failure';
  }
}
