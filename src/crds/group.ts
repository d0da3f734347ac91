/** The API group of all three kinds; that of Flagger, so that its Canaries are understood as they are. */
export const GROUP = 'flagger.app';
export const VERSION = 'v1beta1';
export const API_VERSION = `${GROUP}/${VERSION}`;
