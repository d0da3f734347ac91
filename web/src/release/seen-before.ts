import type { PastRelease } from '../api/types.js';

/** Images of the same repository that were released before, the newest first, without the one that the target has. */
export function seenBefore(releases: readonly Pick<PastRelease, 'images'>[], running: string): readonly string[] {
  const repository = repositoryOf(running);
  const all = releases.flatMap(({ images }) => images.filter((image) => repositoryOf(image) === repository));
  return [...new Set(all)].filter((image) => image !== running);
}

/** Without tag and digest. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[\w.-]+$/, '');
}
