import { parseArgs } from 'node:util';
import type { Target } from './migrate.types.js';

/** What `npx usertoken migrate --help` prints. */
export const migrateUsage = `npx usertoken migrate [options] <paths>

Turns what uses search-insights into what uses usertoken, in the files and folders named, and lists what a person has to
decide. Commit your work before.

  --dry          changes no file
  --to drop-in   imports of search-insights become those of usertoken/aa; calls stay (default)
  --to client    calls become those of a client of createUserToken, file by file: all calls of a file, or none
  --help         this text`;

/** What the command line asked for.
 * @throws RangeError that names what is wrong, or TypeError of `parseArgs` for an option that does not exist. */
export function readMigrateArguments(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      dry: { type: 'boolean', default: false },
      to: { type: 'string', default: 'drop-in' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { dry, to, help } = values;
  if (to !== 'drop-in' && to !== 'client') throw new RangeError(`--to must be drop-in or client, not '${to}'`);
  if (!help && positionals.length === 0) throw new RangeError('name the files or folders to migrate');
  return { dry, help, target: to as Target, paths: positionals };
}
