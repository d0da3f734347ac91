import { z } from 'zod';
import { isReserved } from '../auth/reserved.js';
import type { User } from '../auth/user.js';

/** The Kubernetes users of Slack members. */
export type ChatUsers = ReadonlyMap<string, User>;

const OWN = 'names that begin with system: are Kubernetes’ own, and nobody in Slack';

const fileSchema = z.record(
  z.string().regex(/^[UW][A-Z0-9]+$/, { error: 'use the member ID that Slack shows in a profile, such as U024BE7LH' }),
  z.strictObject({
    user: z
      .string()
      .min(1, { error: 'name the user as Kubernetes knows it' })
      .refine((name) => !isReserved(name), { error: OWN }),
    groups: z.array(z.string().refine((group) => !isReserved(group), { error: OWN })).default([]),
  }),
);

/**
 * @param content of the file, parsed as YAML: member IDs of Slack, each with `user` and `groups`
 * @throws Error that names the first invalid entry, and the remedy
 */
export function chatUsersOf(content: unknown): ChatUsers {
  const parsed = fileSchema.safeParse(content ?? {});
  if (parsed.success) {
    return new Map(Object.entries(parsed.data).map(([id, { user, groups }]) => [id, { username: user, groups }]));
  }
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not a map of member IDs'}`);
}
