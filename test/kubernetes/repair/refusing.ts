import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../../src/kube/client.js';
import { KubeError } from '../../../src/kube/kube-error.js';
import type { KubeObject, ResourceType } from '../../../src/kube/object.js';
import { BINDINGS, POLICIES } from '../../harness/kubernetes/admission.js';
import { NAMESPACES } from '../../harness/kubernetes/cluster.js';

/** On a namespace: what may be neither created nor changed there, `plural/name`, between commas. */
const REFUSED = 'test.serinus.dev/refused';

function asNew({ status: _status, ...object }: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata;
  const metadata = { name, namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return { ...object, metadata };
}

/** An admission policy of the real API server that refuses what a namespace names. */
export class Refusing {
  private readonly refused = new Map<string, string[]>();
  private written = Promise.resolve();

  private constructor(
    private readonly client: ApiClient,
    private readonly name: string,
  ) {}

  static async install(client: ApiClient): Promise<Refusing> {
    const name = `serinus-test-${randomUUID().slice(0, 8)}`;
    const object = (type: ResourceType, spec: object): KubeObject => ({
      apiVersion: type.apiVersion,
      kind: type.kind,
      metadata: { name },
      spec,
    });
    const listed = `namespaceObject.metadata.annotations['${REFUSED}']`;
    await client.create(
      POLICIES,
      object(POLICIES, {
        failurePolicy: 'Fail',
        matchConstraints: {
          namespaceSelector: { matchLabels: { [REFUSED]: name } },
          resourceRules: [
            {
              apiGroups: ['*'],
              apiVersions: ['*'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['*'],
              scope: 'Namespaced',
            },
          ],
        },
        validations: [
          {
            expression: `!${listed}.contains(',' + request.resource.resource + '/' + object.metadata.name + ',')`,
            message: 'this test wants none',
          },
        ],
      }),
    );
    await client.create(BINDINGS, object(BINDINGS, { policyName: name, validationActions: ['Deny'] }));
    return new Refusing(client, name);
  }

  async remove(): Promise<void> {
    await this.client.delete(BINDINGS, undefined, this.name);
    await this.client.delete(POLICIES, undefined, this.name);
  }

  /** Has the policy look at a namespace; returns when it does. */
  async watch(namespace: string): Promise<void> {
    await this.client.patch(NAMESPACES, 'merge', undefined, namespace, {
      metadata: { labels: { [REFUSED]: this.name }, annotations: { [REFUSED]: ',' } },
    });
  }

  /** From now on this can't be written; returns when that is so. */
  async refuse(type: ResourceType, namespace: string, name: string): Promise<void> {
    const all = [...(this.refused.get(namespace) ?? []), `${type.plural}/${name}`];
    this.refused.set(namespace, all);
    await this.annotate(namespace);
    const deadline = Date.now() + 20_000;
    while (!(await this.isRefused(type, namespace, name))) {
      if (Date.now() > deadline) throw new Error(`${type.plural}/${name} is not refused`);
      await this.annotate(namespace);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** From now on this can be written again; returns when that is so. @param whole as it was, or would be */
  async allow(type: ResourceType, whole: KubeObject): Promise<void> {
    const { name, namespace = '' } = whole.metadata;
    const title = `${type.plural}/${name}`;
    this.refused.set(
      namespace,
      (this.refused.get(namespace) ?? []).filter((one) => one !== title),
    );
    await this.annotate(namespace);
    const deadline = Date.now() + 20_000;
    while (await this.isRefused(type, namespace, name, whole)) {
      if (Date.now() > deadline) throw new Error(`${title} is refused still`);
      await this.annotate(namespace);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** One after the other: an older list that came later would let through what is refused by now. */
  private annotate(namespace: string): Promise<void> {
    this.written = this.written.then(async () => {
      const text = `,${(this.refused.get(namespace) ?? []).join(',')},`;
      await this.client.patch(NAMESPACES, 'merge', undefined, namespace, {
        metadata: { annotations: { [REFUSED]: text } },
      });
    });
    return this.written;
  }

  /** Asks without storing anything. @param whole what is made where there is none */
  private async isRefused(type: ResourceType, namespace: string, name: string, whole?: KubeObject): Promise<boolean> {
    const client = this.client.rehearsing();
    for (;;) {
      try {
        const current = await this.client.get(type, namespace, name);
        if (current) await client.replace(type, current);
        else if (whole) await client.create(type, asNew(whole));
        return false;
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        if (error.message.includes('this test wants none')) return true;
        // Kubernetes' own controllers have written its status meanwhile.
        if (!error.conflict) throw error;
      }
    }
  }
}
