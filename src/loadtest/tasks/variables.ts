/** A variable before the program, as in `K6_VUS=10 k6 run script.js`. */
const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;

/** Variables that decide which code a program loads: with these, a list of allowed programs would mean nothing. */
const LOADS_CODE =
  /^(PATH|ENV|BASH_ENV|SHELLOPTS|IFS|NODE_.*|LD_.*|DYLD_.*|PYTHON.*|PERL.*|RUBY.*|JAVA_.*|JDK_.*|GCONV_PATH|OPENSSL_.*|CURL_HOME|XDG_CONFIG_HOME|HOME)$/i;

export interface Named {
  readonly variables: Readonly<Record<string, string>>;
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** A variable that tasks may not set; undefined where there is none. */
  readonly refused: string | undefined;
}

/** Splits a command line into the variables for its program and the rest. */
export function namedVariables(words: readonly string[]): Named {
  const variables: Record<string, string> = {};
  let refused: string | undefined;
  let count = 0;
  for (const word of words) {
    const [, name, value] = ASSIGNMENT.exec(word) ?? [];
    if (name === undefined || value === undefined) break;
    if (LOADS_CODE.test(name)) refused ??= name;
    variables[name] = value;
    count += 1;
  }
  return { variables, words: words.slice(count), refused };
}
