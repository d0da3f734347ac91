import { until } from '../until.js';
import type { ReleaseScene } from './scene.js';

/** A proof that so few requests as tests send don't bring in time: people are asked before the promotion. */
export const ASKING = 'preset: balanced\nsettle: 1s\nwait: { for: 4s, then: ask }\nsplit: { tolerance: 95% }';

/** Resolves when the release stands at its last weight, and people are asked whether it is to be promoted. */
export async function asksPeople(world: ReleaseScene): Promise<void> {
  await world.phase('WaitingPromotion');
  await until(
    async () => (await world.events()).some((event) => event.includes('waiting for promotion approval judgement')),
    'it says that it waits for people',
  );
}
