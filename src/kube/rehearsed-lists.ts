import type { ListOptions, ObjectList } from './client.js';
import type { KubeObject, ResourceType } from './object.js';
import { pathOf } from './path.js';

interface Written {
  readonly type: ResourceType;
  readonly object: KubeObject | undefined;
  readonly isNew: boolean;
}

/**
 * Lists in a rehearsal: the API server's answer, together with later writes as if they were stored. The API server
 * isn't asked for the same list again.
 */
export class RehearsedLists {
  private readonly shown = new Map<string, Promise<ObjectList>>();
  private readonly written = new Map<string, Written>();

  /** @param ask the API server, if it hasn't been asked yet */
  async list(type: ResourceType, options: ListOptions, ask: () => Promise<ObjectList>): Promise<ObjectList> {
    const key = JSON.stringify([pathOf(type), options]);
    const asked = this.shown.get(key) ?? ask();
    this.shown.set(key, asked);
    const { metadata, items } = await asked;
    const isWritten = ({ metadata: { namespace, name } }: KubeObject) =>
      this.written.has(pathOf(type, namespace, name));
    const written = [...this.written.values()].flatMap((one) =>
      one.object && pathOf(one.type) === pathOf(type) && isSelected(one.object, options) ? [one.object] : [],
    );
    return { metadata, items: [...items.filter((item) => !isWritten(item)), ...written] };
  }

  /** Notes an object created in the rehearsal: changes of it can't be checked, since the API server doesn't have it. */
  made(type: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    const one = this.written.get(pathOf(type, namespace, name));
    return one?.isNew ? one.object : undefined;
  }

  /** @param object undefined where it was deleted */
  note(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    object: KubeObject | undefined,
    isNew = false,
  ): void {
    this.written.set(pathOf(type, namespace, name), { type, object, isNew });
  }
}

/** By namespace and by exact values of labels: no other lists are read here. */
function isSelected({ metadata }: KubeObject, { namespace, labelSelector = '' }: ListOptions): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  return labelSelector
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [key = '', value] = term.split('=');
      return value === undefined ? metadata.labels?.[key] !== undefined : metadata.labels?.[key] === value;
    });
}
