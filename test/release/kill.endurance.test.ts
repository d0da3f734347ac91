import { describe } from 'node:test';
import { killedAt } from '../harness/release/killed.js';

describe('a worker that is killed at any instant', () => {
  killedAt({ name: 'when the canary is scaled up', at: (world) => world.phase('Progressing') });
  killedAt({
    name: 'between two weights',
    at: async (world) => {
      await world.atWeight(25);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    },
  });
});
