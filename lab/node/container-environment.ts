import { MissingConfigError, type ConfigSource } from './config-source.js';
import type { Container, Pod } from './pod.js';

/** What `valueFrom.fieldRef` can point at that only the node knows. */
export interface PodFacts {
  readonly podIp: string;
  readonly nodeName: string;
}

/** A container's own variables: `envFrom` first, `env` over it, `$(NAME)` replaced by what came before. */
export async function containerEnvironment(
  pod: Pod,
  container: Container,
  facts: PodFacts,
  config: ConfigSource,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { prefix, configMapRef, secretRef } of container.envFrom) {
    const data = {
      ...(configMapRef ? await config.configMap(configMapRef.name, configMapRef.optional) : {}),
      ...(secretRef ? await config.secret(secretRef.name, secretRef.optional) : {}),
    };
    for (const [key, value] of Object.entries(data)) env[prefix + key] = value;
  }
  for (const variable of container.env) {
    const value = variable.valueFrom
      ? await referencedValue(pod, variable.valueFrom, facts, config)
      : expand(variable.value, env);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

/** Replaces `$(NAME)` where NAME is known; `$$(NAME)` is a way to write it literally. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$)?\(([A-Za-z_][\w.-]*)\)/g, (whole, escaped: string | undefined, name: string) =>
    escaped ? whole.slice(1) : (env[name] ?? whole),
  );
}

type ValueFrom = NonNullable<Container['env'][number]['valueFrom']>;

async function referencedValue(
  pod: Pod,
  { configMapKeyRef, secretKeyRef, fieldRef }: ValueFrom,
  facts: PodFacts,
  config: ConfigSource,
): Promise<string | undefined> {
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, facts);
  const reference = configMapKeyRef ?? secretKeyRef;
  if (!reference) return '';
  const { name, key, optional } = reference;
  const data = configMapKeyRef ? await config.configMap(name, optional) : await config.secret(name, optional);
  const value = data[key];
  if (value === undefined && !optional) throw new MissingConfigError(`couldn't find key ${key} in "${name}"`);
  return value;
}

function fieldValue({ metadata }: Pod, path: string, { podIp, nodeName }: PodFacts): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed?.[2] !== undefined) return (keyed[1] === 'labels' ? metadata.labels : metadata.annotations)[keyed[2]] ?? '';
  const fields: Record<string, string> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': nodeName,
    'status.podIP': podIp,
    'status.hostIP': podIp,
  };
  return fields[path] ?? '';
}
