import type { AlertProviderType } from '../crds/alert-provider.js';
import type { Severity, Topic } from '../domain/notices/notice.js';
import type { OfferedOrder } from '../links/offers.js';

/** An alert as it is worded for people. */
export interface AlertText {
  readonly name: string;
  readonly namespace: string;
  /** Undefined where the cluster has no name of its own. */
  readonly cluster: string | undefined;
  readonly severity: Severity;
  readonly topic: Topic;
  readonly message: string;
  /** What there is to know besides, in order. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  /** Orders that whoever reads it can give; links, each for one use. */
  readonly offers: readonly OfferedOrder[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Alerts that are over. */
export interface AlertsOver {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string | undefined;
  readonly topics: readonly Topic[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Where to, and who writes. Address and token are secrets. */
export interface Destination {
  readonly address: string;
  readonly token: string | undefined;
  readonly channel: string;
  readonly username: string;
  /** The conversation that the message goes on with, in the words of {@link AlertService.thread}. */
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
 * A service that takes alerts. Its methods are pure: what is sent follows from the alert and where it goes, so that a
 * repetition is the same text.
 */
export interface AlertService {
  readonly type: AlertProviderType;
  readonly alert: (alert: AlertText, to: Destination, now: number) => Post;
  /** For services that keep an alert until they are told that it is over. */
  readonly over?: (over: AlertsOver, to: Destination) => Post;
  /**
   * What is wrong although the answer's status says that all is well.
   *
   * @param body the beginning of the answer
   * @returns undefined where nothing is wrong; `mayPass` where another attempt may help
   */
  readonly complaint?: (body: string) => { readonly error: string; readonly mayPass: boolean } | undefined;
  /**
   * For services that can keep the messages about one release together: the conversation that a message which was taken
   * is in.
   *
   * @param body the answer
   * @param to where the message went
   * @returns plain text that only the service understands; undefined where the next message has to stand for itself
   */
  readonly thread?: (body: string, to: Destination) => string | undefined;
}

/** `<name>.<namespace>`, which is how alerts name a Canary. */
export function titleOf({ name, namespace }: Pick<AlertText, 'name' | 'namespace'>): string {
  return `${name}.${namespace}`;
}
