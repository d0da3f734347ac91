import type { ApiRequestCount, ApiRequestFilter } from './kube/audit.js';
import type { Launch, Launched } from './process/launched.js';
import type { PlaneName } from './planes/planes.js';
import type { Progress } from './tools/progress.js';

/** The servers of a lab. */
export const SERVER_NAMES = [
  'etcd',
  'apiserver',
  'controllers',
  'temporal',
  'gateway',
  'node',
  'prometheus',
  'contour',
  'envoy',
  'skipper',
  'apisix-controller',
] as const;

export type ServerName = (typeof SERVER_NAMES)[number];

export interface LabOptions {
  /**
   * Which servers to run: a list runs those and what they need, a record leaves out those set to `false`.
   * Default: all that no data plane needs.
   */
  readonly servers?: readonly ServerName[] | Partial<Record<ServerName, boolean>>;
  /** A real data plane to run beside the stand-in. It needs a network of the lab's own. Default: none. */
  readonly gateway?: PlaneName;
  /** Where everything is kept. Default: a new folder that `stop` removes. A folder given here is kept. */
  readonly directory?: string;
  /** Receives a line for every noteworthy event. Default: none. */
  readonly log?: (line: string) => void;
  /** How the search for programs is shown. Default: lines through `log`. */
  readonly progress?: Progress;
  /** API users besides `admin` (may do everything) and `serinus` (may do nothing until RBAC grants it). */
  readonly users?: readonly LabUser[];
  readonly temporal?: TemporalOptions;
  /** podinfo tags to link ahead of their first use. Default: 6.0.0 to 6.0.3. */
  readonly podinfoTags?: readonly string[];
  /** What the load tester's image runs; `{port}` stands for the port. Default: Serinus's own load tester. */
  readonly loadTester?: readonly string[];
  /** Stop when the process that started this one is gone, however it went. Default: true. */
  readonly followParent?: boolean;
}

export interface LabUser {
  readonly name: string;
  readonly groups?: readonly string[];
}

export interface TemporalOptions {
  /** Search attributes to register at start, by name. */
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>>;
  /** Dynamic configuration: JSON values by key. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
}

export type SearchAttributeType = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

export interface TemporalPlace {
  /** host:port of the gRPC frontend. */
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: string;
  /** The CLI that is also the server. */
  readonly binary: string;
}

export interface ServerState {
  readonly name: ServerName;
  readonly running: boolean;
  readonly pid: number | null;
  /** Where it is talked to; null before its first start. */
  readonly url: string | null;
  readonly log: string;
}

/** What runs where; plain JSON. */
export interface LabState {
  readonly directory: string;
  readonly logs: string;
  /** The process that started the lab and ends it. */
  readonly owner: number;
  readonly startedAt: string;
  readonly kubeconfig: string;
  readonly users: readonly string[];
  readonly auditLog: string;
  readonly scrapeTargets: string;
  readonly temporal: TemporalPlace | null;
  readonly prometheusUrl: string | null;
  readonly gatewayUrl: string | null;
  readonly gatewayMetricsUrl: string | null;
  /** Where the real data plane takes requests, if one runs. */
  readonly planeUrl: string | null;
  readonly planeMetricsUrl: string | null;
  readonly proxyUrl: string | null;
  readonly nodeUrl: string | null;
  /** How another process reaches the owner. */
  readonly control: { readonly url: string; readonly token: string };
  readonly servers: readonly ServerState[];
}

/** A server as a test or the demo handles it. Ports, data and log survive a stop and a start. */
export interface ServerHandle {
  readonly name: ServerName;
  readonly log: string;
  /** Null while it is stopped. */
  readonly pid: number | null;
  /** `SIGKILL` stands for a crash. Resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when it serves again. */
  start(): Promise<void>;
}

/** A lab as any process sees it: the one that started it, or one that has connected. */
export interface ConnectedLab {
  readonly directory: string;
  /** The folder of the log files, one a server. */
  readonly logs: string;
  /** Path of a kubeconfig: current context admin, and one more for every user. */
  readonly kubeconfig: string;
  /** These throw when the lab was started without the server in question. */
  readonly temporal: TemporalPlace;
  readonly prometheusUrl: string;
  readonly gatewayUrl: string;
  readonly gatewayMetricsUrl: string;
  readonly planeUrl: string;
  readonly planeMetricsUrl: string;
  /** An HTTP proxy under which in-cluster names work. */
  readonly proxyUrl: string;
  /** Folder for files in Prometheus' file_sd format, to have further targets scraped. */
  readonly scrapeTargets: string;
  /** Path of a kubeconfig whose current context is that user. */
  kubeconfigOf(user: string): string;
  /** What a child process needs to use this lab: KUBECONFIG, TEMPORAL_ADDRESS, HTTP_PROXY and so on. */
  environment(): Record<string, string>;
  server(name: ServerName): ServerHandle;
  /** Counts the requests that reached the API server, by its audit log. */
  apiRequests(filter?: ApiRequestFilter): Promise<ApiRequestCount>;
  describe(): LabState;
  /** Ends all servers and pods, and waits for that. Safe to call more than once. */
  stop(): Promise<void>;
}

/** A lab as its owner sees it. */
export interface Lab extends ConnectedLab {
  /** Resolves when the lab has been stopped, by whomever. */
  readonly stopped: Promise<void>;
  /**
   * Starts a process that ends with the lab, even when the owner is killed. It gets the owner's
   * environment (without the settings of another Temporal, where the lab has its own), `environment()`, and
   * on top what `launch.env` says.
   */
  launch(launch: Pick<Launch, 'file' | 'args'> & { name: string; env?: Record<string, string> }): Launched;
}
