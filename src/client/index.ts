/** `serinus/client`: the HTTP API for programs in TypeScript. It needs nothing but `fetch`. */
export * from './client.js';
export type { ServerEvent } from './events.js';
export type * from './routes.js';
