/** Fields in which services explain errors, the most informative first. */
const REASONS = ['message', 'error_description', 'detail', 'reason', 'error', 'errors', 'title'] as const;
/** How far down a reason may be, as in `{"error": {"message": …}}`. */
const DEEPEST = 3;
/**
 * As long as keys and tokens are, without a gap. A second expression checks whether it is one: a single one for both
 * would take minutes on an answer of nothing but letters.
 */
const RUN = /[A-Za-z0-9+/=]{20,}/g;
const PRIVATE = /-----BEGIN |(?:secret|password|passwd|private_?key|access_?key)\w{0,40}"?\s{0,20}[:=]/i;
/** More than any reason that is shown; a server may answer with megabytes. */
const LONGEST = 4_000;

/**
 * The part of a foreign server's answer that may be shown. The author of the address gets to see it, and the server may
 * be one that only we can reach: so only a reason in words is shown, and never the answer itself.
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

/** AWS' error format: `<Error><Code>…</Code><Message>…</Message></Error>`. A page of HTML contains no reason. */
function reasonInMarkup(text: string): string {
  const code = /<Code>([\w.]{1,80})<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]{1,300})<\/Message>/.exec(text)?.[1];
  return [code, message].filter((one) => one !== undefined).join(': ');
}

/** A text without anything that looks like a key or a token. */
export function withoutKeys(text: string): string {
  return text.replace(RUN, (run) => (isKey(run) ? '***' : run));
}

/** Letters and digits mixed, as keys and tokens are; names and numbers aren't. */
function isKey(run: string): boolean {
  return /\d/.test(run) && /[A-Za-z]/.test(run);
}

/** The kind of an answer that isn't understood, without any of its content. */
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
  // A list of words alone isn't a reason.
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
