/** The parts of Serinus that talk to the Kubernetes API. The load tester doesn't. */
export const PROCESSES = ['worker', 'watch', 'api'] as const;
export type Process = (typeof PROCESSES)[number];

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** What may be done with one resource, and why. */
export interface Grant {
  /** Empty for the core group. */
  readonly group: string;
  /** Plural name, with a subresource where one is meant. */
  readonly resource: string;
  /** Not in any namespace. */
  readonly clusterScoped?: true;
  readonly why: string;
  readonly verbs: Readonly<Partial<Record<Process, readonly Verb[]>>>;
  /** Verbs that most releases get along without, each with what it is needed for. */
  readonly rarely?: Readonly<Partial<Record<Process, Readonly<Partial<Record<Verb, string>>>>>>;
}

const LOOK: readonly Verb[] = ['list', 'watch'];
const RACE = 'another writer was quicker, and the object has to be read again';
const MISSING = 'somebody has deleted it, and a rollback makes it again';
const FORMER = 'the Canary refers no more to what it was made after';
const BUDGETED = 'targets with a PodDisruptionBudget';
const STALE = 'it had changed with an earlier promotion, and has not with a later one';
const BASELINE = 'a release that was compared with a fresh baseline is over';
const OF_A_SERVICE = 'releases of a Service';
const ADMISSION = 'asked only where the admission plugin OwnerReferencesPermissionEnforcement is on, as in OpenShift';

/** The same reason for many verbs. */
function all(verbs: readonly Verb[], reason: string): Readonly<Partial<Record<Verb, string>>> {
  return Object.fromEntries(verbs.map((verb) => [verb, reason]));
}

/** Something that is only asked for by Canaries of a certain sort, and by every process for the same reason. */
function only(sort: string, grant: Omit<Grant, 'rarely'>): Grant {
  const excuses = PROCESSES.map((process) => [process, all(grant.verbs[process] ?? [], sort)] as const);
  return { ...grant, rarely: Object.fromEntries(excuses) };
}

/** An object of a traffic provider that not every cluster has. */
function routed(group: string, resource: string, why: string, provider: string): Grant {
  const verbs = ['get', ...LOOK, 'create', 'update'] as const;
  return only(`releases by ${provider}`, { group, resource, why, verbs: { worker: verbs, watch: verbs } });
}

/**
 * Everything that Serinus asks of Kubernetes, and nothing else: a test compares this with what a whole release has
 * asked. The manifests in deploy/rbac are written from it.
 */
