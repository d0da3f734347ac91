/** Fields in which services say in words what is wrong, the most telling first. */
const REASONS = ['message', 'error_description', 'detail', 'reason', 'error', 'errors', 'title'] as const;
/** How far down a reason may be, as in `{"error": {"message": …}}`. */
const DEEPEST = 3;
/**
 * As long as keys and tokens are, without a gap. Whether it is one shows in a second look: one expression for both would
 * take minutes over an answer of nothing but letters.
 */
const RUN = /[A-Za-z0-9+/=]{20,}/g;
const PRIVATE = /-----BEGIN |(?:secret|password|passwd|private_?key|access_?key)\w{0,40}"?\s{0,20}[:=]/i;
/** More than any reason that is shown; a server may answer with megabytes. */
const LONGEST = 4_000;

/**
 * What may be shown of a text that somebody else's server has answered. Whoever wrote the address gets to see it, and the
 * server may be one that only we can reach: so it is a reason in words, and never the answer itself.
 *
 * @param body JSON or AWS' XML, of which the field with the reason is taken, or plain text
 * @returns '' where nothing in it is meant for people
 */
export function reasonIn(body: string): string {
  const text = body.trim();
  const whole = text.startsWith('<') ? reasonInMarkup(text) : /^[[{]/.test(text) ? reasonOf(parsed(text), 0) : text;
  const reason = whole.slice(0, LONGEST);
  return PRIVATE.test(reason) ? '' : withoutKeys(reason);
}

/** As AWS says what is wrong: `<Error><Code>…</Code><Message>…</Message></Error>`. A page of HTML says nothing. */
function reasonInMarkup(text: string): string {
  const code = /<Code>([\w.]{1,80})<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]{1,300})<\/Message>/.exec(text)?.[1];
  return [code, message].filter((one) => one !== undefined).join(': ');
}

/** A text with whatever looks like a key or a token left out. */
export function withoutKeys(text: string): string {
  return text.replace(RUN, (run) => (isKey(run) ? '***' : run));
}

/** Letters and digits mixed, as keys and tokens are; names and numbers aren't. */
function isKey(run: string): boolean {
  return /\d/.test(run) && /[A-Za-z]/.test(run);
}

/** What an answer is that isn't understood, without anything of what is in it. */
export function kindOf(body: string): string {
  const text = body.trim();
  if (text === '') return 'nothing';
  const kind = text.startsWith('<') ? 'markup' : parsed(text) === undefined ? 'text' : 'JSON';
  return `${Buffer.byteLength(body)} bytes of ${kind}`;
}

function reasonOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return value.trim();
  if (depth === DEEPEST || typeof value !== 'object' || value === null) return '';
  const inner: readonly unknown[] = Array.isArray(value)
    ? value.slice(0, 1)
    : REASONS.map((name) => (Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined));
  // A list of words isn't a reason by itself.
  if (depth === 0 && Array.isArray(value) && typeof value[0] === 'string') return '';
  for (const one of inner) {
    const reason = reasonOf(one, depth + 1);
    if (reason !== '') return reason;
  }
  return '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
