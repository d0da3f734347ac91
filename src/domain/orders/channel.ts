/** Where an order came from. */
export type Channel = 'api' | 'cli' | 'ui' | 'chat' | 'signal' | 'watch';
