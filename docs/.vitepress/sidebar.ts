import { readFileSync } from 'node:fs';

export interface Group {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

/** The groups of pages in docs/README.md, which is the one list of them. Links are paths of files in docs. */
export function groupsIn(text: string): readonly Group[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      const items = lines.flatMap((line) => {
        const [, name, link] = /^- \[([^\]]+)\]\(([^)]+)\)$/.exec(line) ?? [];
        return name === undefined || link === undefined ? [] : [{ text: name, link }];
      });
      return { text: heading, items };
    });
}

/** Open are the groups that somebody new wants; where a page of another one is shown, that is open, too. */
const OPEN = ['Tutorials', 'How-tos', 'Reference', 'Explanation'];

/** As the site's sidebar has them. */
export function sidebar() {
  const groups = groupsIn(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));
  return groups.map(({ text, items }) => ({
    text,
    collapsed: !OPEN.includes(text),
    items: items.map((item) => ({ text: item.text, link: `/${pathOf(item.link)}` })),
  }));
}

/** Where the page of a file of docs is on the site. */
export function pathOf(file: string): string {
  return file.replace(/README\.md$/, '').replace(/\.md$/, '');
}
