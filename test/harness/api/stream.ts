/** One server-sent event as it came. */
interface Received {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface OpenStream {
  readonly headers: Headers;
  readonly ended: Promise<void>;
  /** What has come of an event so far. */
  data<T = unknown>(event: string): T[];
  ids(): string[];
  /** As a browser remembers it. */
  lastId(): string;
  close(): void;
}

/** Opens a stream of server-sent events, and keeps what comes. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const controller = new AbortController();
  const response = await fetch(url, { headers, signal: controller.signal });
  if (response.status !== 200 || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
  const received: Received[] = [];
  const ids = (): string[] => received.flatMap(({ id }) => id ?? []);
  return {
    headers: response.headers,
    ended: collect(response.body, received),
    data: <T>(event: string) => received.filter((one) => one.event === event).map((one) => one.data as T),
    ids,
    lastId: () => ids().at(-1) ?? '',
    close: () => controller.abort(),
  };
}

async function collect(body: ReadableStream<Uint8Array>, received: Received[]): Promise<void> {
  let text = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      received.push(...blocks.flatMap(parse));
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
  }
}

function parse(block: string): Received[] {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const event = field('event');
  return event === undefined ? [] : [{ event, id: field('id'), data: JSON.parse(field('data') ?? 'null') as unknown }];
}
