import type { InsightsClient } from '../aa/insights.types.js';
import type { UserTokenClient } from '../client.types.js';
import { clientSource } from './client-source.js';
import { dropInSource } from './drop-in-source.js';
import { createLog, endText } from './log.js';
import { createPanel } from './panel.js';
import type { End, Status } from './status.types.js';
import { followWarnings } from './warnings.js';

/** What {@link attachDevtools} takes. */
export interface DevtoolsOptions {
  /** Prints a line for each change: `true` to the console (level "info"), or a function that gets each line.
   * @default false */
  readonly log?: boolean | ((line: string) => void) | undefined;
  /** Whether the page gets the overlay. @default true */
  readonly overlay?: boolean | undefined;
  /** Whether the overlay is open at first. @default false */
  readonly isOpen?: boolean | undefined;
  /** The letter that opens and closes the overlay, together with Alt and Shift. @default 'U' */
  readonly letter?: string | undefined;
}

/** Ends, changes and warnings of which a page keeps no more. */
const kept = 50;

/** How often a countdown is written, in milliseconds. */
const tickMs = 1_000;

const add = <Item>(list: Item[], item: Item): void => {
  list.unshift(item);
  list.length = Math.min(list.length, kept);
};

/** Shows on the page what a client does: who acts and why, consent, the outbox, the latest events and how they ended, retries,
 * warnings, and both statecharts with the current states. Tokens are masked; no key is shown. Load it in development only,
 * with `import('usertoken/devtools')`. Without a document, as on a server, it does nothing.
 * @param user The client, or the function of the drop-in, such as `aa`. It is only read.
 * @returns Takes all of it away. */
export function attachDevtools(user: UserTokenClient | InsightsClient, options: DevtoolsOptions = {}): () => void {
  if (typeof document === 'undefined') return () => {};
  const { log: logOption = false, overlay = true, isOpen = false, letter = 'U' } = options;
  const source = typeof user === 'function' ? dropInSource(user) : clientSource(user);
  const print = typeof logOption === 'function' ? logOption : (line: string) => console.info(`usertoken: ${line}`);
  const log = logOption ? createLog(print) : undefined;
  const panel = overlay ? createPanel(`Alt+Shift+${letter.toUpperCase()}`) : undefined;

  const ends: End[] = [];
  const warnings: string[] = [];
  const changes: { readonly at: number; readonly text: string }[] = [];
  let before: Status | undefined;

  function update(): void {
    const status = source.read();
    const isOther = before && (before.token !== status.token || before.visitor !== status.visitor);
    if (isOther || (before && before.consent !== status.consent)) {
      const what = isOther ? [status.visitor, status.token].filter(Boolean).join(': ') : `consent ${status.consent}`;
      add(changes, { at: Date.now(), text: what });
    }
    before = status;
    log?.show(status);
    panel?.update(status, { ends, warnings, changes });
  }

  let isDue = false;
  /** A burst of changes is shown once. */
  function onChange(): void {
    if (log) log.show(source.read());
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      update();
    });
  }

  const stop = [
    source.follow({
      onChange,
      onEnd(end) {
        add(ends, end);
        log?.line(endText(end));
        onChange();
      },
      onRefusal(reason) {
        add(warnings, `A token was refused: ${reason}`);
        log?.line(`a token was refused: ${reason}`);
        onChange();
      },
    }),
    followWarnings((message) => {
      add(warnings, message);
      onChange();
    }),
  ];
  update();
  if (panel) {
    const onKey = ({ altKey, shiftKey, code }: KeyboardEvent) => {
      if (altKey && shiftKey && code === `Key${letter.toUpperCase()}`) panel.toggle();
    };
    const timer = setInterval(update, tickMs);
    document.addEventListener('keydown', onKey);
    document.body.append(panel.host);
    if (isOpen) panel.open(true);
    stop.push(() => {
      clearInterval(timer);
      document.removeEventListener('keydown', onKey);
      panel.host.remove();
    });
  }
  return () => {
    for (const each of stop) each();
  };
}
