import type { End, Status } from './status.types.js';

const secondsUntil = (at: number) => Math.max(0, Math.ceil((at - Date.now()) / 1000));

/** How long until the next request, as one reads it. */
export const retryText = ({ retries, retryBy }: Status): string =>
  retryBy === undefined ? '' : `try ${retries + 1} within ${secondsUntil(retryBy)} s`;

/** An event's end, as one reads it. */
export const endText = ({ event, status, reason }: End): string =>
  `"${event.name}" (${event.type}, ${event.about}) ${status}${reason ? `: ${reason}` : ''}`;

/** Prints a line for each change.
 * @param print Called with each line. */
export function createLog(print: (line: string) => void) {
  let last: Record<string, string> = {};
  return {
    line: print,
    show(status: Status): void {
      const account = status.authenticatedToken ? ` and ${status.authenticatedToken}` : '';
      const lines: Record<string, string> = {
        visitor: `${status.visitor ?? 'visitor'} acts as ${status.token}${account}`,
        consent: `consent is ${status.consent}`,
        delivery: `delivery is ${status.delivery}${status.retryBy === undefined ? '' : `, ${retryText(status)}`}`,
      };
      const key: Record<string, string> = { ...lines, delivery: `${status.delivery} ${status.retries}` };
      for (const name of Object.keys(lines)) if (last[name] !== key[name]) print(lines[name]!);
      last = key;
    },
  };
}
