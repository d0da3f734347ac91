/** Holds a child on a leash for a test, and prints the child's process id. */
import { Launched } from '../../../lab/process/launched.js';
import { Leash } from '../../../lab/process/leash.js';

// A child with a child of its own, in the same group.
const child = new Launched(
  { file: '/bin/sh', args: ['-c', 'sleep 60 & wait'], env: {}, log: '/dev/null' },
  new Leash(),
);
console.log(child.pid);
