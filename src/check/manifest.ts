import { z } from 'zod';
import { readYamlDocuments, YamlProblem, type YamlBounds } from '../crds/bounded/yaml.js';
import { UserError } from '../errors.js';
import type { KubeObject, ResourceType } from '../kube/object.js';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

const listSchema = z.looseObject({ kind: z.literal('List'), items: z.array(z.unknown()) });

/** The namespace of objects that name none, as with kubectl. */
const DEFAULT_NAMESPACE = 'default';

/** Parsing one's own files delays only oneself. */
const OWN_FILES: YamlBounds = { characters: 20_000_000, tokens: 10_000_000, depth: 100 };
/** For texts of others: while one is parsed, nobody else gets an answer. */
export const FOREIGN_TEXT: YamlBounds = { characters: 65_536, tokens: 40_000, depth: 64 };

/** Objects from a file, each with its namespace. */
export class Manifests {
  private constructor(readonly objects: readonly KubeObject[]) {}

  /**
   * @param text YAML or JSON, with one object or several
   * @param origin its name for messages, such as the file's name
   * @param namespace of the objects that name none
   * @param bounds limits on the size of the text
   * @throws UserError where it can't be parsed, exceeds the bounds, or doesn't contain Kubernetes objects
   */
  static read(text: string, origin: string, namespace = DEFAULT_NAMESPACE, bounds = OWN_FILES): Manifests {
    return Manifests.of(documentsIn(text, origin, bounds), origin, namespace);
  }

  /** As {@link read}, for values that have been parsed already. */
  static of(values: readonly unknown[], origin: string, namespace = DEFAULT_NAMESPACE): Manifests {
    const all = values.flatMap((value) => listSchema.safeParse(value).data?.items ?? [value]);
    return new Manifests(all.map((value, index) => objectOf(value, `${origin}, object ${index + 1}`, namespace)));
  }

  with(others: Manifests): Manifests {
    return new Manifests([...this.objects, ...others.objects]);
  }

  /** In any version of their API: the schema says which ones are supported. */
  get canaries(): readonly KubeObject[] {
    return this.objects.filter(({ kind }) => kind === 'Canary');
  }

  get templates(): readonly KubeObject[] {
    return this.objects.filter(({ kind }) => kind === 'MetricTemplate');
  }

  /** @throws UserError where there is no Canary */
  demandCanary(): void {
    if (this.canaries.length > 0) return;
    const titles = this.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    const others = titles.length === 0 ? 'no object at all' : `only ${titles.join(', ')}`;
    throw new UserError(`there is no Canary, ${others}: add an object of kind Canary, flagger.app/v1beta1`);
  }

  /** The object that would be applied last; in any version of the kind's API group. */
  find(type: ResourceType, namespace: string, name: string): KubeObject | undefined {
    return this.objects.findLast(
      ({ apiVersion, kind, metadata }) =>
        kind === type.kind &&
        groupOf(apiVersion) === groupOf(type.apiVersion) &&
        metadata.name === name &&
        metadata.namespace === namespace,
    );
  }
}

/** The message contains no excerpt: the file may hold Secrets. */
function documentsIn(text: string, origin: string, bounds: YamlBounds): readonly unknown[] {
  try {
    return readYamlDocuments(text, bounds).filter((value) => value !== null);
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    throw new UserError(`${origin} can't be read as YAML: ${error.message}`);
  }
}

function objectOf(value: unknown, origin: string, namespace: string): KubeObject {
  const parsed = objectSchema.safeParse(value);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.');
    const what = field ? `its ${field} is missing or not a text` : 'it is no object';
    throw new UserError(`${origin} is no Kubernetes object: ${what}`);
  }
  const { apiVersion, kind, metadata } = parsed.data;
  const { name } = metadata;
  return {
    ...parsed.data,
    apiVersion,
    kind,
    metadata: { ...metadata, name, namespace: metadata.namespace || namespace },
  };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}
