import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { answersOk } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

export interface PrometheusSettings {
  readonly program: string;
  readonly directory: string;
  /** Files `*.json` in here name further targets. */
  readonly scrapeTargets: string;
  /** host:port of the gateway's metrics, or undefined where no gateway runs. */
  gatewayTarget(): string | undefined;
  /** Where the lab node lists the pods that ask to be scraped. */
  podTargetsUrl(): string | undefined;
  readonly onReady: (url: string) => void;
}

export function prometheus(settings: PrometheusSettings): ServerSpec {
  const { directory } = settings;
  const url = (ports: Ports) => `http://127.0.0.1:${portOf(ports, 'web')}`;
  return {
    name: 'prometheus',
    portRoles: ['web'],
    needs: ['gateway', 'node'],
    stopSignal: 'SIGTERM',
    url,
    command(ports) {
      const config = join(directory, 'prometheus.yaml');
      mkdirSync(directory, { recursive: true });
      writeFileSync(config, stringify(configuration(settings)));
      return {
        file: settings.program,
        args: [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(directory, 'tsdb')}`,
          '--storage.tsdb.retention.time=2d',
          `--web.listen-address=127.0.0.1:${portOf(ports, 'web')}`,
          '--log.level=warn',
        ],
      };
    },
    isReady: (ports) => answersOk(`${url(ports)}/-/ready`),
    onReady: (ports) => settings.onReady(url(ports)),
  };
}

/** Scrapes every second: an analysis of a few seconds must find values. */
function configuration(settings: PrometheusSettings): object {
  const gateway = settings.gatewayTarget();
  const pods = settings.podTargetsUrl();
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    scrape_configs: [
      ...(gateway === undefined
        ? []
        : [
            {
              job_name: 'apisix',
              metrics_path: '/apisix/prometheus/metrics',
              static_configs: [{ targets: [gateway] }],
            },
          ]),
      ...(pods === undefined
        ? []
        : [{ job_name: 'kubernetes-pods', http_sd_configs: [{ url: pods, refresh_interval: '2s' }] }]),
      {
        job_name: 'others',
        file_sd_configs: [{ files: [join(settings.scrapeTargets, '*.json')], refresh_interval: '2s' }],
      },
    ],
  };
}
