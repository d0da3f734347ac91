import type { Introduction } from '../temporal/submissions.js';
import type { CanaryKey } from '../domain/identity.js';
import type { Change } from '../domain/state.js';
import { imageName } from '../domain/text.js';
import type { KubeObject } from '../kube/object.js';

interface Pods {
  readonly template?: {
    readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string }[] };
  };
}

/** The description of a run for people who look at it in the Temporal UI. */
export function introduce(
  key: CanaryKey,
  change: Change,
  target: KubeObject | undefined,
  primary: KubeObject | undefined,
): Introduction {
  const name = `${key.name}.${key.namespace}`;
  const moves = imageMoves(target, primary);
  const what =
    change.kind === 'target' && moves.length > 0
      ? moves.map((m) => `${m.from} → ${m.to}`).join(', ')
      : TITLES[change.kind];
  const rows = moves.map((m) => `| ${m.container} | ${m.image} | ${m.from} | ${m.to} |`);
  const table = rows.length === 0 ? [] : ['', '| container | image | from | to |', '|---|---|---|---|', ...rows];
  return {
    summary: `${name}: ${what}`,
    details: [`Canary **${name}**: ${TITLES[change.kind]}, asked for by **${change.by}**.`, ...table].join('\n'),
  };
}

const TITLES: Readonly<Record<Change['kind'], string>> = {
  spec: 'apply the spec',
  target: 'release a new revision',
  config: 'release changed configuration',
  drift: 'correct drift',
  deletion: 'revert on deletion',
  recover: 'recover',
  request: 'release on request',
  gate: 'ask a gate again',
  order: 'carry out an order',
};

interface Move {
  readonly container: string;
  readonly image: string;
  readonly from: string;
  readonly to: string;
}

function imageMoves(target: KubeObject | undefined, primary: KubeObject | undefined): Move[] {
  const before = new Map(containersOf(primary).map((c) => [c.name, c.image ?? '']));
  return containersOf(target).flatMap(({ name, image = '' }) => {
    const old = before.get(name);
    if (old === undefined || old === image) return [];
    return [{ container: name, image: imageName(image), from: tagOf(old), to: tagOf(image) }];
  });
}

function containersOf(object: KubeObject | undefined): readonly { readonly name: string; readonly image?: string }[] {
  return (object?.['spec'] as Pods | undefined)?.template?.spec?.containers ?? [];
}

function tagOf(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  const digest = last.indexOf('@');
  if (digest >= 0) return last.slice(digest + 1, digest + 20);
  const colon = last.indexOf(':');
  return colon >= 0 ? last.slice(colon + 1) : 'latest';
}

/**
 * Who last changed what is released, the pod template or a Service's spec: the field manager according to the API
 * server, such as `kubectl-set` or `argocd-controller`.
 */
export function changedBy(target: KubeObject | undefined): string {
  const managers = (target?.metadata.managedFields ?? []).filter(
    (field) =>
      field.subresource === undefined && field.manager !== 'serinus' && touchesRevision(target, field.fieldsV1),
  );
  const latest = [...managers].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0];
  return latest?.manager ?? 'unknown';
}

function touchesRevision(
  target: KubeObject | undefined,
  fields: Readonly<Record<string, unknown>> | undefined,
): boolean {
  const spec = fields?.['f:spec'];
  if (typeof spec !== 'object' || spec === null) return false;
  return target?.kind === 'Service' || 'f:template' in spec;
}
