import { parseArgs } from 'node:util';
import type { Target } from './migrate.types.js';

/** What `npx usertoken migrate --help` prints. */
export const migrateUsage = `npx usertoken migrate [options] <paths>

Replaces search-insights by usertoken in the files and folders you name, and lists what you have to decide yourself.
Commit your work first.

  --dry          print the changes, but write no file
  --to drop-in   import usertoken/aa and keep your calls (default)
  --to client    call a client of createUserToken; of each file, it changes all calls or none
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
  if (!help && positionals.length === 0) throw new RangeError('name the files or folders to migrate, such as src.');
  return { dry, help, target: to as Target, paths: positionals };
}
