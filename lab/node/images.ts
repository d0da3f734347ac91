import type { Source } from '../tools/source.js';
import { HttpEchoImage } from './images/http-echo.js';
import { parseImage, type Image } from './images/image.js';
import { LoadTesterImage } from './images/load-tester.js';
import { PodinfoImage } from './images/podinfo.js';

export interface CatalogueSettings {
  /** Where podinfo is looked for, and how it is built. */
  readonly sources: readonly Source[];
  readonly loadTester?: readonly string[] | undefined;
}

/**
 * The images that the lab can run: there is no registry and no container runtime, so each maps to a
 * program on this machine.
 */
export class ImageCatalogue {
  constructor(readonly settings: CatalogueSettings) {}

  /** The image of that name, or undefined: then the pod gets ErrImagePull, like anywhere else. */
  find(name: string): Image | undefined {
    const { repository, tag } = parseImage(name);
    switch (repository.replace(/^docker\.io\//, '')) {
      case 'stefanprodan/podinfo':
      case 'ghcr.io/stefanprodan/podinfo':
        return new PodinfoImage(tag, this.settings.sources);
      case 'ghcr.io/fluxcd/flagger-loadtester':
      case 'weaveworks/flagger-loadtester':
        return new LoadTesterImage(this.settings.loadTester);
      case 'lab/http-echo':
        return new HttpEchoImage(tag);
      default:
        return undefined;
    }
  }
}
