/** A page without scripts: it must work in any chat's browser. */
export interface Page {
  readonly title: string;
  /** Paragraphs of plain text. */
  readonly text: readonly string[];
  /** The button that gives the order; undefined where there is no order to give. */
  readonly confirm?: string;
  /** The link to more information. */
  readonly more: string;
}

export const STYLE_PATH = '/act/style.css';

export const STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 10vh auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; margin: 1.5rem 0 0.25rem; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: 0.5rem; }
button { font: inherit; font-weight: 600; padding: 0.6rem 1.2rem; margin: 1rem 0; }
`;

export function htmlOf({ title, text, confirm, more }: Page): string {
  const form =
    confirm === undefined
      ? ''
      : `<form method="post">
<label for="reason">Reason</label>
<input id="reason" name="reason" maxlength="500" autocomplete="off">
<button type="submit">${escaped(confirm)}</button>
</form>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${text.map((one) => `<p>${escaped(one)}</p>`).join('\n')}
${form}
<p><a href="${escaped(more)}">Look at the release</a></p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
