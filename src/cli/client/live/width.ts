/** Colour codes have no width. */
const CODE = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'y');

/** Cuts a line to the width of the screen; colours last to its end. */
export function cut(line: string, width: number): string {
  let text = '';
  let used = 0;
  for (let at = 0; at < line.length;) {
    CODE.lastIndex = at;
    const code = CODE.exec(line)?.[0];
    const piece = code ?? String.fromCodePoint(line.codePointAt(at) ?? 0);
    at += piece.length;
    if (code !== undefined) text += code;
    else if (used < width - 1 || (used === width - 1 && visible(line, at) === 0)) {
      text += piece;
      used += 1;
    } else if (used === width - 1) {
      text += '…';
      used += 1;
    }
  }
  return text;
}

/** Number of visible characters in a line. */
export function lengthOf(line: string): number {
  return visible(line, 0);
}

/** Index behind the visible characters. */
function visible(line: string, from: number): number {
  return [...line.slice(from).replaceAll(new RegExp(CODE.source, 'g'), '')].length;
}
