import { readFileSync } from 'node:fs';
import { z } from 'zod';

const configSchema = z.object({
  /** How to reach the API server, as a file that appears once it serves. */
  accessFile: z.string(),
  /** Where other parts of the lab are found. */
  placesFile: z.string(),
  /** Where requests come in. */
  port: z.number(),
  metricsPort: z.number(),
  /** Where the lab's DNS proxy listens. */
  proxyPort: z.number(),
  /**
   * APISIX' Admin API: where it listens, and the file of its objects. ApisixRoutes are then read by a real controller.
   */
  admin: z.object({ port: z.number(), file: z.string() }).optional(),
});

export type GatewayConfig = z.infer<typeof configSchema>;

export function readConfig(file: string): GatewayConfig {
  return configSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
