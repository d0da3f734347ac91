/** Whether a program, started with these arguments, serves the page. */
export function servesPage(file: string | undefined, args: readonly string[]): boolean;

/** Builds the page where it isn't built from exactly these sources yet. @throws Error where it can't be built */
export function buildPage(out?: string): Promise<void>;
