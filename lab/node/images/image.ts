import type { ProbeAction } from '../probes/action.js';
import type { PodPorts } from '../pod-ports.js';
import type { Container } from '../pod.js';

/** A program to start in a container's stead. */
export interface ContainerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** An image that the lab knows how to run, at a certain tag. */
export interface Image {
  /** Container ports that the program listens on, whether or not the container lists them. */
  ports(container: Container): readonly number[];
  /**
   * "Pulls" the image: gets the program ready, which may take seconds. Rejects with an ImageError when it
   * can't be had.
   */
  pull(): Promise<void>;
  /** What to run. Called after `pull`, at each start of the container. */
  command(container: Container, ports: PodPorts, podName: string): ContainerCommand;
  /** Probes whose command is a program inside the image, done in another way; undefined: run it. */
  execProbe?(command: readonly string[], ports: PodPorts): ProbeAction | undefined;
}

/** An image that is not to be had; shown as ErrImagePull. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** An image reference taken apart. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string;
}

/** `registry:5000/name:tag@digest` to repository and tag; the tag is `latest` when none is named. */
export function parseImage(image: string): ImageReference {
  const [named = ''] = image.split('@');
  const colon = named.lastIndexOf(':');
  if (colon <= named.lastIndexOf('/')) return { repository: named, tag: 'latest' };
  return { repository: named.slice(0, colon), tag: named.slice(colon + 1) };
}
