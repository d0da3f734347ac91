import { z } from 'zod';
import type { GatewayPlugin, PluginConfig } from './plugin.js';

const configSchema = z.object({
  headers: z
    .object({
      /** `Name: value` each. */
      add: z.array(z.string()).default([]),
    })
    .default({ add: [] }),
});

/** APISIX' plugin of the same name, as far as it adds headers to answers. */
export class ResponseRewritePlugin implements GatewayPlugin {
  readonly name = 'response-rewrite';

  onAnswer(headers: readonly string[], config: PluginConfig): readonly string[] {
    const { add } = configSchema.parse(config).headers;
    return [...headers, ...add.flatMap(nameAndValue)];
  }
}

function nameAndValue(header: string): [string, string] {
  const colon = header.indexOf(':');
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}
