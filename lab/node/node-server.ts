import { createServer, type Server } from 'node:http';
import type { LabNode, PodPlace } from './lab-node.js';

/**
 * The node's own HTTP endpoint, on loopback:
 * - `/pods` and `/pods/ADDRESS`: where pods really listen;
 * - `/prometheus-targets`: pods that ask to be scraped, in Prometheus' http_sd format;
 * - `/readyz`.
 */
export function nodeServer(node: LabNode, isReady: () => boolean): Server {
  return createServer((request, response) => {
    const answer = (code: number, body: unknown) => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const [, noun, address] = (request.url ?? '/').split('/');
    if (noun === 'readyz') return answer(isReady() ? 200 : 503, { ready: isReady() });
    if (noun === 'prometheus-targets') return answer(200, node.places().flatMap(scrapeTarget));
    if (noun !== 'pods') return answer(404, { error: `no such path: ${request.url}` });
    if (address === undefined) return answer(200, node.places());
    const place = node.places().find(({ ip }) => ip === address);
    return place ? answer(200, place) : answer(404, { error: `no pod has the address ${address}` });
  });
}

/** A pod with the usual `prometheus.io/…` annotations as a target; the labels are the usual ones too. */
export function scrapeTarget({ namespace, name, host, ports, labels, annotations }: PodPlace): object[] {
  if (annotations['prometheus.io/scrape'] !== 'true') return [];
  const port = ports[annotations['prometheus.io/port'] ?? Object.keys(ports)[0] ?? ''];
  if (port === undefined) return [];
  const podLabels = Object.entries(labels).map(([key, value]) => [key.replaceAll(/\W/g, '_'), value]);
  return [
    {
      targets: [`${host}:${port}`],
      labels: {
        ...(Object.fromEntries(podLabels) as Record<string, string>),
        __metrics_path__: annotations['prometheus.io/path'] ?? '/metrics',
        kubernetes_namespace: namespace,
        kubernetes_pod_name: name,
      },
    },
  ];
}
