/** The workload that a query names, and the one that it shall name. */
export interface Renaming {
  readonly namespace: string;
  /** Names of the workloads. */
  readonly target: string;
  readonly primary: string;
}

/**
 * A scaler's query with the target's name, and the canary's, replaced by the primary's.
 *
 * Whole names always are, with the endings that pods and hosts have: `shop`, `shop-.*`, `shop.test.svc`. Within quotes
 * so are names that a proxy has composed, `test_shop_80` and `test-shop-80@kubernetescrd`. Names that only contain it
 * stay: for `shop`, neither `web-shop` nor the metric `shop_requests_total`.
 */
export function primaryQuery(query: string, { namespace, target, primary }: Renaming): string {
  const name = escaped(target);
  const alone = new RegExp(`(?<![\\w-])${name}(?:-canary|-primary)?(?!\\w)`, 'g');
  const joined = new RegExp(
    `(?:(?<![A-Za-z0-9-])|(?<=(?<![A-Za-z0-9-])${escaped(namespace)}-))${name}(?:-canary|-primary)?(?![A-Za-z0-9])`,
    'g',
  );
  let done = '';
  for (const { text, isQuoted } of partsOf(query)) {
    const isMetric = isQuoted && /__name__\s*[=!]~?\s*$/.test(done.slice(-LOOK_BACK));
    done += text.replace(isQuoted && !isMetric ? joined : alone, () => primary);
  }
  return done;
}

/** Blanks that may stand between a label's name and its value. */
const LOOK_BACK = 40;

interface Part {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** The parts inside and outside of quotes of any kind. After a quote that isn't closed, nothing counts as quoted. */
function partsOf(query: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (let at = 0; at < query.length; at += 1) {
    const quote = query.charAt(at);
    if (!QUOTES.includes(quote)) continue;
    const end = endOf(query, at);
    if (end === undefined) break;
    parts.push({ text: query.slice(from, at), isQuoted: false }, { text: query.slice(at, end), isQuoted: true });
    from = end;
    at = end - 1;
  }
  return [...parts, { text: query.slice(from), isQuoted: false }];
}

const QUOTES = `"'\``;

/** The end of a quoted part, its closing quote included; within backquotes a backslash is an ordinary character. */
function endOf(query: string, start: number): number | undefined {
  const quote = query.charAt(start);
  for (let at = start + 1; at < query.length; at += 1) {
    if (query.charAt(at) === '\\' && quote !== '`') at += 1;
    else if (query.charAt(at) === quote) return at + 1;
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
