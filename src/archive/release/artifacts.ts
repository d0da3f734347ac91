import type { ReleaseArtifacts } from '../../domain/record/artifacts.js';
import type { Contents } from '../../workloads/port.js';

/** Annotations of the target's pods, or of the target, that say when the change was made; the first that does counts. */
const COMMIT_TIME = ['serinus.dev/commit-time', 'org.opencontainers.image.created'] as const;

/** What of a release's contents may be told anywhere. */
export function artifactsOf({ before, after, annotations }: Contents): ReleaseArtifacts {
  const commitTime = COMMIT_TIME.map((name) => timeOf(annotations[name])).find((time) => time !== undefined);
  return {
    images: { before: imagesOf(before), after: imagesOf(after) },
    ...(commitTime === undefined ? {} : { commitTime }),
  };
}

/** @returns undefined for what can't be read as a time */
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

/** Of the containers in their order, then of the init containers; none where the content is no pod template. */
function imagesOf(content: Pods | undefined): readonly string[] {
  const { containers = [], initContainers = [] } = content?.spec ?? {};
  return [...containers, ...initContainers].flatMap(({ image }) => (image === undefined ? [] : [image]));
}
