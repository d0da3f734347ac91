import { jsonIn } from '../../domain/json.js';
import type { KubeObject } from '../../kube/object.js';

/** On a primary: checksums of the configs that were promoted with its content, as in `Revision.configs`. */
export const CONFIGS = 'serinus.dev/configs';
/** The same for its content before the last promotion. */
export const FORMER_CONFIGS = 'serinus.dev/former-configs';

type Checksums = Readonly<Record<string, string>>;

/** @returns undefined where they are unknown: an earlier version or Flagger has promoted it */
export function configsOf({ metadata }: Pick<KubeObject, 'metadata'>): Checksums | undefined {
  return jsonIn(metadata.annotations?.[CONFIGS]) as Checksums | undefined;
}

/** The primary with the checksums of its promoted configs. */
export function withConfigs<T extends KubeObject>(primary: T, configs: Checksums | undefined): T {
  return withAnnotation(primary, CONFIGS, configs && textOf(configs));
}

/**
 * The primary after a promotion.
 *
 * @param before the primary before it
 * @param again the promotion was carried out before, at least in part
 */
export function withPromotedConfigs<T extends KubeObject>(
  promoted: T,
  configs: Checksums,
  before: KubeObject,
  again: boolean,
): T {
  const former = before.metadata.annotations?.[again ? FORMER_CONFIGS : CONFIGS];
  return withAnnotation(withConfigs(promoted, configs), FORMER_CONFIGS, former);
}

/** The primary after a rollback. */
export function withFormerConfigs<T extends KubeObject>(primary: T): T {
  return withAnnotation(primary, CONFIGS, primary.metadata.annotations?.[FORMER_CONFIGS]);
}

function textOf(configs: Checksums): string {
  return JSON.stringify(Object.fromEntries(Object.entries(configs).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function withAnnotation<T extends KubeObject>(object: T, key: string, value: string | undefined): T {
  const { [key]: _before, ...others } = object.metadata.annotations ?? {};
  const annotations = value === undefined ? others : { ...others, [key]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
