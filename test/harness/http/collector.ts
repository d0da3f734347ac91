import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly failed: boolean;
  /** Of a request that has come in. */
  readonly server: boolean;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly boolValue?: boolean;
}

/** OTLP's JSON, as far as it is looked at. */
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind?: number;
        readonly attributes?: readonly { readonly key: string; readonly value: AnyValue }[];
        readonly status?: { readonly code?: number };
      }[];
    }[];
  }[];
}

const ERROR_STATUS = 2;
const SERVER_KIND = 2;

/** An OpenTelemetry collector that keeps what it is sent. */
export class Collector {
  readonly spans: CollectedSpan[] = [];

  private constructor(
    readonly url: string,
    readonly close: () => void,
  ) {}

  static async open(): Promise<Collector> {
    const server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        if (request.url === '/v1/traces') collector.take(JSON.parse(text) as ExportRequest);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const collector: Collector = new Collector(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => {
      server.close();
      server.closeAllConnections();
    });
    return collector;
  }

  /** What a process needs to send its spans here, soon. */
  environment(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
  }

  private take(request: ExportRequest): void {
    for (const span of request.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((s) => s.spans))) {
      this.spans.push({
        traceId: span.traceId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        attributes: Object.fromEntries((span.attributes ?? []).map(({ key, value }) => [key, plain(value)])),
        failed: span.status?.code === ERROR_STATUS,
        server: span.kind === SERVER_KIND,
      });
    }
  }
}

function plain({ stringValue, intValue, boolValue }: AnyValue): string | number | boolean {
  return stringValue ?? boolValue ?? Number(intValue);
}
