import type { Client } from '@temporalio/client';
import Fastify from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Dependencies } from '../dependencies.js';
import type { CanaryKey } from '../domain/identity.js';
import { Guard } from './auth/guard.js';
import { Limits } from './auth/limits.js';
import { Issuer } from './auth/oidc/issuer.js';
import { Sessions } from './auth/sessions/sessions.js';
import { chatRoutes } from './chat/chat.js';
import { warmCaches } from './caches.js';
import { closeInTime } from './closing.js';
import { Canaries } from './canaries/canaries.js';
import { describeRoutes, openApiRoutes } from './openapi.js';
import type { ApiOptions } from './options.js';
import { OpenRuns } from './live/open-runs.js';
import { Orders } from './orders/give.js';
import { answerProblem, answerWithProblems } from './problems/handler.js';
import { Finder } from './releases/find.js';
import { Listing } from './releases/listing.js';
import { Runs } from './releases/runs.js';
import { Rollouts } from './rollouts/start.js';
import type { App } from './routes/app.js';
import { archiveRoutes } from './routes/archive.js';
import { Backtests } from './backtest/backtests.js';
import { backtestRoute } from './routes/backtest.js';
import { canaryRoutes } from './routes/canaries.js';
import { checkRoute } from './routes/check.js';
import { healthRoutes } from './routes/health.js';
import { liveRoutes } from './routes/live.js';
import { logsRoute } from './routes/logs.js';
import { loginRoutes } from './routes/login.js';
import { metricsRoute } from './routes/metrics.js';
import { pageRoutes } from './routes/page.js';
import { problemKindRoute } from './routes/problem-kinds.js';
import { releaseRoutes } from './routes/releases.js';
import { rolloutRoutes } from './routes/rollouts.js';
import { sessionRoutes } from './routes/session.js';
import { addSecurityHeaders } from './security-headers.js';
import { readJsonWithinBounds } from './body.js';
import { validateInput } from './validation.js';
import { pageFolder, pageText } from './web/page.js';

const BODY_LIMIT = 256 * 1024;
/** Of one part of a path: ids of releases have a namespace, a name and a run id, links a signature. */
const LONGEST_PARAMETER = 4_000;
/** For a whole request to come in; slower clients are disconnected. */
const REQUEST_MS = 30_000;
const READ_MS = 3_000;
const WORKER_MS = 2_000;

/**
 * Builds the HTTP API from a process' dependencies. It doesn't listen yet.
 *
 * @param temporal connects on first use
 */
export function buildApi(deps: Dependencies, temporal: Client, options: ApiOptions): App {
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    requestTimeout: REQUEST_MS,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
  closeInTime(app);
  // Only JSON: a page of another site can't send that from a browser.
  app.removeContentTypeParser('text/plain');
  readJsonWithinBounds(app);
  app.setValidatorCompiler(validateInput);
  app.setSerializerCompiler(serializerCompiler);
  const page = 'page' in options ? options.page : pageFolder();
  answerWithProblems(app, deps.log, page && pageText(page));

  addSecurityHeaders(app);
  const { authentication } = options;
  const limits = new Limits(options.limits);
  limits.install(app);
  const sessions = authentication.kind === 'oidc' ? new Sessions(authentication.oidc) : undefined;
  const guard = new Guard({ authentication, client: deps.cache.client, log: deps.log, limits, sessions });
  guard.watchOver(app);
  const runs = new Runs(temporal, { readMs: options.readMs ?? READ_MS, workerMs: options.workerMs ?? WORKER_MS });
  warmCaches(deps);

  describeRoutes(app, { version: options.version, authentication: authentication.kind });
  // Routes come after the plugin that documents them.
  void app.register((routes: App, _options, done) => {
    healthRoutes(routes, deps, runs);
    metricsRoute(routes, deps);
    openApiRoutes(routes);
    pageRoutes(routes, page);
    problemKindRoute(routes);
    sessionRoutes(routes, guard, authentication.kind);
    if (authentication.kind === 'oidc' && sessions) {
      loginRoutes(routes, {
        guard,
        sessions,
        limits,
        issuer: new Issuer(authentication.oidc),
        log: deps.log,
        claims: authentication.oidc.claims,
      });
    }
    const openRuns = new OpenRuns(deps, runs);
    const canaries = new Canaries(deps, runs, openRuns);
    canaryRoutes(routes, deps, guard, canaries);
    liveRoutes(routes, deps, guard, runs, openRuns, options.links ?? {});
    logsRoute(routes, deps, guard, runs);
    rolloutRoutes(routes, deps, guard, new Rollouts(deps, runs), runs);
    checkRoute(routes, deps, guard);
    chatRoutes(routes, deps, temporal, { guard, limits, runs, slack: options.slack });
    const finder = new Finder(runs, deps.archive);
    releaseRoutes(routes, deps, guard, finder, runs, new Orders(temporal, runs, deps.submissions));
    const images = (canary: CanaryKey): Promise<readonly string[]> => canaries.targetImages(canary);
    const listing = new Listing({ archive: deps.archive, runs, images, now: deps.now, log: deps.log });
    archiveRoutes(routes, deps, guard, finder, listing);
    backtestRoute(routes, deps, guard, new Backtests(finder, listing));
    done();
  });
  return app;
}
