/** Whom a query asks about, and whom it shall. */
export interface Renaming {
  readonly namespace: string;
  /** Names of the workloads. */
  readonly target: string;
  readonly primary: string;
}

/**
 * A scaler's query with the target's name, and the canary's, replaced by the primary's.
 *
 * Whole names always are, with what pods and hosts have behind them: `shop`, `shop-.*`, `shop.test.svc`. Within quotes
 * so are those that a proxy has put together with others, `test_shop_80` and `test-shop-80@kubernetescrd`. What only
 * sounds like it stays: of `shop`, neither `web-shop` nor the metric `shop_requests_total` are meant.
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

/** Blanks between a label's name and its value that are thought of. */
const LOOK_BACK = 40;

interface Part {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** What is within quotes of any kind, and what isn't. From a quote on that isn't closed, nothing is. */
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

/** Where what begins with a quote ends, the quote behind it included; in backquotes a backslash is one. */
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
