import { type CollectedRequest, type Collector, createCollector } from '../testing/index.js';
import { collectorUsage, readCollectorArguments } from './collector-options.js';
import { collectorPages } from './collector-pages.js';
import { type WatchedSession, watchSession } from './watched-session.js';

/** Runs the collector until the process is asked to end.
 * @throws RangeError or TypeError for arguments that can't be, Error when a named port is taken. */
export async function runCollector(args: readonly string[]): Promise<void> {
  const { help, quiet, isPortNamed, options, fault } = readCollectorArguments(args);
  if (help) {
    console.log(collectorUsage);
    return;
  }
  const watched = new Map<string | undefined, WatchedSession>();
  /** A session, watched from the first time on that it is asked for. */
  function watchedOf(name?: string): WatchedSession {
    const session = name === undefined ? collector : collector.session(name);
    const known = watched.get(name) ?? watchSession(session);
    watched.set(name, known);
    return known;
  }
  const collector: Collector = await createCollector({ ...options, fallback: collectorPages(watchedOf) });
  if (collector.portTaken && isPortNamed) {
    await collector.close();
    throw new Error(`port ${options.port} is taken. Leave --port out to get a free one.`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void collector.close());

  if (fault) watchedOf().setFault(fault);
  if (!quiet) collector.onRequest((request) => console.log(lineOf(request)));
  if (collector.portTaken) console.log(`Port ${options.port} is taken; port ${collector.port} is used instead.`);
  console.log(`Collector:  ${collector.origin}   the host to send events to
Timeline:   ${collector.origin}/
JSON:       ${collector.origin}/collected
${fault ? `Fault:      ${JSON.stringify(fault)}\n` : ''}Press Ctrl+C to stop it. It then forgets all events.`);
}

/** A request in a line without tokens: terminals are logged and shared. */
function lineOf({ at, method, path, status, eventCount, session }: CollectedRequest): string {
  const time = new Date(at).toISOString().slice(11, 19);
  const within = session === undefined ? '' : `/s/${encodeURIComponent(session)}`;
  const events = eventCount === 1 ? '1 event' : `${eventCount} events`;
  return `${time}  ${status === 0 ? 'no answer' : status}  ${method} ${within}${path.replace(/(usertokens\/).+/, '$1…')}  ${events}`;
}
