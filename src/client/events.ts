/** A server-sent event (WHATWG HTML). */
export interface ServerEvent {
  readonly event: string;
  /** The last id, of this event or an earlier one; empty where there was none. */
  readonly id: string;
  readonly data: string;
}

/** Parses events from the text of a stream, however it is cut. Comments and unknown fields are left out. */
export async function* eventsOf(text: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let id = '';
  let event = '';
  let data: string[] = [];
  for await (const line of linesOf(text)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', id, data: data.join('\n') };
      event = '';
      data = [];
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
  }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split(/\r\n|\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
