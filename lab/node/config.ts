import { readFileSync } from 'node:fs';
import { z } from 'zod';

const configSchema = z.object({
  /** How to reach the API server, as a file that appears once it serves. */
  accessFile: z.string(),
  /** Where other parts of the lab are found. */
  placesFile: z.string(),
  /** The loopback port on which the node says where pods really listen. */
  port: z.number(),
  /** Volumes and scratch space of the pods. */
  podsDirectory: z.string(),
  logsDirectory: z.string(),
  /** The load generator that commands in pods call by its name. */
  hey: z.string(),
  /** What the load tester's image runs instead of Serinus's own; `{port}` stands for the port. */
  loadTester: z.array(z.string()).optional(),
});

export type NodeConfig = z.infer<typeof configSchema>;

export function readConfig(file: string): NodeConfig {
  return configSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
