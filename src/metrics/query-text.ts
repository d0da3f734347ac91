import type { MetricSource } from '../crds/types.js';
import type { MetricsContext, MetricsSources } from './context.js';
import { renderQuery } from './model.js';
import { observerOf } from './observers.js';
import { builtinQuery, renderBuiltin } from './queries/builtin.js';

/**
 * The query of a metric in PromQL, as an analysis sends it; for people who want to run it themselves.
 *
 * @param seconds how far the query looks back; the spec's interval where undefined
 * @returns undefined where the source isn't Prometheus, or the query needs pods and there are none
 * @throws UserError or TemplateError where the template is missing or can't be parsed
 */
export async function queryText(
  source: MetricSource,
  { names, metricsProvider, flavour }: Pick<MetricsContext, 'names' | 'metricsProvider' | 'flavour'>,
  sources: Pick<MetricsSources, 'template' | 'canaryAddresses'>,
  seconds: number | undefined,
): Promise<string | undefined> {
  const interval =
    seconds === undefined || seconds === source.interval?.seconds ? source.interval?.text : `${seconds}s`;
  const model = { ...names, interval: interval ?? '', variables: {} };
  switch (source.kind) {
    case 'query':
      return source.query;
    case 'builtin': {
      const query = builtinQuery(observerOf(metricsProvider), source.builtin, { flavour });
      const text = renderBuiltin(query, model, query.ofAddresses ? await sources.canaryAddresses() : []);
      return text?.replace(/\s+/g, ' ');
    }
    case 'template': {
      const { provider, query } = await sources.template(source.templateRef.namespace, source.templateRef.name);
      if (provider.type !== 'prometheus') return undefined;
      return renderQuery(query, { ...model, variables: source.variables });
    }
  }
}
