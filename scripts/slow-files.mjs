// A reporter for Node's test runner: says at the end which files took longest, so that whoever waits knows what for.
const SHOWN = 8;

export default async function* slowFiles(events) {
  const took = new Map();
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.nesting !== 0 || data.file === undefined) continue;
    took.set(data.file, (took.get(data.file) ?? 0) + data.details.duration_ms);
  }
  const slowest = [...took].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  const lines = slowest.map(
    ([file, ms]) => `${(ms / 1000).toFixed(0).padStart(5)} s  ${file.replace(`${process.cwd()}/`, '')}`,
  );
  yield `\nslowest files:\n${lines.join('\n')}\n`;
}
