import type { Policy } from '../../../src/domain/policy.js';
import type { FakeCluster } from '../../harness/temporal/fake-cluster.js';
import type { Scene } from './scene.js';

/** A release whose history is recorded; its name is the file's. */
export interface Scenario {
  readonly name: string;
  /** The cluster before the release, where it isn't an initialised Canary with a new revision. */
  readonly cluster?: (cluster: FakeCluster) => void;
  /** From submitting a change until the run has ended. */
  readonly play: (scene: Scene) => Promise<void>;
  /** What is recorded is a workflow with a bug in it. */
  readonly broken?: true;
  /** Names of other workflows' histories that `play` leaves in `scene.others`. */
  readonly others?: readonly string[];
}

/** Longer than any recording takes: nothing moves on unless somebody makes it. */
export const STANDSTILL = 600;

/** A cluster whose Canary has another policy. */
export const policy =
  (change: Partial<Policy>) =>
  (cluster: FakeCluster): void =>
    void (cluster.policy = { ...cluster.policy, ...change });

/** A change is reported, and the release goes its way. */
export async function submitted(scene: Scene): Promise<void> {
  await scene.submit();
  await scene.ended();
}

/** Everybody who listens gets everything at once. */
export function heard(cluster: FakeCluster): void {
  policy(LISTENERS)(cluster);
  cluster.onDeliver = ({ round }) =>
    Promise.resolve([{ to: 'bell', through: round.notices.at(-1)?.seq ?? round.offered, refused: [] }]);
}

/** No recipient can be notified. */
export function unheard(cluster: FakeCluster): void {
  policy(LISTENERS)(cluster);
  cluster.onDeliver = ({ round }) => {
    const through = round.again['bell'] ?? round.offered;
    return Promise.resolve(round.later.includes('bell') ? [] : [{ to: 'bell', through, error: 'down', refused: [] }]);
  };
}

const LISTENERS: Pick<Policy, 'listeners'> = { listeners: { events: true, alertsFrom: 'info' } };
