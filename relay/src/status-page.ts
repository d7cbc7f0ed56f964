/** What the status page shows. */
export interface RelayStatus {
  /** When the relay started, in milliseconds since the Unix epoch, like all times here. */
  readonly startedAt: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly forwarded: number;
  readonly rejected: number;
  readonly ambiguous: number;
  /** Events accepted in the last minute. */
  readonly lastMinute: number;
  readonly apps: readonly {
    readonly appId: string;
    /** The state of the delivery machine. */
    readonly state: string;
    readonly queued: number;
    readonly oldestAt: number | undefined;
  }[];
  /** The last troubles, newest first. */
  readonly troubles: readonly { readonly at: number; readonly message: string; readonly details: object }[];
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const safe = (value: unknown) => String(value).replace(/[&<>"]/g, (character) => escapes[character]!);
const number = (value: number) => value.toLocaleString('en');

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

/** What each state of the delivery machine means here. */
const states: Readonly<Record<string, readonly [words: string, isGood: boolean]>> = {
  idle: ['forwarding', true],
  collecting: ['forwarding', true],
  sending: ['forwarding', true],
  backingOff: ['the API fails, waiting to try again', false],
  unauthorized: ['the API rejected the key, stopped', false],
};

// The colours are those of the collector's timeline.
const style = `
:root { color-scheme: light dark; --ground: #f7f7f5; --card: #fff; --ink: #1b1e22; --soft: #565d66; --line: #d6d9dd;
  --good: #0a6639; --bad: #a3161a; }
@media (prefers-color-scheme: dark) { :root { --ground: #131518; --card: #1c1f24; --ink: #e9ebee; --soft: #aab1bb;
  --line: #3a3f47; --good: #7ed8a4; --bad: #ff9c9c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1, h2, p, ul, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; }
h2 { margin-block: 1.5rem 0.5rem; font-size: 1.125rem; }
code { font: 0.875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
dl, ul { display: grid; gap: 0.5rem; list-style: none; }
dl { grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
dl > div, li { padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); }
dt, .soft { color: var(--soft); }
dd { font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } .good, .bad { font-weight: 600; }`;

const figure = (name: string, value: string) => `<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** The page at `/status`: queue, rate, oldest event and the last errors. It has no script and loads itself anew. */
export function statusPage(status: RelayStatus, now = Date.now()): string {
  const queued = status.apps.reduce((sum, app) => sum + app.queued, 0);
  const oldest = Math.min(...status.apps.map(({ oldestAt }) => oldestAt ?? now));
  const apps = status.apps.map(({ appId, state, queued: waiting, oldestAt }) => {
    const [words, isGood] = states[state] ?? [state, true];
    const age = oldestAt === undefined ? '' : `, the oldest for ${duration(now - oldestAt)}`;
    return `<li><code>${safe(appId)}</code> <span class="${isGood ? 'good' : 'bad'}">${safe(words)}</span>
      <span class="soft">${number(waiting)} waiting${age}</span></li>`;
  });
  const troubles = status.troubles.map(
    ({
      at,
      message,
      details,
    }) => `<li><span class="soft">${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC</span>
      <p class="bad">${safe(message)}</p><code>${safe(JSON.stringify(details))}</code></li>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="refresh" content="5">
    <title>Relay: ${number(queued)} waiting</title>
    <link rel="icon" href="data:,">
    <style>${style}</style>
  </head>
  <body>
    <header>
      <h1>Relay</h1>
      <p class="soft">Running for ${duration(now - status.startedAt)}. This page reloads every 5 seconds.</p>
    </header>
    <main>
      <h2>Queue</h2>
      <dl>
        ${figure('Waiting', number(queued))}
        ${figure('Oldest', queued > 0 ? duration(now - oldest) : '–')}
        ${figure('Accepted a minute', number(status.lastMinute))}
      </dl>
      <h2>Since the start</h2>
      <dl>
        ${figure('Accepted', number(status.accepted))}
        ${figure('Duplicates', number(status.duplicates))}
        ${figure('Forwarded', number(status.forwarded))}
        ${figure('Rejected', number(status.rejected))}
        ${figure('Maybe twice', number(status.ambiguous))}
      </dl>
      <h2>Applications</h2>
      <ul>${apps.join('')}</ul>
      <h2>Last errors, newest first</h2>
      ${troubles.length > 0 ? `<ul>${troubles.join('')}</ul>` : '<p class="soft">None.</p>'}
    </main>
  </body>
</html>
`;
}
