// Every export of this file becomes a workflow type: nothing else belongs here.
export { rollout } from './rollout.js';
export { archive } from './archive.js';
export { delivery } from './delivery.js';
export { janitor } from './janitor.js';
