// Import borders. docs/architecture.md says why they are drawn as they are; `npm run check` holds them.
const { readFileSync } = require('node:fs');

/**
 * What each folder of `src` (or file beside the folders) may import of `src`, itself aside. Types count as well.
 * `processes` puts everything together, `cli` offers it: both may import whatever they like.
 */
const MAY_IMPORT = {
  domain: [],
  judgement: [],
  'errors.ts': [],
  'aborted.ts': [],
  'background.ts': ['errors.ts', 'logging.ts'],
  'retrying.ts': [],
  'fair-share.ts': [],
  // The one way out to servers that somebody else has named.
  http: ['errors.ts'],
  'settings.ts': ['links'],
  'logging.ts': [],
  'health.ts': ['errors.ts'],
  workflows: ['domain'],
  // A client of any cluster: it knows nothing of releases.
  kube: ['domain/names.ts', 'errors.ts'],
  kubernetes: ['kube', 'domain', 'errors.ts'],
  // Limits and budgets are the judge's own types.
  crds: ['domain', 'judgement'],
  routers: ['kube', 'kubernetes', 'crds', 'domain', 'errors.ts', 'settings.ts'],
  workloads: ['kube', 'kubernetes', 'crds', 'domain', 'errors.ts', 'settings.ts'],
  // Which edges of a histogram tell anything, the judge says.
  metrics: ['http', 'crds', 'judgement', 'domain', 'errors.ts', 'fair-share.ts', 'retrying.ts', 'settings.ts'],
  webhooks: ['http', 'crds', 'domain', 'errors.ts', 'retrying.ts'],
  alerts: ['http', 'crds', 'domain', 'links'],
  links: ['domain'],
  commits: ['alerts', 'crds', 'domain'],
  archive: ['domain', 'errors.ts', 'retrying.ts'],
  // What is kept of a release is read from the cluster and from Temporal.
  'archive/release': [
    'archive',
    'canary',
    'kube',
    'kubernetes',
    'crds',
    'workloads',
    'temporal',
    'domain',
    'dependencies.ts',
    'errors.ts',
    'workflows/contract.ts',
  ],
  canary: [
    'kube',
    'kubernetes',
    'crds',
    'routers',
    'workloads',
    'domain',
    'errors.ts',
    'fair-share.ts',
    'logging.ts',
    'settings.ts',
    'meters/port.ts',
    'workflows/activities.ts',
  ],
  checks: [
    'canary',
    'http',
    'judgement',
    'kube',
    'kubernetes',
    'crds',
    'metrics',
    'webhooks',
    'domain',
    'errors.ts',
    'fair-share.ts',
    'logging.ts',
    'settings.ts',
    'meters/port.ts',
  ],
  notifications: [
    'canary',
    'http',
    'kube',
    'kubernetes',
    'crds',
    'workloads',
    'alerts',
    'commits',
    'webhooks',
    'links',
    'domain',
    'dependencies.ts',
    'errors.ts',
    'settings.ts',
    'workflows/activities.ts',
  ],
  // Names and types of workflows; their code runs in the sandbox only.
  temporal: ['domain', 'errors.ts', 'workflows/contract.ts', 'workflows/rollout.ts'],
  adopt: [
    'canary',
    'archive/release',
    'kube',
    'kubernetes',
    'crds',
    'routers',
    'workloads',
    'domain',
    'errors.ts',
    'dependencies.ts',
  ],
  // What a release would write is rehearsed by the code that writes it.
  // It forecasts what the judge will come to.
  check: [
    'canary',
    'judgement',
    'kube',
    'kubernetes',
    'metrics',
    'routers',
    'workloads',
    'crds',
    'domain',
    'errors.ts',
    'settings.ts',
  ],
  // Releases that nobody has: the decisions and the judge of real ones.
  simulation: ['crds', 'domain', 'judgement'],
  meters: ['crds', 'domain', 'kube', 'kubernetes'],
  // It is a program of its own: of a release it only knows how its result is written down.
  loadtest: ['domain/record', 'errors.ts'],
  activities: [
    'canary',
    'checks',
    'notifications',
    'archive',
    'temporal',
    'kube',
    'kubernetes',
    'crds',
    'routers',
    'workloads',
    'loadtest',
    'domain',
    'dependencies.ts',
    'errors.ts',
    'fair-share.ts',
    'logging.ts',
    'settings.ts',
    'meters/port.ts',
    // Names and types; the code of workflows runs in the sandbox only.
    'workflows/contract.ts',
    'workflows/activities.ts',
  ],
  // A package for others: it takes nothing along.
  client: [],
  'dependencies.ts': ['archive/port.ts', 'canary', 'checks/port.ts', 'temporal/submissions.ts'],
  telemetry: ['errors.ts'],
  'telemetry.ts': ['telemetry'],
  watch: [
    'background.ts',
    'activities',
    'canary',
    'notifications',
    'temporal',
    'dependencies.ts',
    'logging.ts',
    'meters/port.ts',
    'kube',
    'kubernetes',
    'crds',
    'domain',
    'errors.ts',
    'fair-share.ts',
    'workflows/contract.ts',
  ],
  // Whether there is anything for the janitor to do shows in Leases, Canaries and what is kept warm.
  worker: [
    'background.ts',
    'activities',
    'canary',
    'temporal',
    'dependencies.ts',
    'logging.ts',
    'meters/port.ts',
    'kube',
    'kubernetes',
    'crds',
    'workloads',
    'domain',
    'errors.ts',
    'retrying.ts',
    'workflows/contract.ts',
  ],
  api: [
    'background.ts',
    'aborted.ts',
    'activities',
    'canary',
    'checks',
    'temporal',
    'dependencies.ts',
    'logging.ts',
    'meters/port.ts',
    // What is clicked in a chat is answered there.
    'alerts',
    'archive',
    'check',
    'kube',
    'kubernetes',
    'crds',
    'routers',
    'workloads',
    'metrics',
    // What another policy would have made of past releases.
    'simulation',
    'domain',
    'errors.ts',
    'retrying.ts',
    'links',
    'workflows/contract.ts',
    'workflows/rollout.ts',
    // How a release is introduced is the same, whoever asks for it.
    'watch/introduction.ts',
  ],
};

