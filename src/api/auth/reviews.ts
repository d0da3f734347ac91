import { z } from 'zod';
import { GROUP } from '../../crds/group.js';
import type { ApiClient } from '../../kube/client.js';
import { askKubernetes } from '../problems/outside.js';
import { Expiring } from '../expiring.js';
import type { Access } from './access.js';
import { digest, keyOf, type User } from './user.js';

/** How long answers are cached: a revoked permission is gone after this at the latest. */
const REMEMBERED_MS = 10_000;

const tokenReviewSchema = z.object({
  status: z
    .object({
      authenticated: z.boolean().default(false),
      audiences: z.array(z.string()).default([]),
      user: z
        .object({
          // Empty for a token that isn't valid.
          username: z.string().default(''),
          uid: z.string().optional(),
          groups: z.array(z.string()).optional(),
          extra: z.record(z.string(), z.array(z.string())).optional(),
        })
        .optional(),
    })
    .default({ authenticated: false, audiences: [] }),
});

const accessReviewSchema = z.object({ status: z.object({ allowed: z.boolean().default(false) }) });

/** How long a token that was valid counts as probably valid. */
const TRUSTED_MS = 3_600_000;

/** Asks Kubernetes whose a token is and what the user may do. Of tokens only the SHA-256 is kept. */
export class Reviews {
  private readonly users = new Expiring<User | undefined>(REMEMBERED_MS);
  private readonly trusted = new Expiring<true>(TRUSTED_MS, 10_000);
  private readonly rights = new Expiring<boolean>(REMEMBERED_MS, 10_000);

  /** @param audiences a token must be issued for one of these; for the API server itself where empty */
  constructor(
    private readonly client: ApiClient,
    private readonly audiences: readonly string[],
  ) {}

  /** Whether the token's user is cached, or that it has none, or it was valid within the last hour. */
  remembers(token: string): boolean {
    const key = digest(token);
    return this.users.has(key) || this.trusted.has(key);
  }

  /** @returns undefined for a token that isn't valid here */
  async userOf(token: string): Promise<User | undefined> {
    const key = digest(token);
    const user = await this.users.get(key, () => this.reviewToken(token));
    if (user) await this.trusted.get(key, () => Promise.resolve(true));
    return user;
  }

  /** Whether RBAC (or whatever authorises in the cluster) grants this to the user and their groups. */
  async mayAccess(user: User, access: Access): Promise<boolean> {
    return this.rights.get(`${keyOf(user)} ${JSON.stringify(access)}`, () => this.reviewAccess(user, access));
  }

  private async reviewToken(token: string): Promise<User | undefined> {
    const answer = await this.post('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, ...(this.audiences.length === 0 ? {} : { audiences: this.audiences }) },
    });
    const { status } = tokenReviewSchema.parse(answer);
    if (!status.authenticated || !status.user?.username) return undefined;
    // An authenticator without audiences doesn't report any: such a token was not issued for us.
    if (this.audiences.length > 0 && !status.audiences.some((one) => this.audiences.includes(one))) return undefined;
    return status.user;
  }

  private async reviewAccess(user: User, access: Access): Promise<boolean> {
    const { namespace = '', resource = 'canaries', ...rest } = access;
    const answer = await this.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: user.username,
        uid: user.uid,
        groups: user.groups,
        extra: user.extra,
        resourceAttributes: { group: GROUP, resource, namespace, ...rest },
      },
    });
    return accessReviewSchema.parse(answer).status.allowed;
  }

  private async post(path: string, body: unknown): Promise<unknown> {
    return askKubernetes(() => this.client.request<unknown>('POST', path, body));
  }
}
