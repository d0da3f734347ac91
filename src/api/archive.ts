import { CursorError, type Archive } from '../archive/port.js';
import { TransientError, UserError } from '../errors.js';
import { Problem } from './problems/problem.js';

/** @throws Problem where there is none */
export function archiveIn({ archive }: { readonly archive: Archive | undefined }): Archive {
  if (archive) return archive;
  throw new Problem('no-archive', 'there is no archive: releases are kept as long as Temporal keeps them', {
    remedy: 'run the API and the workers with --archive',
  });
}

/**
 * Makes a request to the archive.
 *
 * @throws Problem where the archive can't answer, or the cursor isn't one
 */
export async function askArchive<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CursorError) throw wrongCursor();
    if (error instanceof TransientError || error instanceof UserError) {
      throw new Problem('archive-unreachable', error.message, {
        remedy: 'check that --archive names it and that it answers, then try again',
      });
    }
    throw error;
  }
}

export function wrongCursor(): Problem {
  return new Problem('invalid-input', 'query parameter cursor: use the nextCursor of the page before', {
    field: 'cursor',
    remedy: 'use the nextCursor of the page before, with the same filters',
  });
}