export const GRANTS: readonly Grant[] = [
  {
    group: 'flagger.app',
    resource: 'canaries',
    why: 'what is to be released, and how; the worker adds and removes the finalizer',
    verbs: { worker: ['get', ...LOOK, 'update'], watch: ['get', ...LOOK], api: ['get', ...LOOK] },
  },
  {
    group: 'flagger.app',
    resource: 'canaries/status',
    why: 'phase, weight and conditions; watch writes them when it rolls back in place of a dead worker',
    verbs: { worker: ['update'], watch: ['update'] },
  },
  {
    group: 'flagger.app',
    resource: 'canaries/finalizers',
    why: 'what is generated is owned by its Canary',
    verbs: { worker: ['update'], watch: ['update'] },
    rarely: { worker: { update: ADMISSION }, watch: { update: ADMISSION } },
  },
  {
    group: 'flagger.app',
    resource: 'metrictemplates',
    why: 'custom metrics; watch has a release looked at again when its template has been mended, the API checks policies',
    verbs: { worker: LOOK, watch: LOOK, api: ['get'] },
  },
  only('Canaries with alerts', {
    group: 'flagger.app',
    resource: 'alertproviders',
    why: 'where alerts of a Canary go; watch tells of a rollback that it has carried out itself',
    verbs: { worker: ['get'], watch: ['get'] },
  }),
  {
    group: 'apps',
    resource: 'deployments',
    why: 'the target and its primary; the API changes the image of the target when people ask for a release',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update', 'delete'],
      watch: ['get', ...LOOK, 'update'],
      api: ['get', ...LOOK, 'patch'],
    },
    rarely: {
      worker: { delete: `pods of the former version were kept for an undo, and their time is over; ${BASELINE}` },
    },
  },
  only('the live view', {
    group: '',
    resource: 'pods',
    why: 'pods of a Canary, which the API asks for while somebody looks at its live view',
    verbs: { api: ['list'] },
  }),
  only('logs on the page', {
    group: '',
    resource: 'pods/log',
    why: 'what pods of a Canary log, which the API reads for whoever may `get pods/log` themselves',
    verbs: { api: ['get'] },
  }),
  only('releases of DaemonSets', {
    group: 'apps',
    resource: 'daemonsets',
    why: 'the same for targets that are DaemonSets',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update'],
      watch: ['get', ...LOOK, 'update'],
      api: ['get', ...LOOK, 'patch'],
    },
  }),
  {
    group: 'apps',
    resource: 'controllerrevisions',
    why: 'former templates of the primary, which an undo and a rollback during a promotion put back; what is to be archived',
    verbs: { worker: ['get', 'list', 'create', 'patch', 'delete'], watch: ['get', 'list'], api: ['get'] },
    rarely: {
      worker: {
        get: 'a release is rolled back while it is promoted',
        patch: 'what is kept already is of another revision, or has another size',
        delete: 'more than three former templates are kept, or a release is archived',
      },
      watch: {
        get: 'the worker is lost while it promotes',
        list: 'the primary is gone when the worker is lost',
      },
      api: { get: 'somebody looks at a release that has ended' },
    },
  },
  {
    group: '',
    resource: 'configmaps',
    why: 'configuration that the target uses: metadata is watched, content read for its checksum and copied',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update', 'delete'],
      watch: ['get', ...LOOK, 'create', 'update'],
      api: ['get', ...LOOK],
    },
    rarely: {
      worker: { delete: STALE },
      watch: { create: MISSING, update: 'the worker is lost while it promotes' },
    },
  },
  {
    group: '',
    resource: 'secrets',
    why: 'the same for Secrets, and credentials of MetricTemplates; RBAC knows no right to metadata alone',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update', 'delete'],
      watch: ['get', ...LOOK, 'create', 'update'],
      api: ['get', ...LOOK],
    },
    rarely: {
      worker: { delete: STALE },
      watch: { create: MISSING, update: 'the worker is lost while it promotes' },
    },
  },
  {
    group: '',
    resource: 'services',
    why: 'the Services of the Canary; users’ own labels and annotations on them survive',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update', 'delete'],
      watch: ['get', ...LOOK, 'update'],
      api: ['get', ...LOOK],
    },
    rarely: {
      worker: { get: RACE, delete: BASELINE },
      watch: all(['get', 'update'], OF_A_SERVICE),
      api: all(LOOK, OF_A_SERVICE),
    },
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    why: 'the primary’s autoscaler, made after the target’s; the API checks policies',
    verbs: { worker: ['get', ...LOOK, 'create', 'update', 'delete'], watch: LOOK, api: ['get', 'list'] },
    rarely: { worker: { get: RACE, delete: FORMER } },
  },
  {
    group: 'policy',
    resource: 'poddisruptionbudgets',
    why: 'the primary’s PodDisruptionBudget, made after the target’s; without it everything else goes on',
    verbs: { worker: ['get', ...LOOK, 'create', 'update', 'delete'], watch: LOOK },
    rarely: { worker: { get: RACE, create: BUDGETED, update: BUDGETED, delete: FORMER } },
  },
  only('targets with a ScaledObject', {
    group: 'keda.sh',
    resource: 'scaledobjects',
    why: 'the primary’s ScaledObject, made after the target’s, which is paused while the target has no pods',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update', 'delete'],
      watch: ['get', ...LOOK, 'update'],
      api: ['get'],
    },
  }),
  {
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    why: 'addresses of the canary’s pods, so that checks count its requests alone; of the primary’s, for checks of policies',
    verbs: { worker: LOOK, api: ['list'] },
  },
  {
    group: 'apisix.apache.org',
    resource: 'apisixroutes',
    why: 'the route with the weights, made after the user’s; the API checks policies',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update', 'delete'],
      watch: ['get', ...LOOK, 'create', 'update'],
      api: ['get', 'list'],
    },
    rarely: { worker: { delete: FORMER }, watch: { create: MISSING, get: RACE } },
  },
  only('releases by the Gateway API', {
    group: 'gateway.networking.k8s.io',
    resource: 'httproutes',
    why: 'the route with the weights, which is removed when its Canary names one of the users’ own instead',
    verbs: { worker: ['get', ...LOOK, 'create', 'update', 'delete'], watch: ['get', ...LOOK, 'create', 'update'] },
  }),
  routed('networking.istio.io', 'virtualservices', 'the routes with the weights', 'Istio'),
  only('releases by Istio', {
    group: 'networking.istio.io',
    resource: 'destinationrules',
    why: 'how connections to either version are kept; that of a fresh baseline is removed with it',
    verbs: {
      worker: ['get', ...LOOK, 'create', 'update', 'delete'],
      watch: ['get', ...LOOK, 'create', 'update'],
    },
  }),
  routed('projectcontour.io', 'httpproxies', 'the routes with the weights', 'Contour'),
  routed('traefik.io', 'traefikservices', 'the Service with the weights', 'Traefik'),
  only('releases by NGINX or Skipper', {
    group: 'networking.k8s.io',
    resource: 'ingresses',
    why: 'the Ingress of the canary, made after the user’s, which is removed when a Canary of Skipper goes, or names it no more',
    verbs: { worker: ['get', ...LOOK, 'create', 'update', 'delete'], watch: ['get', ...LOOK, 'create', 'update'] },
  }),
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    why: 'the heartbeat of each release and its fence; watch takes it over from a dead worker',
    verbs: { worker: ['get', ...LOOK, 'create', 'update'], watch: ['get', ...LOOK, 'update'], api: LOOK },
    rarely: { watch: { get: RACE } },
  },
  {
    group: '',
    resource: 'events',
    why: 'what `kubectl describe canary` shows',
    verbs: { worker: ['create'], watch: ['create'] },
  },
  only('MetricTemplates of type keptn', {
    group: 'metrics.keptn.sh',
    resource: 'keptnmetrics',
    why: 'values that Keptn has measured',
    verbs: { worker: ['get'] },
  }),
  only('MetricTemplates of type keptn', {
    group: 'metrics.keptn.sh',
    resource: 'analyses',
    why: 'an Analysis for each check, deleted when it has told its result',
    verbs: { worker: ['get', 'create', 'delete'] },
  }),
  {
    group: 'authentication.k8s.io',
    resource: 'tokenreviews',
    clusterScoped: true,
    why: 'who a bearer token belongs to',
    verbs: { api: ['create'] },
  },
  {
    group: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
    clusterScoped: true,
    why: 'what its owner may do with Canaries',
    verbs: { api: ['create'] },
  },
];

/** `verb resource`, as the audit log has it, of everything a process may do. */
export function permissionsOf(process: Process): readonly string[] {
  return GRANTS.flatMap(({ resource, verbs }) => (verbs[process] ?? []).map((verb) => `${verb} ${resource}`));
}

/** Why a permission isn't used in every release; undefined where it is. */
export function excuseFor(process: Process, permission: string): string | undefined {
  for (const { resource, rarely } of GRANTS) {
    for (const [verb, reason] of Object.entries(rarely?.[process] ?? {})) {
      if (permission === `${verb} ${resource}`) return reason;
    }
  }
  return undefined;
}
