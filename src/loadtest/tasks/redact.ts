/** One word of a shell's command line, quotes and escapes included; a quote that never ends takes all the rest. */
const WORD = String.raw`((?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|[^\s'"\\]|['"][\s\S]*$)+)`;
/** Flags that carry credentials or bodies in the programs that are run here: curl, hey, ghz, k6, oha, ab and others. */
const LONG = 'headers?|cookie|user|proxy-user|token|password|(?:reflect-)?metadata|data(?:-[a-z]+)?|oauth2-bearer';
const SECRET_FLAG = new RegExp(String.raw`(?<=^|\s)(-[HuUabd]|--?(?:${LONG}))(=|\s+)${WORD}`, 'g');
/** curl takes these without a blank, too. */
const ATTACHED_SECRET = new RegExp(String.raw`(?<=^|\s)(-[Hu])(?=[^\s=]*:)${WORD}`, 'g');
/** A duration or a number, such as `-d 30s`, is none. */
const HARMLESS = /^\d+(\.\d+)?(ms|[smh])?$/;
/** Enough to recognise the command; the cost of searching for secrets grows faster than the text. */
const LONGEST = 4_096;
const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s'"/@]*@/gi;
const QUERY = /([a-z][a-z0-9+.-]*:\/\/[^\s'"?#]*)\?[^\s'"]*/gi;

/**
 * A command line in a form that may be logged: without the values of `-H`, `-u`, `-d` and the like, and without
 * user-info and queries of URLs.
 */
export function redactCommand(command: string): string {
  const shown = command.length > LONGEST ? `${command.slice(0, LONGEST)}…` : command;
  return shown
    .replace(SECRET_FLAG, (whole, flag: string, between: string, value: string) =>
      HARMLESS.test(value) ? whole : `${flag}${between}***`,
    )
    .replace(ATTACHED_SECRET, '$1***')
    .replace(USER_INFO, '$1')
    .replace(QUERY, '$1?***');
}
