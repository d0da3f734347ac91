import type { AlertProviderType } from '../crds/alert-provider.js';
import type { Severity, Topic } from '../domain/notices/notice.js';
import type { OfferedOrder } from '../links/offers.js';

/** An alert in words for people. */
export interface AlertText {
  readonly name: string;
  readonly namespace: string;
  /** Undefined where the cluster has no name of its own. */
  readonly cluster: string | undefined;
  readonly severity: Severity;
  readonly topic: Topic;
  readonly message: string;
  /** Further facts, in order. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  /** Orders that a reader can give; links, each for one use. */
  readonly offers: readonly OfferedOrder[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Resolved alerts. */
export interface AlertsOver {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string | undefined;
  readonly topics: readonly Topic[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Address and sender. Address and token are secrets. */
export interface Destination {
  readonly address: string;
  readonly token: string | undefined;
  readonly channel: string;
  readonly username: string;
  /** The conversation of the message, in the words of {@link AlertService.thread}. */
  readonly thread?: string | undefined;
}

/** One POST, complete. */
export interface Post {
  readonly url: string;
  /** Becomes the JSON body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An alert service. Its methods are pure: the content follows from the alert and its destination, so that a repetition
 * is the same text.
 */
export interface AlertService {
  readonly type: AlertProviderType;
  readonly alert: (alert: AlertText, to: Destination, now: number) => Post;
  /** For services that keep an alert until it is reported as over. */
  readonly over?: (over: AlertsOver, to: Destination) => Post;
  /**
   * An error in an answer whose status is a success.
   *
   * @param body the beginning of the answer
   * @returns undefined where nothing is wrong; `mayPass` where another attempt may help
   */
  readonly complaint?: (body: string) => { readonly error: string; readonly mayPass: boolean } | undefined;
  /**
   * For services that can keep the messages about one release together: the conversation of an accepted message.
   *
   * @param body the answer
   * @param to destination of the message
   * @returns plain text that only the service understands; undefined where the next message must stand alone
   */
  readonly thread?: (body: string, to: Destination) => string | undefined;
}

/** `<name>.<namespace>`, the name of a Canary in alerts. */
export function titleOf({ name, namespace }: Pick<AlertText, 'name' | 'namespace'>): string {
  return `${name}.${namespace}`;
}
