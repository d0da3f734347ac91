import { PROBLEMS } from './catalogue.js';
import type { Problem } from './problem.js';

/** A problem for people at a browser. Nothing in it runs, and nothing is loaded. */
export function problemPage(problem: Problem): string {
  const { title } = PROBLEMS[problem.problem];
  const { remedy } = problem.members;
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${escaped(title)} – Serinus</title></head>
  <body>
    <h1>${escaped(title)}</h1>
    <p>${escaped(problem.detail)}</p>
    ${remedy === undefined ? '' : `<p>${escaped(remedy)}</p>`}
    <p><a href="/">Back to Serinus</a></p>
  </body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
