import { parseAllDocuments, type Document } from 'yaml';
import { z } from 'zod';
import { messageOf, UserError } from '../errors.js';
import type { KubeObject, ResourceType } from '../kubernetes/object.js';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

const listSchema = z.looseObject({ kind: z.literal('List'), items: z.array(z.unknown()) });

/** Where objects end up that name no namespace, as with kubectl. */
const DEFAULT_NAMESPACE = 'default';

/** Objects as users write them into a file, each with its namespace. */
export class Manifests {
  private constructor(readonly objects: readonly KubeObject[]) {}

  /**
   * @param text YAML or JSON, with one object or several
   * @param origin what messages call it, such as the file's name
   * @param namespace of the objects that name none
   * @throws UserError where it can't be read, or isn't about Kubernetes objects
   */
  static read(text: string, origin: string, namespace = DEFAULT_NAMESPACE): Manifests {
    return Manifests.of(documentsIn(text, origin), origin, namespace);
  }

  /** As {@link read}, of what has been parsed already. */
  static of(values: readonly unknown[], origin: string, namespace = DEFAULT_NAMESPACE): Manifests {
    const all = values.flatMap((value) => listSchema.safeParse(value).data?.items ?? [value]);
    return new Manifests(all.map((value, index) => objectOf(value, `${origin}, object ${index + 1}`, namespace)));
  }

  with(others: Manifests): Manifests {
    return new Manifests([...this.objects, ...others.objects]);
  }

  /** Whatever the version of their API: which ones will do is for the schema to say. */
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

function documentsIn(text: string, origin: string): readonly unknown[] {
  return parseAllDocuments(text)
    .map((document) => valueOf(document, origin))
    .filter((value) => value !== null);
}

/** What is said of a mistake has no excerpt: the file may hold Secrets. */
function valueOf(document: Document, origin: string): unknown {
  const [error] = document.errors;
  if (error) throw new UserError(`${origin} can't be read as YAML: ${firstLine(error.message)}`);
  try {
    return document.toJS();
  } catch (error_) {
    throw new UserError(`${origin} can't be read as YAML: ${firstLine(messageOf(error_))}`);
  }
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/:$/, '');
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