/** Who may use which package; types count as well. What isn't named here, anybody may use. */
const PACKAGES = [
  {
    name: 'temporal-client-at-the-edge',
    comment: 'Who talks to Temporal: the edge, and the activities that start or look up other releases',
    package: '@temporalio/client',
    users: [
      'api/',
      'cli/',
      'watch/',
      'worker/',
      'telemetry',
      'temporal/',
      'processes/',
      'archive/release/dead-runs.ts',
      'activities/(archive|index|sweep).ts',
    ],
  },
  {
    name: 'temporal-worker-at-the-edge',
    comment: 'The native core is loaded by processes that run workflows, and by no others',
    package: '@temporalio/worker',
    users: ['processes/', 'worker/', 'telemetry'],
  },
  {
    name: 'temporal-sandbox-in-workflows',
    comment: 'What belongs into the sandbox stays there',
    package: '@temporalio/workflow',
    users: ['workflows/'],
  },
  {
    name: 'temporal-activity-in-activities',
    comment: 'Below src/activities/index.ts nothing knows that an activity calls it',
    package: '@temporalio/activity',
    users: ['activities/', 'telemetry/'],
  },
  {
    name: 'kubernetes-client-in-one-place',
    comment: 'Its typed models drop fields they do not know: it is used for credentials only',
    package: '@kubernetes/client-node',
    users: ['kube/'],
  },
  {
    name: 'http-client-in-one-place',
    comment: 'Limits, redirects, proxies and what is shown of an answer are the same for whoever asks a server',
    package: 'axios',
    users: ['http/', 'kube/', 'cli/client/'],
  },
  {
    name: 'aws-sdk-in-cloudwatch',
    comment: 'It is known to its provider only',
    package: '@aws-sdk/client-cloudwatch',
    users: ['metrics/cloudwatch/'],
  },
  {
    name: 'google-auth-in-stackdriver',
    comment: 'It is known to its provider only',
    package: 'google-auth-library',
    users: ['metrics/stackdriver/'],
  },
  { name: 'http-framework-in-api', comment: 'HTTP is the API’s business', package: 'fastify', users: ['api/'] },
  { name: 'command-line-in-cli', comment: 'Flags are the CLI’s business', package: 'commander', users: ['cli/'] },
  {
    name: 'tracing-in-telemetry',
    comment: 'Nothing of OpenTelemetry is loaded while traces are off',
    package: '@opentelemetry',
    users: ['telemetry/'],
  },
];

/** Folders in which one file or folder is one provider, known to its registry only. */
const PLUGINS = ['routers', 'workloads', 'metrics'];
/** What a registry imports that isn't a provider. */
const SHARED = ['port', 'errors', 'configs', 'shared'];

