// A reporter for Node's test runner: prints the files in which a test has failed, a line each.
export default async function* failedFiles(source) {
  const files = new Set();
  for await (const { type, data } of source) {
    if (type === 'test:fail' && data.file !== undefined && data.todo === undefined) files.add(data.file);
  }
  for (const file of files) yield `${file}\n`;
}
