import { baselineServiceName } from '../crds/baseline.js';
import { JUDGEMENT_ANNOTATION } from '../crds/own-settings.js';
import type { JudgementSettings } from '../crds/judgement.js';
import { parseMetricTemplate } from '../crds/metric-template.js';
import { describeRefusal } from '../crds/refusal.js';
import { failedHook, type Analysis, type HookRound } from '../domain/findings.js';
import type { Phase } from '../domain/phases.js';
import type { HookType, Policy } from '../domain/policy.js';
import type { Revision } from '../domain/revision.js';
import { RefusedError, UserError } from '../errors.js';
import { othersFirst, spending } from '../fair-share.js';
import type { ClusterCache } from '../kube/cache.js';
import { METRIC_TEMPLATES } from '../kube/object.js';
import { checkProviders } from '../metrics/check-providers.js';
import { metricsContextOf, type MetricsSources } from '../metrics/context.js';
import { uncountable } from '../metrics/counts/window.js';
import type { Answered } from '../metrics/analysis/answered.js';
import { evaluateMetrics } from '../metrics/analysis/evaluate.js';
import { Together } from '../metrics/analysis/together.js';
import { TemplateError } from '../metrics/gotemplate/error.js';
import { queryNamesOf, renderQuery, type Window } from '../metrics/model.js';
import { complaintAboutQuery } from '../metrics/registry.js';
import { seenShare } from '../metrics/analysis/share.js';
import type { Webhook } from '../crds/types.js';
import type { Settings } from '../settings.js';
import { checksumOf } from '../webhooks/payload.js';
import { callRound } from '../webhooks/round.js';
import { CanaryEndpoints } from './canary-endpoints.js';
import type { CanaryContext } from '../canary/read.js';
import type { Checks, Inquiry } from './port.js';
import { clusterApi } from './cluster-api.js';
import type { Logger } from '../logging.js';
import type { Meters } from '../meters/port.js';
import { idempotencyKey } from '../webhooks/idempotency-key.js';
import { readSecret } from '../canary/secrets.js';
import { judgeAfterPromotion } from './after-promotion.js';
import { judgeByCounts, shareIn } from './evidence.js';
import { withSideLook } from './side-look.js';

const NO_REVISION: Revision = { hash: '', configs: {} };

/** Webhooks may have the same name: a receiver of both must not take the second for a repetition of the first. */
function titleAmong(webhooks: readonly Webhook[], webhook: Webhook): readonly (string | number)[] {
  const { type, name } = webhook;
  const before = webhooks.slice(0, webhooks.indexOf(webhook)).filter((one) => one.type === type && one.name === name);
  return before.length === 0 ? [name] : [name, before.length];
}

