import { z } from 'zod';
import type { ConnectedLab } from '../../lab/lab.js';

const podsSchema = z.array(
  z.object({
    namespace: z.string(),
    host: z.string(),
    ports: z.record(z.string(), z.number()),
    labels: z.record(z.string(), z.string()),
  }),
);
const servedSchema = z.object({ served: z.number() });

/** How many requests the pods of an app have got, whoever got the answers. */
export async function served(lab: ConnectedLab, namespace: string, app: string): Promise<number> {
  const pods = podsSchema.parse(await (await fetch(`${lab.describe().nodeUrl}/pods`)).json());
  const its = pods.filter((pod) => pod.namespace === namespace && pod.labels['app'] === app);
  const counts = its.map(async ({ host, ports }) => {
    const answer = await fetch(`http://${host}:${Object.values(ports)[0]}/served`);
    return servedSchema.parse(await answer.json()).served;
  });
  return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0);
}
