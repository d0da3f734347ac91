import { frozen } from './freeze.js';
import { objectSchema, parseObject } from './object.js';
import { refused, type Complaint, type Parsed } from './refusal.js';
import { httpUrl } from './rules/rule.js';
import { alertProviderSpecSchema, type AlertProviderType } from './schema/alert-provider.js';

export type { AlertProviderType } from './schema/alert-provider.js';

/** Where alerts are sent. */
export interface AlertProvider {
  readonly name: string;
  /** Its Secret is in this namespace, too. */
  readonly namespace: string;
  readonly generation: number;
  readonly type: AlertProviderType;
  readonly channel: string;
  readonly username: string;
  readonly proxy: string | undefined;
  readonly target: AlertTarget;
}

/** Either the address itself, a secret in most services, or the Secret that holds it. */
export type AlertTarget =
  { readonly kind: 'address'; readonly address: string } | { readonly kind: 'secret'; readonly secretName: string };

const schema = objectSchema('AlertProvider', alertProviderSpecSchema);

const DEFAULT_CHANNEL = 'general';
const DEFAULT_USERNAME = 'flagger';

/** Parses an AlertProvider from the API server. Never throws. */
export function parseAlertProvider(object: unknown): Parsed<AlertProvider> {
  const parsed = parseObject(schema, object);
  if (!parsed.ok) return parsed;
  const { metadata, spec } = parsed.value;
  const complaint = httpUrl('spec.proxy', spec.proxy) ?? addressComplaint(spec.address);
  if (complaint) return refused(complaint, metadata.generation);
  return {
    ok: true,
    value: frozen({
      name: metadata.name,
      namespace: metadata.namespace,
      generation: metadata.generation,
      type: spec.type,
      channel: spec.channel || DEFAULT_CHANNEL,
      username: spec.username || DEFAULT_USERNAME,
      proxy: spec.proxy || undefined,
      target: spec.secretRef
        ? { kind: 'secret', secretName: spec.secretRef.name }
        : { kind: 'address', address: spec.address ?? '' },
    }),
  };
}

function addressComplaint(address: string | undefined): Complaint | undefined {
  if (address !== '') return httpUrl('spec.address', address);
  return { field: 'spec.address', value: undefined, remedy: 'set it to the URL of the incoming webhook' };
}