function borders() {
  return Object.entries(MAY_IMPORT).map(([part, others]) => ({
    name: `border-of-${part}`,
    comment: `src/${part} may import ${others.length === 0 ? 'nothing of src' : others.join(', ')}`,
    severity: 'error',
    from: { path: `^src/${pattern(part)}`, ...without(roomsIn(part)) },
    to: { path: '^src/', pathNot: [part, ...others].map((other) => `^src/${pattern(other)}`) },
  }));
}

/** Rooms of a folder that have a line of their own. */
function roomsIn(part) {
  return Object.keys(MAY_IMPORT).filter((other) => other.startsWith(`${part}/`));
}

function without(parts) {
  return parts.length === 0 ? {} : { pathNot: parts.map((part) => `^src/${pattern(part)}`) };
}

function pattern(part) {
  return part.endsWith('.ts') ? `${part.replaceAll('.', '\\.')}$` : `${part}/`;
}

function packages() {
  return PACKAGES.map(({ name, comment, package, users }) => ({
    name,
    comment,
    severity: 'error',
    from: { path: '^src/', pathNot: users.map((user) => `^src/${user}`) },
    to: { path: `^node_modules/${package}/` },
  }));
}

/** A provider that another one imports can't be taken out, or read, alone. */
function plugins() {
  return PLUGINS.flatMap((folder) =>
    providersOf(folder).map((provider) => ({
      name: `provider-${folder}-${provider}`,
      comment: `src/${folder}/${provider} is known to its registry only`,
      severity: 'error',
      from: { path: '^src/', pathNot: [`^src/${folder}/registry\\.ts$`, `^src/${folder}/${provider}(/|\\.ts$)`] },
      to: {
        path: `^src/${folder}/${provider}(/|\\.ts$)`,
        // What is told about a provider's objects in its port's words is told in types.
        dependencyTypesNot: ['type-only'],
      },
    })),
  );
}

function providersOf(folder) {
  const registry = readFileSync(`${__dirname}/src/${folder}/registry.ts`, 'utf8');
  const imported = [...registry.matchAll(/from '\.\/([\w-]+)(?:\/[\w/-]+)?\.js'/g)].map(([, name]) => name);
  return [...new Set(imported)].filter((name) => !SHARED.includes(name));
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...borders(),
    ...packages(),
    ...plugins(),
    {
      name: 'domain-is-pure',
      comment: 'No package and nothing of Node: what comes next is a function of its arguments',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'judgement-is-pure',
      comment: 'Statistics: no package and nothing of Node, so that a simulation runs the very same code',
      severity: 'error',
      from: { path: '^src/judgement/' },
      to: { pathNot: '^src/judgement/' },
    },
    {
      name: 'workflows-run-in-the-sandbox',
      comment: 'Of packages, only what Temporal means for workflows',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { pathNot: '^(src/(workflows|domain)/|node_modules/@temporalio/(workflow|common)/)' },
    },
    {
      name: 'src-stands-alone',
      comment: 'Tests, lab and demo use src, never the other way round',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(lab|demo|test|scripts|deploy|bench)/' },
    },
    {
      name: 'page-stands-alone',
      comment: 'The page knows the API by the types of its answers, and of decisions what is pure',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^(src|lab|demo|test|scripts)/', pathNot: '^src/domain/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'page-knows-answers-only',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^src/', pathNot: '^src/(domain|api/schema)/' },
    },
    {
      name: 'nobody-knows-the-page',
      comment: 'It is built, and served as files',
      severity: 'error',
      from: { path: '^(src|lab|demo|scripts)/' },
      to: { path: '^web/' },
    },
    {
      name: 'scripts-import-no-tests',
      comment: 'What a test and a script both need belongs to src or lab',
      severity: 'error',
      from: { path: '^(scripts|demo)/' },
      to: { path: '^test/' },
    },
    {
      name: 'lab-stands-alone',
      comment: 'The lab is for tests and the demo, it knows neither',
      severity: 'error',
      from: { path: '^lab/' },
      to: { path: '^(demo|test)/' },
    },
    {
      name: 'loaded-when-used',
      comment:
        'Clients of clouds take long to load, and few have use for them: they are imported where they are first needed',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: '^node_modules/(@aws-sdk/(client-cloudwatch|credential-provider-node)|google-auth-library)/',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-development-packages',
      comment: 'A production install has no devDependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-circles',
      comment: 'Two modules that need each other are one, or lack a third; types count as well',
      severity: 'error',
      from: { path: '^(src|web)/' },
      to: { circular: true },
    },
    {
      name: 'no-circles-at-run-time',
      severity: 'error',
      from: { path: '^(lab|demo|scripts)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-is-found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types are imports here.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
