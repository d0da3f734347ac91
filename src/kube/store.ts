import type { KubeObject } from './object.js';
import { isNewer } from './object.js';

export type ChangeListener = (object: KubeObject, change: 'set' | 'deleted') => void;

/**
 * The last known version of the objects of one kind. Fed by a reflector, and by our own writes, so that a reader right
 * after a write sees it. Never goes back to an older version.
 */
export class Store {
  private readonly objects = new Map<string, KubeObject>();
  private readonly listeners = new Set<ChangeListener>();
  /** UIDs deleted lately: the answer to a write that overlapped a deletion must not bring them back. */
  private readonly tombstones: string[] = [];

  get(namespace: string, name: string): KubeObject | undefined {
    return this.objects.get(`${namespace}/${name}`);
  }

  list(namespace?: string): KubeObject[] {
    const all = [...this.objects.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** @returns whether the object was new or changed */
  set(object: KubeObject): boolean {
    if (object.metadata.uid !== undefined && this.tombstones.includes(object.metadata.uid)) return false;
    const key = keyOf(object);
    const known = this.objects.get(key);
    // The same name with another uid is another object, whatever its version.
    if (known && known.metadata.uid === object.metadata.uid && !isNewer(object, known)) return false;
    this.objects.set(key, object);
    this.notify(object, 'set');
    return true;
  }

  delete(object: KubeObject): void {
    const key = keyOf(object);
    const known = this.objects.get(key);
    if (known === undefined || known.metadata.uid !== object.metadata.uid) return;
    this.bury(key, object);
  }

  /** Makes the store hold exactly these, as after a new list. */
  replace(objects: readonly KubeObject[]): void {
    const present = new Set(objects.map(keyOf));
    for (const [key, object] of [...this.objects]) {
      if (!present.has(key)) this.bury(key, object);
    }
    for (const object of objects) this.set(object);
  }

  /** @returns a function that ends the subscription */
  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private bury(key: string, object: KubeObject): void {
    this.objects.delete(key);
    if (object.metadata.uid !== undefined) this.tombstones.push(object.metadata.uid);
    if (this.tombstones.length > TOMBSTONES_KEPT) this.tombstones.shift();
    this.notify(object, 'deleted');
  }

  private notify(object: KubeObject, change: 'set' | 'deleted'): void {
    for (const listener of this.listeners) listener(object, change);
  }
}

const TOMBSTONES_KEPT = 200;

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
