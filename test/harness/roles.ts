import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { applyObjects, parseManifest } from '../../lab/kube/apply.js';
import { labClient } from '../../lab/manifests.js';
import { rbacFiles, type Scope } from '../../scripts/rbac/manifests.js';
import type { Process } from '../../scripts/rbac/rules.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { KubeObject } from '../../src/kube/object.js';

/** Where accounts are made. */
interface Place {
  /** Of the lab. */
  readonly directory: string;
  /** Kubeconfig of an administrator. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Acts as the administrator. */
  readonly kube: KubeClient;
}

/** The ServiceAccounts and roles of deploy/rbac in a namespace of a test, and what it takes to act as one of them. */
export class Roles {
  private readonly folder = mkdtempSync(join(tmpdir(), 'serinus-rbac-'));

  constructor(
    t: TestContext,
    private readonly place: Place,
  ) {
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /**
   * Applies the manifests, with this test's namespace for that in them.
   *
   * @param more whatever else is to be applied with them
   */
  async grant(scope: Scope, more: readonly KubeObject[] = []): Promise<void> {
    const objects = Object.values(rbacFiles(scope)).flatMap(parseManifest);
    const client = await labClient(this.place);
    await applyObjects(client, [...objects.map((object) => this.moved(object)), ...more]);
  }

  /** A kubeconfig with which the holder is this process's account and nobody else. */
  kubeconfig(process: Process): Promise<string> {
    return this.kubeconfigOf(`serinus-${process}`);
  }

  /** The same for any account of the namespace. */
  async kubeconfigOf(account: string): Promise<string> {
    const schema = z.looseObject({ clusters: z.array(z.looseObject({ name: z.string() })) });
    const { clusters } = schema.parse(parse(readFileSync(this.place.kubeconfig, 'utf8')));
    const path = join(this.folder, `${account}.yaml`);
    const user = { token: await this.token(account) };
    const text = stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters,
      users: [{ name: account, user }],
      contexts: [{ name: account, context: { cluster: clusters[0]?.name, user: account } }],
      'current-context': account,
    });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async token(account: string): Promise<string> {
    const path = `/api/v1/namespaces/${this.place.namespace}/serviceaccounts/${account}/token`;
    const answer = await this.place.kube.request('POST', path, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    return z.object({ status: z.object({ token: z.string() }) }).parse(answer).status.token;
  }

  /** Whether the API server would let a process's account do that. */
  async may(process: Process, verb: string, group: string, resource: string): Promise<boolean> {
    const [name, subresource] = resource.split('/');
    const answer = await this.place.kube.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: this.userOf(process),
        groups: ['system:serviceaccounts', 'system:authenticated'],
        resourceAttributes: { verb, group, resource: name, subresource },
      },
    });
    return z.object({ status: z.object({ allowed: z.boolean().default(false) }) }).parse(answer).status.allowed;
  }

  /** As the audit log names it. */
  userOf(process: Process): string {
    return `system:serviceaccount:${this.place.namespace}:serinus-${process}`;
  }

  /** Names outside of namespaces get this test's namespace in front, since other tests run at the same time. */
  private moved(object: KubeObject): KubeObject {
    const { namespace } = this.place;
    const text = JSON.stringify(object).replaceAll('"namespace":"serinus"', `"namespace":"${namespace}"`);
    const moved = parseManifest(text)[0] ?? assert.fail();
    if (!moved.kind.startsWith('Cluster')) return moved;
    const name = `${namespace}-${moved.metadata.name}`;
    const { roleRef, ...rest } = z.looseObject({ roleRef: z.looseObject({}).optional() }).parse(moved);
    return {
      ...moved,
      ...rest,
      metadata: { ...moved.metadata, name },
      ...(roleRef && { roleRef: { ...roleRef, name } }),
    };
  }
}
