/** The parts of an ApisixRoute that are read or written here; the rest is carried along. */

export interface Backend {
  readonly serviceName: string;
  readonly servicePort?: number | string;
  readonly weight?: number;
  readonly [field: string]: unknown;
}

/** One condition of `match.exprs`; all of them must hold. */
export interface Expression {
  readonly subject: { readonly scope: 'Header' | 'Query' | 'Cookie' | 'Variable'; readonly name: string };
  readonly op: 'Equal' | 'RegexMatch';
  readonly value: string;
}

export interface Plugin {
  readonly name: string;
  readonly enable: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface HttpRule {
  readonly name: string;
  readonly priority?: number;
  readonly match?: { readonly exprs?: readonly unknown[]; readonly [field: string]: unknown };
  readonly backends?: readonly Backend[];
  readonly plugins?: readonly Plugin[];
  readonly [field: string]: unknown;
}

export interface RouteSpec {
  readonly http?: readonly HttpRule[];
  readonly [field: string]: unknown;
}

/** A rule beside the user's, for the requests that meet these conditions. */
export function withExpressions(
  rule: HttpRule,
  name: string,
  priority: number,
  expressions: readonly Expression[],
): HttpRule {
  const exprs = [...(rule.match?.exprs ?? []), ...expressions];
  return { ...rule, name: `${rule.name}-${name}`, priority, match: { ...rule.match, exprs } };
}