/** The live implementation: calls metrics providers and webhooks. */
export function createChecks(cache: ClusterCache, settings: Settings, meters: Meters, log: Logger): Checks {
  const book = new CanaryEndpoints(cache);
  const together = new Together();
  const hooks = async (
    context: CanaryContext,
    { applied, policy }: { readonly applied: Revision | undefined; readonly policy?: Policy | undefined },
    type: HookType,
    phase: Phase,
    { occasion, signal }: Inquiry,
  ): Promise<HookRound> => {
    const { canary } = context;
    // Load tests that the release runs itself aren't ordered from a load tester.
    const ours = (type === 'rollout' && policy?.loadTests) || [];
    const checksum = checksumOf(applied ?? NO_REVISION);
    const { name, namespace } = canary;
    const webhooks = canary.analysis.webhooks.filter((webhook) => !ours.includes(webhook.name));
    const subject = { name, namespace, phase, checksum };
    const round = await callRound(
      { type, webhooks, subject },
      {
        signal,
        log,
        idempotencyKey: (webhook) => idempotencyKey(canary.uid, occasion, type, ...titleAmong(webhooks, webhook)),
      },
    );
    for (const { ok } of round.results) meters.called(type, ok);
    return round;
  };
  const metricsContext = (context: CanaryContext, window?: Window) =>
    metricsContextOf(context.canary, settings, window);
  return {
    hooks,
    providers: async (context, signal) => {
      const error = await checkProviders(metricsContext(context), sourcesOf(cache, book, context), signal);
      return error === undefined ? {} : { error };
    },
    mistake: async (context) => {
      const mistake = await templateMistake(context, sourcesOf(cache, book, context));
      if (mistake !== undefined || !context.canary.judgement) return mistake;
      const why = uncountable(metricsContext(context));
      return why && `${JUDGEMENT_ANNOTATION}: ${why}`;
    },
    afterPromotion: (context, asked, signal) => {
      const { judgement } = context.canary;
      if (!judgement) throw new Error('a Canary without a judgement is not watched');
      return judgeAfterPromotion(metricsContext(context), sourcesOf(cache, book, context), judgement, asked, signal);
    },
    analysis: async (context, state, inquiry) => {
      const sources = sourcesOf(cache, book, context);
      const span = { since: state.weightSince, now: Date.now() };
      const judged = async (report?: (answered: Answered | undefined) => void): Promise<Analysis> => {
        const round = await hooks(context, state, 'rollout', 'Progressing', inquiry);
        if (failedHook(round)) return { hooks: round.results, metrics: [] };
        const looking = { ...metricsContext(context, windowOf(state, settings)), now: Date.now() };
        const answered = report && (await together.ask(looking, sources, span, inquiry.signal));
        report?.(answered);
        return { hooks: round.results, metrics: await evaluateMetrics(looking, sources, inquiry.signal, answered) };
      };
      const judgement = context.canary.judgement;
      if (judgement) {
        const analysis = await judged();
        const settings = await comparedNow(context, judgement);
        const found = await judgeByCounts(metricsContext(context), sources, settings, state, inquiry.signal);
        return { ...analysis, ...found, ...shareIn(found, span.now) };
      }
      let report: (answered: Answered | undefined) => void = () => undefined;
      const known = new Promise<Answered | undefined>((resolve) => (report = resolve));
      const [analysis, seen] = await withSideLook(
        () => judged(report).finally(() => report(undefined)),
        async (signal) => seenShare(metricsContext(context), sources, span, signal, await known),
        inquiry.signal,
      );
      return seen ? { ...analysis, seen } : analysis;
    },
  };
}

/**
 * While no requests go to a baseline, because the primary wasn't ready for a comparison, the canary is compared with
 * the primary.
 */
async function comparedNow({ canary, router }: CanaryContext, settings: JudgementSettings): Promise<JudgementSettings> {
  if (!settings.baseline || (await router.weights(canary))?.baseline) return settings;
  const { baseline: _none, ...others } = settings;
  return others;
}

/** Requests under an earlier weight say nothing about this one. */
function windowOf({ weightSince }: { readonly weightSince: number }, { metricWindow }: Settings): Window | undefined {
  return metricWindow === 'flagger' ? undefined : { notBefore: weightSince, now: Date.now() };
}

async function templateMistake({ canary }: CanaryContext, sources: MetricsSources): Promise<string | undefined> {
  for (const { templateRef, interval, variables } of canary.analysis.metrics.flatMap(({ sources: all }) =>
    all.filter((s) => s.kind === 'template'),
  )) {
    const title = `Metric template ${templateRef.name}.${templateRef.namespace}`;
    try {
      const { provider, query } = await sources.template(templateRef.namespace, templateRef.name);
      const names = { ...queryNamesOf(canary), interval: interval?.text ?? '', variables };
      const complaint = spending(() => complaintAboutQuery(provider.type, renderQuery(query, names)));
      if (complaint !== undefined) return `${title} query error: ${complaint}`;
    } catch (error) {
      if (error instanceof TemplateError) return `${title} query render error: ${error.message}`;
      // It is no mistake of the template's.
      if (error instanceof RefusedError) throw error;
      if (error instanceof UserError) return `${title} error: ${error.message}`;
      throw error;
    }
  }
  return undefined;
}

function sourcesOf(cache: ClusterCache, book: CanaryEndpoints, { canary }: CanaryContext): MetricsSources {
  return {
    template: async (namespace, name) => {
      const object = await cache.get(METRIC_TEMPLATES, namespace, name);
      if (!object) throw new UserError(`metrictemplates.flagger.app "${name}" not found`);
      await othersFirst();
      const parsed = spending(() => parseMetricTemplate(object));
      if (!parsed.ok) throw new UserError(describeRefusal(parsed.refusal));
      return parsed.value;
    },
    secret: (namespace, name) => readSecret(cache, namespace, name),
    environment: { environment: process.env, cluster: clusterApi(cache.client) },
    canaryAddresses: () => book.addressesOf(canary.namespace, canary.service.canaryName),
    baselineAddresses: () => book.addressesOf(canary.namespace, baselineServiceName(canary)),
  };
}
