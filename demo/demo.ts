import { isResting } from '../src/domain/phases.js';
import type { Place } from './place/place.js';
import { playRelease } from './release/play.js';
import type { Figures } from './release/plan.js';
import type { ReleaseResult } from './release/result.js';
import { whereThingsAre } from './screen/links.js';
import { verdictLine } from './screen/report.js';
import type { Screen } from './screen/screen.js';
import { applyDefinitions, applyObjects } from './setup/apply.js';
import { demoObjects } from './setup/objects.js';
import { runSerinus } from './setup/serinus.js';
import { Stage } from './stage.js';
import { orAborted, waitFor } from './waiting.js';

const DEFINITIONS_MS = 30_000;
const INITIALISED_MS = 120_000;

/** The inputs of the demo, and what it shows while it runs. */
export interface Direction {
  readonly place: Place;
  readonly figures: Figures;
  readonly screen: Screen;
  /** Aborts when it has to end. */
  readonly signal: AbortSignal;
  onSerinus(url: string): void;
  onResult(result: ReleaseResult): void;
  /** Both releases are over; resolves when everything may end. */
  onFinale(): Promise<void>;
}

/**
 * The demo on servers that run: Serinus, the application, the releases, and then as long as anybody wants to look.
 *
 * @throws DemoError where it can't go on, or the signal's reason
 */
export async function runDemo(direction: Direction): Promise<void> {
  const { place, figures, screen } = direction;
  const { objects, ...limits } = demoObjects({
    namespace: place.canary.namespace,
    provider: place.provider,
    intervalSeconds: figures.intervalSeconds,
    loadTester: !place.isExistingCluster,
  });
  await defined(place, direction.signal);
  const serinus = await runSerinus(place, figures.intervalSeconds);
  direction.onSerinus(serinus.url);
  whereThingsAre(place, serinus).forEach((line) => screen.line(line));

  const signal = AbortSignal.any([direction.signal, serinus.died]);
  const { intervalSeconds } = figures;
  const stage = new Stage({ place, screen, intervalSeconds, limits, signal, explain: serinus.tail });
  try {
    await orAborted(applyObjects(place.kube, objects), signal);
    await untilInitialised(stage);
    stage.open();
    for (const plan of figures.releases) {
      const result = await playRelease(stage, plan);
      screen.line(verdictLine(result));
      direction.onResult(result);
    }
    stage.leaveTo('your turn');
    await orAborted(direction.onFinale(), signal);
  } finally {
    await stage.close();
  }
}

/** An API server that has just been started may need more than one try. */
async function defined({ kube, isExistingCluster }: Place, signal: AbortSignal): Promise<void> {
  const apply = () => applyDefinitions(kube, { keep: isExistingCluster }).then(() => true);
  await waitFor('the API server takes the CustomResourceDefinitions', apply, { timeoutMs: DEFINITIONS_MS, signal });
}

/** The first release of an application isn't judged: there is nothing yet to lose. */
async function untilInitialised({ watch, setting }: Stage): Promise<void> {
  const { place, screen, signal, explain } = setting;
  const done = screen.progress.underWay(`Serinus takes ${place.canary.name}.${place.canary.namespace} over`);
  const initialised = () => isResting(watch.observation.phase) || undefined;
  try {
    await waitFor('the Canary is Initialized', initialised, { timeoutMs: INITIALISED_MS, signal, explain });
  } finally {
    done();
  }
}
