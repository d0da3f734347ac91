import type { Dependencies } from '../../dependencies.js';
import type { Canary } from '../../crds/canary.js';
import { parseMetricTemplate, type MetricTemplate } from '../../crds/metric-template.js';
import type { Metric, MetricSource } from '../../crds/types.js';
import type { RecordEntry } from '../../domain/record/record.js';
import type { Span } from '../../domain/findings.js';
import { messageOf, UserError } from '../../errors.js';
import { endpointsIn, slicesOf } from '../../kube/endpoint-slices.js';
import { ENDPOINT_SLICES, METRIC_TEMPLATES, type KubeObject } from '../../kube/object.js';
import { metricsContextOf, type MetricsSources } from '../../metrics/context.js';
import { queryText } from '../../metrics/query-text.js';
import { workflowIdOf } from '../../workflows/contract.js';
import { Expiring } from '../expiring.js';
import type { Run } from '../releases/run.js';
import type { Live } from '../schema/live.js';
import { filled, temporalLink, type LinkTemplates } from './link-templates.js';

type Analysis = Extract<RecordEntry, { what: 'analysis' }>;
type MetricLinks = NonNullable<Live['links']['metrics']>;

const REMEMBERED_MS = 300_000;

/** Links to more information about a release, from the templates that the API was configured with. */
export class Links {
  /** By analysis: it doesn't change, and rendering its queries means reading from the cluster. */
  private readonly known = new Expiring<MetricLinks>(REMEMBERED_MS, 500);

  constructor(
    private readonly deps: Dependencies,
    private readonly templates: LinkTemplates,
    private readonly temporalNamespace: string,
  ) {}

  /** @param analysis the last one */
  async of(canary: Canary | undefined, run: Run | undefined, analysis: Analysis | undefined): Promise<Live['links']> {
    const { temporalUi } = this.templates;
    const temporal =
      run && temporalUi && temporalLink(temporalUi, this.temporalNamespace, workflowIdOf(run.canary), run.runId);
    const logs = run && canary && this.logs(canary, run);
    const metrics = run && canary && analysis && (await this.metrics(canary, run, analysis));
    return {
      ...(temporal === undefined || temporal === '' ? {} : { temporal }),
      ...(metrics === undefined || metrics.length === 0 ? {} : { metrics }),
      ...(logs === undefined ? {} : { logs }),
    };
  }

  private logs(canary: Canary, { startedAt, endedAt }: Run): string | undefined {
    const { logs } = this.templates;
    return logs && filled(logs, namesOf(canary), { from: startedAt.getTime(), to: endedAt?.getTime() });
  }

  private async metrics(canary: Canary, run: Run, analysis: Analysis): Promise<MetricLinks | undefined> {
    const { metrics: template } = this.templates;
    if (template === undefined) return undefined;
    try {
      return await this.known.get(`${run.runId} ${canary.generation} ${analysis.at}`, () =>
        this.ofMetrics(template, canary, analysis),
      );
    } catch (error) {
      this.deps.log.debug({ canary: `${canary.name}.${canary.namespace}` }, `no links to metrics: ${messageOf(error)}`);
      return undefined;
    }
  }

  private async ofMetrics(template: string, canary: Canary, analysis: Analysis): Promise<MetricLinks> {
    const context = metricsContextOf(canary, this.deps.settings);
    const sources = this.sourcesOf(canary);
    const links: { metric: string; href: string }[] = [];
    for (const [{ name }, source] of sourcesOf(canary)) {
      // A user who may see this Canary need not have permission to read another namespace.
      if (source.kind === 'template' && source.templateRef.namespace !== canary.namespace) continue;
      const span = spanOf(name, source, analysis);
      const query = await queryText(source, context, sources, Math.round((span.to - span.from) / 1000));
      if (query !== undefined) links.push({ metric: name, href: filled(template, namesOf(canary), span, query) });
    }
    return links;
  }

  /** Read directly for this: watching these kinds for a few links would cost too much. */
  private sourcesOf({ namespace, service }: Canary): Pick<MetricsSources, 'template' | 'canaryAddresses'> {
    const { client } = this.deps.cache;
    return {
      template: async (of, name) => templateOf(await client.get(METRIC_TEMPLATES, of, name), name),
      canaryAddresses: async () => {
        const labelSelector = slicesOf(service.canaryName);
        const { items } = await client.list(ENDPOINT_SLICES, { namespace, labelSelector });
        return items.flatMap(endpointsIn).flatMap(({ addresses = [] }) => addresses);
      },
    };
  }
}

function templateOf(object: KubeObject | undefined, name: string): MetricTemplate {
  const parsed = object === undefined ? undefined : parseMetricTemplate(object);
  if (!parsed?.ok) throw new UserError(`there is no valid MetricTemplate ${name}`);
  return parsed.value;
}

function sourcesOf(canary: Canary): (readonly [Metric, MetricSource])[] {
  return canary.analysis.metrics.flatMap((metric) => metric.sources.map((source) => [metric, source] as const));
}

/** The time span of the query: the record's, else the spec's. */
function spanOf(name: string, { interval }: MetricSource, { at, metrics }: Analysis): Span {
  const known = metrics.find(({ metric }) => metric === name)?.window;
  return known ?? { from: at - (interval?.seconds ?? 60) * 1000, to: at };
}

function namesOf({ namespace, name, targetRef }: Canary) {
  return { namespace, name, target: targetRef.name };
}
