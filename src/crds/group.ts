/** The API group of all three kinds; Flagger's, so that its Canaries work unchanged. */
export const GROUP = 'flagger.app';
export const VERSION = 'v1beta1';
export const API_VERSION = `${GROUP}/${VERSION}`;
