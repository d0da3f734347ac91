/** Which Canaries an object concerns: the reverse of each Canary's references. */
export class CanaryIndex {
  private readonly byObject = new Map<string, Set<string>>();
  private readonly byCanary = new Map<string, readonly string[]>();

  /**
   * @param objects the objects that concern the Canary, by the path of their kind and their name, in the Canary's
   *   namespace
   */
  set(namespace: string, canary: string, objects: readonly { readonly path: string; readonly name: string }[]): void {
    this.forget(namespace, canary);
    const keys = objects.map(({ path, name }) => keyOf(path, namespace, name));
    this.byCanary.set(`${namespace}/${canary}`, keys);
    for (const key of keys) {
      const canaries = this.byObject.get(key) ?? new Set();
      canaries.add(canary);
      this.byObject.set(key, canaries);
    }
  }

  forget(namespace: string, canary: string): void {
    const known = `${namespace}/${canary}`;
    for (const key of this.byCanary.get(known) ?? []) {
      const canaries = this.byObject.get(key);
      canaries?.delete(canary);
      if (canaries?.size === 0) this.byObject.delete(key);
    }
    this.byCanary.delete(known);
  }

  concernedBy(path: string, namespace: string, name: string): readonly string[] {
    return [...(this.byObject.get(keyOf(path, namespace, name)) ?? [])];
  }
}

function keyOf(path: string, namespace: string, name: string): string {
  return `${path}|${namespace}/${name}`;
}
