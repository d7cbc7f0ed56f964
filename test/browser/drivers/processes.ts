import { readdirSync, readFileSync } from 'node:fs';

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** Processor time in ticks of the kernel. */
  readonly ticks: number;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readFacts(pid: number): ProcessFacts[] {
  try {
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return [{ pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return []; // It ended meanwhile.
  }
}

/** All processes that descend from this one, on Linux. */
function descendantsOf(pid: number): ProcessFacts[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readFacts(Number(name)));
  const below = (parent: number): ProcessFacts[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

/** Ends those descendants of a process of ours that are still there. */
export function endDescendants(pid: number): void {
  for (const each of descendantsOf(pid)) kill(each.pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** Whether a process of Firefox renders tabs. */
function rendersTabs({ pid }: ProcessFacts): boolean {
  try {
    return /\btab\0$/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

/** Ends the process of Firefox that did the most work for tabs while `work` ran. The driver does not say which process renders
 * which tab; the one that is busy while the page counts is it.
 * @param work Keeps the page's script busy for some hundred milliseconds. */
export async function endBusiest(pid: number, work: () => Promise<unknown>): Promise<void> {
  const before = new Map(descendantsOf(pid).map((each) => [each.pid, each.ticks]));
  await work();
  const workOf = (each: ProcessFacts) => each.ticks - (before.get(each.pid) ?? each.ticks);
  const [busiest] = descendantsOf(pid)
    .filter(rendersTabs)
    .sort((one, other) => workOf(other) - workOf(one));
  if (!busiest || workOf(busiest) === 0) throw new Error('No process was busy while the page counted.');
  kill(busiest.pid);
}

/** An expression that keeps the page's script busy for 500 ms. */
export const counting =
  "(() => { const end = performance.now() + 500; while (performance.now() < end); return ''; })()";
