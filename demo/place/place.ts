import type { Lab } from '../../lab/lab.js';
import type { CanaryKey } from '../../src/domain/identity.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { DemoProvider } from '../setup/traffic.js';
import type { TemporalPlace } from './temporal.js';

/** Where the demo takes place. */
export interface Place {
  /** Owns all processes; with existing servers it has few or none of its own. */
  readonly lab: Lab;
  readonly kube: KubeClient;
  readonly temporal: TemporalPlace;
  readonly gatewayUrl: string;
  /** How users are led to the application. */
  readonly provider: DemoProvider;
  /** Whether the cluster is the user's own. */
  readonly isExistingCluster: boolean;
  /** The Canary, and the name of the cluster in workflow ids. */
  readonly canary: CanaryKey;
  /** What to put before a `kubectl` or `serinus` command for it to find the cluster. */
  readonly kubeconfig: { readonly path: string; readonly context: string | undefined };
  /** How a Serinus process finds the cluster, where its environment doesn't say it. */
  readonly serinusArguments: readonly string[];
  /** Ends everything that was started; with existing servers, takes out what would go on there. */
  close(): Promise<void>;
}
