import type { ReleaseArtifacts } from '../../domain/record/artifacts.js';
import type { Contents } from '../../workloads/port.js';

/** Annotations of the target's pods, or of the target, with the time of the change; the first one counts. */
const COMMIT_TIME = ['serinus.dev/commit-time', 'org.opencontainers.image.created'] as const;

/** The parts of a release's contents that aren't confidential. */
export function artifactsOf({ before, after, annotations }: Contents): ReleaseArtifacts {
  const commitTime = COMMIT_TIME.map((name) => timeOf(annotations[name])).find((time) => time !== undefined);
  return {
    images: { before: imagesOf(before), after: imagesOf(after) },
    ...(commitTime === undefined ? {} : { commitTime }),
  };
}

/** @returns undefined for text that isn't a time */
function timeOf(text: string | undefined): string | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

interface Pods {
  readonly spec?: { readonly initContainers?: readonly Container[]; readonly containers?: readonly Container[] };
}

interface Container {
  readonly image?: string;
}

/** Of the containers in their order, then of the init containers; none where the content isn't a pod template. */
function imagesOf(content: Pods | undefined): readonly string[] {
  const { containers = [], initContainers = [] } = content?.spec ?? {};
  return [...containers, ...initContainers].flatMap(({ image }) => (image === undefined ? [] : [image]));
}
