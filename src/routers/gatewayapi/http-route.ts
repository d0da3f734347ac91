/** The parts of an HTTPRoute that are read and written here; see https://gateway-api.sigs.k8s.io/reference/spec/. */
export interface HttpRouteSpec {
  readonly parentRefs?: readonly unknown[];
  readonly hostnames?: readonly string[];
  readonly rules?: readonly Rule[];
  readonly [field: string]: unknown;
}

export interface Rule {
  readonly matches?: readonly Match[];
  readonly filters?: readonly Filter[];
  readonly backendRefs?: readonly BackendRef[];
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
}

export interface Match {
  readonly path?: ValueMatch;
  readonly headers?: readonly NamedMatch[];
  readonly queryParams?: readonly NamedMatch[];
  readonly method?: string;
}

export interface ValueMatch {
  readonly type: string;
  readonly value: string;
}

export interface NamedMatch extends ValueMatch {
  readonly name: string;
}

export interface ServiceRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
}

export interface BackendRef extends ServiceRef {
  readonly weight?: number;
  readonly filters?: readonly Filter[];
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface HeaderChange {
  readonly add?: readonly Header[];
  readonly set?: readonly Header[];
  readonly remove?: readonly string[];
}

export interface Filter {
  readonly type: string;
  readonly requestHeaderModifier?: HeaderChange;
  readonly responseHeaderModifier?: HeaderChange;
  readonly requestMirror?: { readonly backendRef: ServiceRef };
  readonly [field: string]: unknown;
}

/** The abilities of a version of the API. */
export interface RouteVersion {
  /** Timeouts, CORS, and a cookie for clients of the primary. */
  readonly extended: boolean;
}
