import assert from 'node:assert/strict';

/** Asserts that an image is named with a whole version, so that tomorrow's is the same as today's. */
export function wholeImage(image: string): void {
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  assert.ok(tag, `${image} has a tag`);
  assert.match(tag, /^v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$/, `${image} is of one version`);
}
