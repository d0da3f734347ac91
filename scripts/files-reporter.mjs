// A reporter for Node's test runner: says of each file how long its tests took, and whether one has failed. A line of
// JSON each.
export default async function* files(source) {
  const files = new Map();
  for await (const { type, data } of source) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.file === undefined) continue;
    const { ms = 0, failed = false } = files.get(data.file) ?? {};
    files.set(data.file, {
      // What stands within a test is part of its time.
      ms: data.nesting === 0 ? ms + data.details.duration_ms : ms,
      failed: failed || (type === 'test:fail' && data.todo === undefined),
    });
  }
  for (const [file, found] of files) yield `${JSON.stringify({ file, ...found })}\n`;
}
